#include "recorder/kernel/perf_event.h"

#include <asm/perf_regs.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <ctime>
#include <utility>

namespace exectrail::recorder {
namespace {

#if defined(__x86_64__)
constexpr std::uint64_t kStackPointerRegister = std::uint64_t{1} << PERF_REG_X86_SP;
#elif defined(__aarch64__)
constexpr std::uint64_t kStackPointerRegister = std::uint64_t{1} << PERF_REG_ARM64_SP;
#else
#error "which of perf's registers is the stack pointer? See asm/perf_regs.h of this architecture"
#endif

constexpr std::uint32_t kNever = std::uint32_t{1} << 31;  // the kernel limits it to the ring's size

// What every record ends with, and every sample begins with: kernel/perf_record.cpp counts on it.
constexpr std::uint64_t kStamp = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU;

perf_event_attr commonAttributes(const PerfFeatures& features) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.sample_type = kStamp;
  attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED;
  if (features.lostCount) attributes.read_format |= PERF_FORMAT_LOST;
  attributes.disabled = 1;
  attributes.sample_id_all = 1;
  attributes.use_clockid = 1;
  attributes.clockid = CLOCK_MONOTONIC;
  return attributes;
}

// Of all tasks on one CPU.
int open(perf_event_attr& attributes, int cpu, FileDescriptor& fd) {
  const long opened =
      ::syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
  if (opened < 0) return errno;
  fd = FileDescriptor(static_cast<int>(opened));
  return 0;
}

int control(const FileDescriptor& fd, unsigned long request, int argument) {
  return ::ioctl(fd.get(), request, argument) < 0 ? errno : 0;
}

perf_event_mmap_page* control(void* base) { return static_cast<perf_event_mmap_page*>(base); }

}  // namespace

int PerfEvent::openExecSamples(int cpu, const PerfExecSettings& settings,
                               const PerfFeatures& features) {
  perf_event_attr attributes = commonAttributes(features);
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = settings.tracepointId;
  attributes.sample_period = 1;
  attributes.sample_type |= PERF_SAMPLE_RAW | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER;
  if (features.cgroup) attributes.sample_type |= PERF_SAMPLE_CGROUP;
  attributes.sample_regs_user = kStackPointerRegister;
  attributes.sample_stack_user = settings.stackBytes;
  // Once around the ring: waking is another event's task.
  attributes.watermark = 1;
  attributes.wakeup_watermark = kNever;
  countsLost_ = features.lostCount;
  return open(attributes, cpu, fd_);
}

int PerfEvent::openExecWaker(int cpu, const PerfExecSettings& settings) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = settings.tracepointId;
  attributes.sample_period = 1;
  attributes.sample_type = PERF_SAMPLE_TID;
  attributes.wakeup_events = 1;
  attributes.disabled = 1;
  countsLost_ = false;
  return open(attributes, cpu, fd_);
}

int PerfEvent::openSideBand(int cpu, const PerfFeatures& features) {
  perf_event_attr attributes = commonAttributes(features);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_DUMMY;
  attributes.mmap = 1;
  attributes.mmap2 = 1;
  attributes.comm = 1;
  attributes.comm_exec = 1;
  attributes.task = 1;
  attributes.namespaces = 1;
  attributes.cgroup = features.cgroup ? 1 : 0;
  countsLost_ = features.lostCount;
  return open(attributes, cpu, fd_);
}

int PerfEvent::setOutput(const PerfEvent& other) {
  return control(fd_, PERF_EVENT_IOC_SET_OUTPUT, other.descriptor());
}

int PerfEvent::enable() { return control(fd_, PERF_EVENT_IOC_ENABLE, 0); }
int PerfEvent::disable() { return control(fd_, PERF_EVENT_IOC_DISABLE, 0); }
int PerfEvent::pauseOutput(bool paused) {
  return control(fd_, PERF_EVENT_IOC_PAUSE_OUTPUT, paused ? 1 : 0);
}

int PerfEvent::readCounts(Counts& counts) const {
  std::array<std::uint64_t, 3> values{};  // value, time enabled, lost
  const std::size_t wanted = (countsLost_ ? 3 : 2) * sizeof(std::uint64_t);
  const ssize_t got = ::read(fd_.get(), values.data(), wanted);
  if (got < 0) return errno;
  if (static_cast<std::size_t>(got) != wanted) return EIO;
  counts.enabledNs = values[1];
  counts.lost = countsLost_ ? std::optional(values[2]) : std::nullopt;
  return 0;
}

PerfRing::~PerfRing() { unmap(); }

PerfRing::PerfRing(PerfRing&& other) noexcept { *this = std::move(other); }

PerfRing& PerfRing::operator=(PerfRing&& other) noexcept {
  if (this == &other) return *this;
  unmap();
  base_ = std::exchange(other.base_, nullptr);
  mappedBytes_ = std::exchange(other.mappedBytes_, 0);
  data_ = std::exchange(other.data_, {});
  tail_ = std::exchange(other.tail_, 0);
  return *this;
}

void PerfRing::unmap() {
  if (base_ != nullptr) ::munmap(base_, mappedBytes_);
  base_ = nullptr;
}

int PerfRing::map(const PerfEvent& event, std::uint64_t dataBytes) {
  return map(event, dataBytes, PROT_READ | PROT_WRITE);
}

// One that we cannot write to has no position of ours: perf_event_open(2).
int PerfRing::mapUnread(const PerfEvent& event) { return map(event, 1, PROT_READ); }

int PerfRing::map(const PerfEvent& event, std::uint64_t dataBytes, int protection) {
  unmap();
  const auto pageBytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t pages = std::bit_ceil((dataBytes + pageBytes - 1) / pageBytes);
  const std::uint64_t bytes = (pages + 1) * pageBytes;
  void* base = ::mmap(nullptr, bytes, protection, MAP_SHARED, event.descriptor(), 0);
  if (base == MAP_FAILED) return errno;
  base_ = base;
  mappedBytes_ = bytes;
  data_ = {static_cast<const std::byte*>(base) + pageBytes, pages * pageBytes};
  tail_ = control(base)->data_tail;
  return 0;
}

std::uint64_t PerfRing::head() const {
  return std::atomic_ref(control(base_)->data_head).load(std::memory_order_acquire);
}

void PerfRing::release(std::uint64_t tail) {
  tail_ = tail;
  // Reads of the records come before it: the kernel writes over them afterwards.
  std::atomic_ref(control(base_)->data_tail).store(tail, std::memory_order_release);
}

}  // namespace exectrail::recorder
