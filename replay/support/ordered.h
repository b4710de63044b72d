// Work on several threads whose results are handed over one by one and in order, so that what is
// printed does not depend on the number of threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace exectrail::replay {

// Calls work(0) ... work(count - 1) on up to `jobs` threads, and take(result) with each result on
// this one, in order and as soon as it is there. What work() or take() throws ends the rest and is
// thrown here; of several, the one that comes first in order.
template <typename Result, typename Work, typename Take>
void inOrder(std::size_t count, unsigned jobs, Work work, Take take) {
  if (jobs <= 1 || count <= 1) {
    for (std::size_t i = 0; i < count; ++i) take(work(i));
    return;
  }
  struct Slot {
    std::optional<Result> result;
    std::exception_ptr error;
  };
  std::vector<Slot> slots(count);
  std::mutex mutex;  // guards slots
  std::condition_variable changed;
  std::atomic<std::size_t> next{0};
  // Ends the threads when this function is left, whichever way.
  struct Team {
    std::vector<std::thread> threads;
    std::atomic<std::size_t>& next;
    std::size_t count;
    ~Team() {
      next = count;
      for (std::thread& thread : threads) thread.join();
    }
  } team{{}, next, count};

  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      Slot slot;
      try {
        slot.result.emplace(work(i));
      } catch (...) {
        slot.error = std::current_exception();
      }
      {
        const std::lock_guard lock(mutex);
        slots[i] = std::move(slot);
      }
      changed.notify_one();
    }
  };
  for (std::size_t i = 0; i < jobs && i < count; ++i) team.threads.emplace_back(run);
  for (std::size_t i = 0; i < count; ++i) {
    Slot slot;
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return slots[i].result || slots[i].error; });
      slot = std::move(slots[i]);
    }
    if (slot.error) std::rethrow_exception(slot.error);
    take(std::move(*slot.result));
  }
}

}  // namespace exectrail::replay
