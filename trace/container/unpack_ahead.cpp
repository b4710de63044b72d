#include "trace/container/unpack_ahead.h"

#include <signal.h>

#include <utility>

namespace exectrail::trace {
namespace {

// Decompressed bytes. A frame that is begun below the limit is finished: memory is bounded by the
// limit and one frame more.
constexpr std::size_t kMostReady = std::size_t{2} << 20;
constexpr std::size_t kLeastReady = kMostReady / 2;  // at which it goes on

// Taken at once, so that small frames do not cost a wake-up each.
constexpr std::size_t kTakenAtOnce = std::size_t{256} << 10;
constexpr std::size_t kWorthWaking = std::size_t{64} << 10;

std::size_t sizeOf(const Unpacked& unit) { return sizeof unit + unit.content.size(); }

}  // namespace

UnpackAhead::UnpackAhead(Unpacker& unpacker) : unpacker_(unpacker) {
  // Signals are for the others.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

UnpackAhead::~UnpackAhead() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  drained_.notify_one();
  thread_.join();
}

void UnpackAhead::next(Unpacked& unit) {
  if (taken_.empty()) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return ended_ || readyBytes_ >= kWorthWaking; });
    if (ready_.empty()) std::rethrow_exception(failure_);
    for (std::size_t bytes = 0; !ready_.empty() && bytes < kTakenAtOnce;) {
      bytes += sizeOf(ready_.front());
      readyBytes_ -= sizeOf(ready_.front());
      taken_.push_back(std::move(ready_.front()));
      ready_.pop_front();
    }
    if (readyBytes_ <= kLeastReady) drained_.notify_one();
  }
  unit = std::move(taken_.front());
  taken_.pop_front();
}

void UnpackAhead::run() {
  std::exception_ptr failure;
  try {
    unpackUntilStopped();
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  failure_ = std::move(failure);
  ended_ = true;
  filled_.notify_one();
}

void UnpackAhead::unpackUntilStopped() {
  std::uint64_t released = 0;
  while (true) {
    if (const auto now = released_.load(std::memory_order_acquire); now != released) {
      unpacker_.release(released = now);
    }
    Unpacked unit;
    unpacker_.next(unit);
    if (!put(std::move(unit))) return;
  }
}

// False if there is nothing more to do.
bool UnpackAhead::put(Unpacked unit) {
  std::unique_lock lock(mutex_);
  const bool last = unit.status != FrameStatus::kFrame;
  readyBytes_ += sizeOf(unit);
  ready_.push_back(std::move(unit));
  if (last || stop_) return false;
  if (readyBytes_ >= kWorthWaking) filled_.notify_one();  // no system call if nobody waits
  if (readyBytes_ >= kMostReady) {
    drained_.wait(lock, [this] { return stop_ || readyBytes_ <= kLeastReady; });
  }
  return !stop_;
}

}  // namespace exectrail::trace
