// The hash chain: one digest that stands for all that has been written so far. It covers what was
// recorded, not how it is stored: compressing or packing frames leaves it as it was.
#pragma once

#include <string>

#include "trace/container/frame.h"

namespace exectrail::trace {

// chain(-1) = BLAKE2b-256("exectrail trace chain" preamble)
// chain(n)  = BLAKE2b-256(chain(n-1) core(n) content(n))
class Chain {
 public:
  explicit Chain(const Preamble& preamble);

  // Goes on behind a frame whose head in the chain is `head`.
  explicit Chain(const Digest256& head) : head_(head) {}

  void add(const FrameCore& core, ByteSpan content);
  const Digest256& head() const { return head_; }

 private:
  Digest256 head_{};
};

std::string toHex(std::span<const std::uint8_t> bytes);

// Exactly as many bytes as `out` has, two digits each. False if `text` is anything else.
bool fromHex(std::string_view text, std::span<std::uint8_t> out);

}  // namespace exectrail::trace
