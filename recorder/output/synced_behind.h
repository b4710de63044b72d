// A file whose bytes are brought to disk by a thread of its own: for as long as that takes,
// somebody who follows the file would else wait for what comes next. Only the last sync is waited
// for.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "trace/container/byte_sink.h"

namespace exectrail::recorder {

class SyncedBehind : public trace::ByteSink {
 public:
  // As trace::FdSink.
  SyncedBehind(int fd, const std::string& name) : sink_(fd, name) {}
  ~SyncedBehind() override;  // waits for a sync that is under way
  SyncedBehind(const SyncedBehind&) = delete;
  SyncedBehind& operator=(const SyncedBehind&) = delete;

  // Also throws what went wrong with a sync before.
  void write(const std::byte* data, std::size_t size) override;

  // Asks for one; after closing(), does it.
  void sync() override;
  void closing() override;

 private:
  void run();
  void throwFailure();  // with the lock held

  trace::FdSink sink_;
  bool closing_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;
  bool underWay_ = false;
  bool ending_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  // from the first sync() on
};

}  // namespace exectrail::recorder
