// An image with the memory of its own for everything it points to.
#pragma once

#include <memory>

#include "trace/arena.h"
#include "trace/record.h"
#include "trace/record_bytes.h"

namespace exectrail::trace {

class OwnedImage {
 public:
  explicit OwnedImage(const Image& image) : image_(image) {
    if (image.context != &kNoContext) {
      context_ = std::make_unique<Context>(*image.context);
      image_.context = context_.get();
      forEachBytes(*context_, [this](Bytes& bytes) { bytes = arena_.copy(bytes); });
    }
    forEachBytes(image_, [this](Bytes& bytes) { bytes = arena_.copy(bytes); });
  }
  OwnedImage(const OwnedImage&) = delete;
  OwnedImage& operator=(const OwnedImage&) = delete;

  const Image& get() const { return image_; }

 private:
  Image image_;
  std::unique_ptr<Context> context_;
  Arena arena_;
};

}  // namespace exectrail::trace
