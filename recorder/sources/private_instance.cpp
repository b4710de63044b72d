#include "recorder/sources/private_instance.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "recorder/kernel/ring_page.h"
#include "recorder/kernel/tracefs_instance.h"
#include "recorder/proc/proc_files.h"
#include "recorder/sources/instance_name.h"
#include "trace/errors.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

struct DestroyInstance {
  void operator()(exectrail_instance* instance) const { exectrail_instance_destroy(instance); }
};

// Removes the instance at its end: nothing is left behind when setting up fails half-way.
using Instance = std::unique_ptr<exectrail_instance, DestroyInstance>;

// Pages of one CPU in one drain(): about 6,000 events.
constexpr std::size_t kMostPagesADrain = 64;

struct Cpu {
  std::uint16_t number = 0;
  FileDescriptor pages;
  std::uint64_t lastNs = 0;        // time of the last event read
  std::uint64_t reportedLost = 0;  // sum of the known sizes of its LossEvents
};

Instance createInstance(const std::string& name) {
  exectrail_instance* instance = nullptr;
  const int error = exectrail_instance_create(name.c_str(), &instance);
  if (error == 0) return Instance(instance);
  const std::string what = "cannot create the tracefs instance " + name;
  if (error == EACCES || error == EPERM) {
    throw EnvironmentError(what + ": " + std::strerror(error) +
                           "; recording needs root: run it with sudo");
  }
  if (error == EROFS) {
    throw EnvironmentError(what +
                           ": tracefs is mounted read-only; remount it with: mount -o "
                           "remount,rw /sys/kernel/tracing");
  }
  throwErrno(error, what);
}

void set(exectrail_instance* instance, const char* file, const std::string& value) {
  const int error = exectrail_instance_write(instance, file, value.c_str());
  if (error != 0) throwErrno(error, "cannot set " + std::string(file) + " to " + value);
}

// "overrun: 12\n…" of per_cpu/cpuN/stats.
std::uint64_t statistic(const std::string& text, const std::string& name) {
  const auto at = text.find(name + ": ");
  if (at == std::string::npos) return 0;
  const auto begin = at + name.size() + 2;
  return parseNumber(std::string_view(text).substr(begin, text.find('\n', begin) - begin))
      .value_or(0);
}

}  // namespace

std::uint64_t lostOf(const std::string& statistics) {
  return statistic(statistics, "overrun") + statistic(statistics, "commit overrun") +
         statistic(statistics, "dropped events") + statistic(statistics, "entries");
}

struct PrivateInstance::State {
  Instance instance;
  trace::Source source = trace::Source::kUnknown;
  RingPageDecoder pages;
  std::vector<std::byte> page;
  std::vector<Cpu> cpus;  // after `instance`: it cannot be removed while one of these is open
  std::uint64_t damagedPages = 0;

  void openCpus();
  void drainCpu(Cpu& cpu, const Visit& visit, std::vector<Event>& losses);
};

PrivateInstance::PrivateInstance(const std::string& purpose, std::uint64_t bufferBytesPerCpu,
                                 trace::Source source) {
  requireTracefs();
  state_ = std::make_unique<State>();
  state_->source = source;
  state_->instance = createInstance(instanceName(thisOwner(), purpose));
  set(state_->instance.get(), "trace_clock", "mono");
  // Wake us at the first event, not when half of the buffer is full.
  set(state_->instance.get(), "buffer_percent", "0");
  set(state_->instance.get(), "buffer_size_kb", std::to_string(bufferBytesPerCpu / 1024));
}

PrivateInstance::~PrivateInstance() = default;

int PrivateInstance::enable(const char* system, const char* event, const char* filter) {
  return exectrail_instance_enable_event(state_->instance.get(), system, event, filter);
}

int PrivateInstance::write(const char* file, const std::string& value) {
  return exectrail_instance_write(state_->instance.get(), file, value.c_str());
}

void PrivateInstance::start(std::size_t pageSize) {
  state_->page.resize(pageSize);
  state_->openCpus();
  set(state_->instance.get(), "tracing_on", "1");
}

