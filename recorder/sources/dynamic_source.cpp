#include "recorder/sources/dynamic_source.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "recorder/kernel/dynamic_events.h"
#include "recorder/proc/entry_reader.h"
#include "recorder/sources/dynamic_decoder.h"
#include "recorder/sources/dynamic_definitions.h"
#include "recorder/sources/instance_name.h"
#include "recorder/sources/private_instance.h"
#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

// No file can be below one that is not a folder, so that an execve of this fails on any host.
constexpr const char* kNoFile = "/proc/self/exe/exectrail-tries-its-events";
constexpr const char* kNoArgument = "an argument of no program";

constexpr std::array<const char*, 2> kPlain = {"sys_enter_execve", "sys_enter_execveat"};

std::string refusal(const std::string& what, int error, const std::string& needed) {
  std::string text = "the kernel refuses " + what + " (" + std::strerror(error) + "); ";
  if (error == EPERM) return text + "lockdown (/sys/kernel/security/lockdown) forbids them";
  return text + needed;
}

// Dynamic events in a group of this process's; removed at its end.
class DynamicEvents {
 public:
  DynamicEvents() : group_(groupName(thisOwner())) {}
  ~DynamicEvents() {
    for (const std::string& name : names_) {
      exectrail_dynamic_event_remove(group_.c_str(), name.c_str());
    }
  }
  DynamicEvents(const DynamicEvents&) = delete;
  DynamicEvents& operator=(const DynamicEvents&) = delete;

  // Zero, or why not as an errno.
  int create(const DynamicDefinition& wanted) {
    const char* const group = group_.c_str();
    const int error =
        wanted.system.empty()
            ? exectrail_kernel_probe_create(group, wanted.name.c_str(), wanted.target.c_str(),
                                            wanted.fetch.c_str())
            : exectrail_event_probe_create(group, wanted.name.c_str(), wanted.system.c_str(),
                                           wanted.target.c_str(), wanted.fetch.c_str());
    if (error == 0) names_.push_back(wanted.name);
    return error;
  }

  const std::string& group() const { return group_; }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::string group_;
  std::vector<std::string> names_;
};

std::unique_ptr<EventFormats> readFormats(const DynamicEvents& events) {
  auto formats = std::make_unique<EventFormats>();
  formats->setHeaderPage(readTracingFile("events/header_page"));
  addFormat(*formats, "sched", "sched_process_exec");
  for (const char* name : kPlain) addFormat(*formats, "syscalls", name);
  for (const std::string& name : events.names()) addFormat(*formats, events.group(), name);
  return formats;
}

}  // namespace

struct DynamicSource::State {
  DynamicEvents dynamic;  // before `instance`: an event can be removed once no instance has it
  PrivateInstance instance;
  std::unique_ptr<DynamicDecoder> decoder;

  explicit State(std::uint64_t bufferBytesPerCpu)
      : instance("dynamic", bufferBytesPerCpu, trace::Source::kDynamic) {}

  void create(DynamicSupport& support);
  void start();
  void drain(std::vector<Event>& events);
  void check(DynamicSupport& support);
};

DynamicSource::DynamicSource(std::uint64_t bufferBytesPerCpu) {
  open(bufferBytesPerCpu);
  if (!support_.entries.empty() && !support_.paths.empty()) {
    throw EnvironmentError("the kernel cannot copy what failed attempts were called with: " +
                           support_.entries + "; " + support_.paths);
  }
}

DynamicSource::~DynamicSource() = default;

void DynamicSource::open(std::uint64_t bufferBytesPerCpu) {
  // Each round leaves out what proved wrong in the one before: it would only cost.
  for (DynamicSupport before;; before = support_) {
    state_ = nullptr;
    state_ = std::make_unique<State>(bufferBytesPerCpu);
    state_->create(support_);
    if (!support_.entries.empty() && !support_.paths.empty()) return;
    if (support_ != before) continue;
    state_->start();
    state_->check(support_);
    if (support_ == before) return;
  }
}

// Makes the events of which `support` does not say that they do not work.
void DynamicSource::State::create(DynamicSupport& support) {
  const std::string built = "it takes one built with CONFIG_KPROBE_EVENTS";
  for (const DynamicDefinition& wanted : entryDefinitions()) {
    if (!support.entries.empty()) break;
    if (const int error = dynamic.create(wanted); error != 0) {
      support.entries = refusal("event probes on " + wanted.target, error, built);
    }
  }
  if (!support.paths.empty()) return;
  const DynamicDefinition wanted = openDefinition();
  if (const int error = dynamic.create(wanted); error != 0) {
    support.paths = refusal("a probe of its function " + wanted.target, error,
                            built + ", with a function of that name");
  }
}

