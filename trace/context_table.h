// Each distinct context of a batch once, with bytes of its own. Index 0 is the one with nothing
// known.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

#include "trace/arena.h"
#include "trace/record.h"

namespace exectrail::trace {

class ContextTable {
 public:
  ContextTable();

  // Bytes of a context not seen before are copied into `arena`, which must not be cleared before
  // this is.
  std::uint32_t index(const Context& context, Arena& arena);

  const std::deque<Context>& contexts() const { return contexts_; }
  std::size_t bytesOf(std::uint32_t index) const;
  void clear();

 private:
  std::deque<Context> contexts_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> byHash_;
};

}  // namespace exectrail::trace
