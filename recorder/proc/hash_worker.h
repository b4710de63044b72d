// A thread of low priority that hashes files, so that nobody who asks has to wait. Requests and
// results go through rings without locks: whoever runs with real-time priority never waits for a
// thread that hardly ever gets the processor.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "trace/file_descriptor.h"
#include "trace/record.h"

namespace exectrail::recorder {

// One thread puts in, one takes out.
template <typename T, std::size_t kSlots>
class Ring {
 public:
  bool put(T&& value) {
    const std::size_t end = end_.load(std::memory_order_relaxed);
    if (end - begin_.load(std::memory_order_acquire) == kSlots) return false;
    slots_[end % kSlots] = std::move(value);
    end_.store(end + 1, std::memory_order_release);
    return true;
  }

  std::optional<T> take() {
    const std::size_t begin = begin_.load(std::memory_order_relaxed);
    if (begin == end_.load(std::memory_order_acquire)) return std::nullopt;
    std::optional<T> value(std::move(slots_[begin % kSlots]));
    slots_[begin % kSlots] = T();
    begin_.store(begin + 1, std::memory_order_release);
    return value;
  }

 private:
  std::array<T, kSlots> slots_;
  std::atomic<std::size_t> begin_{0};
  std::atomic<std::size_t> end_{0};
};

using Sha256 = std::array<char, 32>;

struct HashRequest {
  std::uint64_t ticket = 0;
  FileDescriptor file;     // may be O_PATH: opening for reading can take for ever
  trace::FileFacts facts;  // of that file
};

struct HashResult {
  std::uint64_t ticket = 0;
  trace::FileFacts facts;
  int errorNumber = 0;  // ESTALE: the file changed meanwhile
  Sha256 digest{};
  // The times of the file would tell if it changed later: it had not changed within the last tick.
  bool settled = false;
};

class HashWorker {
 public:
  static constexpr std::size_t kMostWaiting = 256;

  // Starts the thread, with the rights that the caller has at this moment.
  HashWorker();

  // Ends the thread, or leaves it alone if a file system keeps it from ending.
  ~HashWorker();
  HashWorker(const HashWorker&) = delete;
  HashWorker& operator=(const HashWorker&) = delete;

  // False: too many wait, and the request is dropped.
  bool request(HashRequest&& request);
  std::optional<HashResult> result();

  // Readable when there may be results.
  int descriptor() const { return state_->results.get(); }

 private:
  struct State {
    Ring<HashRequest, kMostWaiting> requestRing;
    Ring<HashResult, kMostWaiting> resultRing;
    FileDescriptor requests;  // eventfds
    FileDescriptor results;
    std::atomic<bool> stop{false};
    std::atomic<bool> ended{false};
  };
  static void run(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
  std::size_t waiting_ = 0;  // requested, and no result taken yet: never more than a ring holds
  std::thread thread_;
};

}  // namespace exectrail::recorder
