// Unpacks stored frames in a thread of its own, some ahead of who takes them. They come out in the
// same order with the same words about damage, and what fails in the thread fails where it would
// have failed without one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "trace/container/unpacker.h"

namespace exectrail::trace {

class UnpackAhead {
 public:
  // Nobody else may use `unpacker` as long as this lives. Throws std::system_error if there can be
  // no thread. It has the confinement of the thread that begins it, and no signals.
  explicit UnpackAhead(Unpacker& unpacker);
  ~UnpackAhead();
  UnpackAhead(const UnpackAhead&) = delete;
  UnpackAhead& operator=(const UnpackAhead&) = delete;

  // As Unpacker::next(), whose exceptions it throws. Not again after anything but a frame.
  void next(Unpacked& unit);

  // As Unpacker::release(), some time later.
  void release(std::uint64_t offset) { released_.store(offset, std::memory_order_release); }

 private:
  void run();
  void unpackUntilStopped();
  bool put(Unpacked unit);

  Unpacker& unpacker_;
  std::atomic<std::uint64_t> released_{0};
  std::deque<Unpacked> taken_;  // the consumer's

  std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable drained_;
  std::deque<Unpacked> ready_;
  std::size_t readyBytes_ = 0;
  bool ended_ = false;  // nothing follows what is ready
  bool stop_ = false;
  std::exception_ptr failure_;  // behind what is ready

  std::thread thread_;
};

}  // namespace exectrail::trace
