// Names for what a trace tells about that are the same wherever and whenever it is read, and after
// it was cut, merged or written in other batches. Each is the first 16 bytes, in hex, of a SHA-256
// over a layout; integers are little-endian, a text is its size in 4 bytes and its bytes, a tag
// ends with a zero byte.
//   image: "exectrail image 1", boot id (16), tgid (4), process start (8), exec number (4)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trace/metadata.h"

namespace exectrail::trace {

class IdentityLayout {
 public:
  explicit IdentityLayout(std::string_view tag);

  IdentityLayout& number(std::uint32_t value);
  IdentityLayout& text(std::string_view value);
  IdentityLayout& image(const Uuid& bootId, const ImageId& id);

  std::string hash() const;

 private:
  template <typename Number>
  void add(Number value);

  std::string bytes_;
};

std::string entityId(const Uuid& bootId, const ImageId& image);

}  // namespace exectrail::trace
