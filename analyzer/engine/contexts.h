// Contexts of the records, with bytes of their own: they outlive the batch they were read from.
// Most processes share a context with many others, so each is copied once.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "trace/record.h"

namespace exectrail::analyzer {

class Contexts {
 public:
  // The same as `context`. Asked for again by the same address, which the trace's tables give it,
  // and with the same content, it is the copy made before.
  std::shared_ptr<const trace::Context> keep(const trace::Context* context);

 private:
  static constexpr std::size_t kMax = 4096;  // then all are forgotten; their users keep theirs

  std::unordered_map<const trace::Context*, std::shared_ptr<const trace::Context>> kept_;
};

}  // namespace exectrail::analyzer
