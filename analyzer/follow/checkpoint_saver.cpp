#include "analyzer/follow/checkpoint_saver.h"

#include <utility>

namespace exectrail::analyzer {

CheckpointSaver::CheckpointSaver(AlertOutput& output, std::string path)
    : output_(output), path_(std::move(path)) {}

CheckpointSaver::~CheckpointSaver() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool CheckpointSaver::busy() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  return next_.has_value();
}

void CheckpointSaver::save(const Checkpoint& checkpoint) {
  // Signals are this program's to wait for, in the thread that began: the mask is inherited.
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  {
    const std::lock_guard lock(mutex_);
    next_ = checkpoint;
  }
  changed_.notify_all();
}

void CheckpointSaver::saveNow(const Checkpoint& checkpoint) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !next_ || failure_; });
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }
  write(checkpoint);
}

// The alerts first: a checkpoint never claims what is not there.
void CheckpointSaver::write(const Checkpoint& checkpoint) {
  output_.sync();
  if (!path_.empty()) writeCheckpoint(path_, checkpoint);
  output_.retain(checkpoint.outputNumber);
}

void CheckpointSaver::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || (next_ && !failure_); });
    if (!next_ || failure_) return;
    const Checkpoint checkpoint = *next_;
    lock.unlock();
    std::exception_ptr failure;
    try {
      write(checkpoint);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    failure_ = failure;
    next_.reset();
    changed_.notify_all();
  }
}

}  // namespace exectrail::analyzer