void PrivateInstance::State::openCpus() {
  const long configured = ::sysconf(_SC_NPROCESSORS_CONF);
  for (long number = 0; number < configured; ++number) {
    const std::string file = "per_cpu/cpu" + std::to_string(number) + "/trace_pipe_raw";
    const int fd =
        exectrail_instance_open(instance.get(), file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd == -ENOENT) continue;  // a CPU that cannot come online
    if (fd < 0) throwErrno(-fd, "cannot open " + file);
    Cpu& cpu = cpus.emplace_back();
    cpu.number = static_cast<std::uint16_t>(number);
    cpu.pages = FileDescriptor(fd);
  }
}

void PrivateInstance::stop() { set(state_->instance.get(), "tracing_on", "0"); }

std::vector<int> PrivateInstance::descriptors() const {
  std::vector<int> descriptors;
  for (const Cpu& cpu : state_->cpus) descriptors.push_back(cpu.pages.get());
  return descriptors;
}

void PrivateInstance::drain(const Visit& visit, std::vector<Event>& losses) {
  for (Cpu& cpu : state_->cpus) state_->drainCpu(cpu, visit, losses);
}

void PrivateInstance::State::drainCpu(Cpu& cpu, const Visit& visit, std::vector<Event>& losses) {
  PageVisitor visitor;
  visitor.loss = [&](std::uint64_t untilNs, std::uint64_t lostEvents) {
    losses.push_back(lossEvent(untilNs, cpu.number, {source, cpu.lastNs, lostEvents}));
    cpu.reportedLost += lostEvents;
  };
  visitor.event = [&](std::uint64_t timeNs, std::span<const std::byte> raw) {
    cpu.lastNs = timeNs;
    visit(timeNs, cpu.number, raw);
  };
  for (std::size_t reads = 0; reads < kMostPagesADrain; ++reads) {
    const ssize_t got = ::read(cpu.pages.get(), page.data(), page.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno != EAGAIN) throwErrno(errno, "cannot read events");
    if (got <= 0) return;
    const auto bytes = std::span<const std::byte>(page).first(static_cast<std::size_t>(got));
    if (!pages.decode(bytes, visitor)) ++damagedPages;
  }
}

std::vector<Event> PrivateInstance::unreportedLosses(std::uint64_t nowNs) const {
  std::vector<Event> losses;
  for (const Cpu& cpu : state_->cpus) {
    const std::string file = "per_cpu/cpu" + std::to_string(cpu.number) + "/stats";
    char* text = exectrail_instance_read(state_->instance.get(), file.c_str());
    if (text == nullptr) continue;
    const std::string statistics(text);
    std::free(text);
    const std::uint64_t lost = lostOf(statistics);
    if (lost > cpu.reportedLost) {
      losses.push_back(lossEvent(nowNs, cpu.number, {state_->source, 0, lost - cpu.reportedLost}));
    }
  }
  return losses;
}

std::uint64_t PrivateInstance::damagedPages() const { return state_->damagedPages; }

std::string readTracingFile(const std::string& file) {
  const char* directory = exectrail_tracefs_directory();
  if (directory == nullptr) throw EnvironmentError("tracefs was unmounted");
  const std::string path = std::string(directory) + "/" + file;
  ReadResult text = readFileAt(AT_FDCWD, path.c_str(), std::size_t{64} << 10);
  if (text.errorNumber == ENOENT) return {};
  if (text.errorNumber != 0) throwErrno(text.errorNumber, "cannot read " + path);
  return std::move(text.bytes);
}

void addFormat(EventFormats& formats, const std::string& system, const std::string& event) {
  std::string file = "events/";
  file += system + "/" + event + "/format";
  const std::string text = readTracingFile(file);
  if (!text.empty()) formats.add(system, text);
}

void requireTracefs() {
  if (exectrail_tracefs_directory() != nullptr) return;
  const ReadResult filesystems = readFileAt(AT_FDCWD, "/proc/filesystems", 1 << 16);
  if (filesystems.errorNumber == 0 && filesystems.bytes.find("\ttracefs\n") == std::string::npos) {
    throw EnvironmentError(
        "this kernel has no tracefs, which recording needs; it takes one built with CONFIG_FTRACE "
        "and CONFIG_ENABLE_DEFAULT_TRACERS or more");
  }
  throw EnvironmentError(
      "tracefs is not mounted; mount it with: mount -t tracefs tracefs /sys/kernel/tracing");
}

}  // namespace exectrail::recorder