void DynamicSource::State::start() {
  for (const std::string& name : dynamic.names()) {
    const int error = instance.enable(dynamic.group().c_str(), name.c_str(), nullptr);
    if (error != 0) throwErrno(error, "cannot enable the dynamic event " + name);
  }
  // Beside the copies: an entry too large for a page of the buffer is lost without a trace.
  for (const char* name : kPlain) {
    const int error = instance.enable("syscalls", name, nullptr);
    if (error != 0) throwErrno(error, std::string("cannot enable the tracepoint ") + name);
  }
  const auto formats = readFormats(dynamic);
  decoder = std::make_unique<DynamicDecoder>(*formats, dynamic.group());
  instance.start(formats->pageSize());
}

void DynamicSource::State::drain(std::vector<Event>& events) {
  const auto visit = [&](std::uint64_t timeNs, std::uint16_t cpu, std::span<const std::byte> raw) {
    decoder->decode(timeNs, cpu, raw, events);
  };
  instance.drain(visit, events);
}

// Notes in `support` what does not copy the call that is made here.
void DynamicSource::State::check(DynamicSupport& support) {
  // Ours, and just written, so that they are in memory.
  std::string file = kNoFile;
  std::string argument = kNoArgument;
  const std::array<char*, 3> argv = {file.data(), argument.data(), nullptr};
  const std::array<char*, 1> environment = {nullptr};
  ::execve(file.c_str(), argv.data(), environment.data());

  const auto self = static_cast<std::int32_t>(::gettid());
  bool entrySeen = false;
  bool pathSeen = false;
  std::vector<Event> events;
  drain(events);
  for (const Event& event : events) {
    const auto* enter = std::get_if<EnterEvent>(&event.body);
    if (enter != nullptr && enter->tid == self && enter->reading) {
      const EntryReading& reading = *enter->reading;
      entrySeen =
          entrySeen || (reading.typedPath.value == file &&
                        reading.arguments.value == std::vector<std::string>{file, argument});
    }
    const auto* opened = std::get_if<OpenEvent>(&event.body);
    pathSeen = pathSeen || (opened != nullptr && opened->tid == self && opened->path == file);
  }
  const std::string wrong =
      "this kernel's do not copy what the execve that tried them was called with";
  if (support.entries.empty() && !entrySeen) support.entries = "event probes: " + wrong;
  if (support.paths.empty() && !pathSeen) support.paths = "kernel probes: " + wrong;
}

DynamicSupport DynamicSource::trySupport() {
  constexpr std::uint64_t kSmall = 64 << 10;
  try {
    return DynamicSource(kSmall).support();
  } catch (const EnvironmentError& e) {
    return {e.what(), e.what()};
  }
}

const DynamicSupport& DynamicSource::support() const { return support_; }

std::vector<std::string> DynamicSource::eventNames() const {
  std::vector<std::string> names;
  for (const char* name : kPlain) names.push_back(std::string("syscalls:") + name);
  // The group's name is this process's and says nothing to a reader.
  for (const std::string& name : state_->dynamic.names()) names.push_back("exectrail:" + name);
  return names;
}

std::vector<int> DynamicSource::descriptors() const { return state_->instance.descriptors(); }

void DynamicSource::drain(std::vector<Event>& events) { state_->drain(events); }

void DynamicSource::stop() { state_->instance.stop(); }

std::vector<Event> DynamicSource::unreportedLosses(std::uint64_t nowNs) {
  return state_->instance.unreportedLosses(nowNs);
}

std::uint64_t DynamicSource::undecodedEvents() const {
  return state_->decoder->undecoded() + state_->instance.damagedPages();
}

std::vector<std::string> removeStaleDynamicEvents() {
  std::vector<std::pair<std::string, std::string>> found;
  exectrail_dynamic_events_visit(
      [](const char* group, const char* name, void* context) {
        static_cast<decltype(found)*>(context)->emplace_back(group, name);
      },
      &found);
  std::vector<std::string> removed;
  for (const auto& [group, name] : found) {
    const auto owner = groupOwner(group);
    if (!owner || isAlive(*owner)) continue;
    if (exectrail_dynamic_event_remove(group.c_str(), name.c_str()) == 0) {
      removed.push_back(group + "/" + name);
    }
  }
  return removed;
}

}  // namespace exectrail::recorder
