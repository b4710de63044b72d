// One raw page of a per-CPU ring buffer -> its events, with their absolute times and the loss
// before them. Pure decoding; the page layout is libtraceevent's kbuffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace exectrail::recorder {

// What a page holds, in order.
struct PageVisitor {
  // Events lost before the first one, up to its time. 0: the kernel did not store how many.
  std::function<void(std::uint64_t untilNs, std::uint64_t lostEvents)> loss;
  std::function<void(std::uint64_t timeNs, std::span<const std::byte> raw)> event;
};

class RingPageDecoder {
 public:
  RingPageDecoder();
  ~RingPageDecoder();
  RingPageDecoder(const RingPageDecoder&) = delete;
  RingPageDecoder& operator=(const RingPageDecoder&) = delete;

  // `page` is what one read(2) of trace_pipe_raw gave. False if its bytes do not make sense; events
  // before that have been visited.
  bool decode(std::span<const std::byte> page, const PageVisitor& visitor);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace exectrail::recorder
