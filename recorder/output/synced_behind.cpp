#include "recorder/output/synced_behind.h"

#include <utility>

namespace exectrail::recorder {

SyncedBehind::~SyncedBehind() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SyncedBehind::write(const std::byte* data, std::size_t size) {
  {
    const std::lock_guard lock(mutex_);
    throwFailure();
  }
  sink_.write(data, size);
}

void SyncedBehind::sync() {
  std::unique_lock lock(mutex_);
  if (closing_) {
    changed_.wait(lock, [this] { return !underWay_ && !wanted_; });
    throwFailure();
    sink_.sync();
    return;
  }
  throwFailure();
  wanted_ = true;
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
}

void SyncedBehind::closing() {
  closing_ = true;
  sink_.closing();
}

void SyncedBehind::throwFailure() {
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void SyncedBehind::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || wanted_; });
    if (!wanted_) return;
    wanted_ = false;
    underWay_ = true;
    lock.unlock();
    std::exception_ptr failure;
    try {
      sink_.sync();
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    underWay_ = false;
    if (failure) failure_ = failure;
    changed_.notify_all();
  }
}

}  // namespace exectrail::recorder
