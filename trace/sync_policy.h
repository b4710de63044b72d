// When written bytes are brought to disk: at the latest a given time after the first of them was
// written. Has no clock of its own; whoever owns the loop tells it the time.
#pragma once

#include <cstdint>
#include <optional>

namespace exectrail::trace {

class SyncPolicy {
 public:
  // 0: never due.
  explicit SyncPolicy(std::uint64_t everyNs) : everyNs_(everyNs) {}

  // `bytes` is how many have been written so far. True: sync now, then say so with synced().
  bool due(std::uint64_t bytes, std::uint64_t nowNs) {
    if (everyNs_ == 0 || bytes == syncedBytes_) return false;
    if (!firstNs_) firstNs_ = nowNs;
    return nowNs - *firstNs_ >= everyNs_;
  }

  // When due() will be true; nothing if no bytes wait.
  std::optional<std::uint64_t> dueAtNs() const {
    return firstNs_ ? std::optional(*firstNs_ + everyNs_) : std::nullopt;
  }

  void synced(std::uint64_t bytes) {
    syncedBytes_ = bytes;
    firstNs_.reset();
  }

 private:
  std::uint64_t everyNs_;
  std::uint64_t syncedBytes_ = 0;
  std::optional<std::uint64_t> firstNs_;  // when unsynced bytes were first seen
};

}  // namespace exectrail::trace
