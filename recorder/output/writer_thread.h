// Writes a trace in a thread of its own, so that a disk or reader that takes its time never keeps
// the recorder from emptying the kernel's buffers. What waits to be written is bounded: beyond that
// it is full(), events stay in the kernel, and what the kernel drops becomes a gap.
//
// The thread compresses, signs and syncs as well. It takes over the capabilities of whoever calls
// start(), and runs without real-time priority.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <variant>

#include "recorder/output/batch_sink.h"
#include "recorder/output/batch_writer.h"
#include "recorder/output/handover.h"
#include "trace/file_descriptor.h"
#include "trace/writer.h"

namespace exectrail::recorder {

class WriterThread : public BatchSink {
 public:
  static constexpr std::size_t kQueueBytes = std::size_t{64} << 20;

  // Writes the header at once: what forbids writing altogether is thrown here. `sink` must outlive
  // the writer.
  WriterThread(trace::ByteSink& sink, const trace::Header& header,
               const trace::WriterSettings& settings, std::size_t queueBytes = kQueueBytes);
  explicit WriterThread(std::unique_ptr<BatchWriter> writer, std::size_t queueBytes = kQueueBytes);
  ~WriterThread() override;  // waits until what was put is written, or the sink gives up

  void start();

  void put(SealedBatch&& batch) override;
  bool full() const override;
  void descriptors(std::vector<int>& descriptors) const override;
  void check() override;
  void finish(const trace::End& end) override;

  // After finish(): all is written, or has failed. check() throws how.
  bool done() const { return done_.load(std::memory_order_acquire); }

  std::uint64_t bytesWritten() const { return bytesWritten_.load(std::memory_order_relaxed); }

 private:
  using Item = std::variant<SealedBatch, trace::End>;

  void run();
  void waitForItems();
  void write(Item&& item);
  void writeBatch(const SealedBatch& batch);
  void writeEnd(trace::End end);
  void fail();
  void tell();

  std::unique_ptr<BatchWriter> writer_;
  std::size_t queueBytes_;
  FileDescriptor toThread_;  // eventfd: something was put
  FileDescriptor toOwner_;   // eventfd: room again, a failure, or done
  Handover<Item> items_;
  std::atomic<std::size_t> waitingBytes_{0};
  mutable std::atomic<bool> ownerWaits_{false};
  std::atomic<bool> told_{false};  // after toOwner_: saves the owner a system call
  std::atomic<bool> failed_{false};
  std::atomic<bool> done_{false};
  std::atomic<std::uint64_t> bytesWritten_{0};
  std::exception_ptr failure_;  // the thread's until failed_
  bool thrown_ = false;         // the owner's
  bool diskFull_ = false;       // the thread's, as what follows
  std::uint64_t unwrittenRecords_ = 0;
  std::thread thread_;
};

}  // namespace exectrail::recorder
