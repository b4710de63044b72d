#include "recorder/output/writer_thread.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <utility>

#include "recorder/proc/process_reader.h"
#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

constexpr int kNice = -10;

FileDescriptor makeEvent() {
  FileDescriptor fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd.valid()) throwErrno(errno, "cannot make an eventfd");
  return fd;
}

void signalEvent(const FileDescriptor& fd) { ::eventfd_write(fd.get(), 1); }

void clearEvent(const FileDescriptor& fd) {
  eventfd_t count = 0;
  ::eventfd_read(fd.get(), &count);
}

}  // namespace

WriterThread::WriterThread(trace::ByteSink& sink, const trace::Header& header,
                           const trace::WriterSettings& settings, std::size_t queueBytes)
    : WriterThread(std::make_unique<PlainWriter>(sink, header, settings), queueBytes) {}

WriterThread::WriterThread(std::unique_ptr<BatchWriter> writer, std::size_t queueBytes)
    : writer_(std::move(writer)),
      queueBytes_(queueBytes),
      toThread_(makeEvent()),
      toOwner_(makeEvent()),
      bytesWritten_(writer_->bytesWritten()) {}

WriterThread::~WriterThread() {
  if (!thread_.joinable()) return;
  // Without an end: whoever destroys an unfinished writer has failed elsewhere.
  done_.store(true, std::memory_order_release);
  signalEvent(toThread_);
  thread_.join();
}

void WriterThread::start() {
  thread_ = std::thread([this] { run(); });
}

void WriterThread::put(SealedBatch&& batch) {
  waitingBytes_.fetch_add(batch.content->size(), std::memory_order_relaxed);
  if (items_.give(std::move(batch))) signalEvent(toThread_);
}

bool WriterThread::full() const {
  if (waitingBytes_.load() < queueBytes_) return false;
  // The thread looks at this after it has made room: one of us sees the other.
  ownerWaits_.store(true);
  return waitingBytes_.load() >= queueBytes_;
}

void WriterThread::descriptors(std::vector<int>& descriptors) const {
  descriptors.push_back(toOwner_.get());
}

void WriterThread::check() {
  if (told_.exchange(false, std::memory_order_acquire)) clearEvent(toOwner_);
  if (!failed_.load(std::memory_order_acquire) || thrown_) return;
  thrown_ = true;
  std::rethrow_exception(failure_);
}

void WriterThread::finish(const trace::End& end) {
  if (items_.give(end)) signalEvent(toThread_);
}

// ---- in the thread

void WriterThread::run() {
  // Whoever follows the trace waits for this thread, which has little to do. Where it is not
  // granted, it goes without.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
  while (!done()) {
    waitForItems();
    items_.takeAll([this](Item&& item) { write(std::move(item)); });
    try {
      if (!failed_.load(std::memory_order_relaxed)) writer_->tick(monotonicNowNs());
    } catch (...) {
      fail();
    }
  }
  items_.takeAll([this](Item&& item) { write(std::move(item)); });
  tell();
}

// Until something was put, or it is time to sync.
void WriterThread::waitForItems() {
  timespec timeout{};
  const auto dueNs = failed_.load(std::memory_order_relaxed) ? std::nullopt : writer_->dueNs();
  if (dueNs) {
    const std::uint64_t nowNs = monotonicNowNs();
    const std::uint64_t leftNs = *dueNs > nowNs ? *dueNs - nowNs : 0;
    timeout.tv_sec = static_cast<std::time_t>(leftNs / 1'000'000'000);
    timeout.tv_nsec = static_cast<long>(leftNs % 1'000'000'000);
  }
  pollfd polled{toThread_.get(), POLLIN, 0};
  ::ppoll(&polled, 1, dueNs ? &timeout : nullptr, nullptr);
  clearEvent(toThread_);
}

void WriterThread::write(Item&& item) {
  std::size_t size = 0;
  try {
    if (const auto* batch = std::get_if<SealedBatch>(&item)) {
      size = batch->content->size();
      writeBatch(*batch);
    } else {
      writeEnd(std::get<trace::End>(item));
    }
  } catch (const trace::DiskFull&) {
    diskFull_ = true;
    fail();
  } catch (...) {
    fail();
  }
  bytesWritten_.store(writer_->bytesWritten(), std::memory_order_relaxed);
  if (std::holds_alternative<trace::End>(item)) {
    done_.store(true, std::memory_order_release);
    tell();
    return;
  }
  const std::size_t before = waitingBytes_.fetch_sub(size);
  if (before >= queueBytes_ && before - size < queueBytes_ && ownerWaits_.exchange(false)) tell();
}

void WriterThread::writeBatch(const SealedBatch& batch) {
  if (failed_.load(std::memory_order_relaxed)) {
    unwrittenRecords_ += batch.counts.records;
  } else {
    writer_->add(batch);
  }
}

void WriterThread::writeEnd(trace::End end) {
  // After a full disk there is still the room that the sink has kept for the end; after anything
  // else there is no point.
  if (failed_.load(std::memory_order_relaxed) && !diskFull_) return;
  end.unwrittenRecords += unwrittenRecords_;
  if (diskFull_) end.reason = trace::EndReason::kDiskFull;
  writer_->finish(end);
}

void WriterThread::fail() {
  if (failed_.load(std::memory_order_relaxed)) return;
  failure_ = std::current_exception();
  failed_.store(true, std::memory_order_release);
  tell();
}

void WriterThread::tell() {
  signalEvent(toOwner_);
  told_.store(true, std::memory_order_release);
}

}  // namespace exectrail::recorder
