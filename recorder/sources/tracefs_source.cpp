#include "recorder/sources/tracefs_source.h"

#include <utility>

#include "recorder/kernel/tracefs_instance.h"
#include "recorder/sources/instance_name.h"
#include "recorder/sources/private_instance.h"
#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

std::string nameOf(const WantedEvent& wanted) {
  return std::string(wanted.system) + ":" + wanted.name;
}

const char* purposeOf(EventGroup group) {
  switch (group) {
    case EventGroup::kProcesses:
      return "processes";
    case EventGroup::kEntries:
      return "entries";
    case EventGroup::kFailures:
      break;
  }
  return "failures";
}

std::unique_ptr<EventFormats> readFormats() {
  auto formats = std::make_unique<EventFormats>();
  formats->setHeaderPage(readTracingFile("events/header_page"));
  for (const WantedEvent& wanted : wantedEvents()) addFormat(*formats, wanted.system, wanted.name);
  return formats;
}

}  // namespace

struct TracefsSource::State {
  State(EventGroup wantedGroup, std::uint64_t bufferBytesPerCpu)
      : group(wantedGroup),
        instance(purposeOf(group), bufferBytesPerCpu, trace::Source::kTracefs),
        formats(readFormats()),
        decoder(*formats) {}

  EventGroup group;
  PrivateInstance instance;
  std::unique_ptr<EventFormats> formats;
  EventDecoder decoder;
  std::vector<std::string> names;

  void requireLayouts() const;
  void enableEvents();
};

TracefsSource::TracefsSource(EventGroup group, std::uint64_t bufferBytesPerCpu)
    : state_(std::make_unique<State>(group, bufferBytesPerCpu)) {
  state_->requireLayouts();
  state_->enableEvents();
  state_->instance.start(state_->formats->pageSize());
}

void TracefsSource::State::requireLayouts() const {
  for (const WantedEvent& wanted : wantedEvents()) {
    for (const std::string& missing : decoder.missing()) {
      if (wanted.required && missing.starts_with(nameOf(wanted))) {
        throw EnvironmentError("this kernel lacks the tracepoint " + missing +
                               ", which recording needs");
      }
    }
  }
}

void TracefsSource::State::enableEvents() {
  for (const WantedEvent& wanted : wantedEvents(group)) {
    const int error = instance.enable(wanted.system, wanted.name, wanted.filter);
    if (error == 0) {
      names.push_back(nameOf(wanted));
    } else if (wanted.required) {
      throwErrno(error, "cannot enable the tracepoint " + nameOf(wanted));
    }
  }
}

TracefsSource::~TracefsSource() = default;

std::vector<std::string> TracefsSource::eventNames() const { return state_->names; }

std::vector<int> TracefsSource::descriptors() const { return state_->instance.descriptors(); }

void TracefsSource::drain(std::vector<Event>& events) {
  const auto visit = [&](std::uint64_t timeNs, std::uint16_t cpu, std::span<const std::byte> raw) {
    if (auto body = state_->decoder.decode(raw)) events.push_back({timeNs, cpu, std::move(*body)});
  };
  state_->instance.drain(visit, events);
}

void TracefsSource::stop() { state_->instance.stop(); }

std::vector<Event> TracefsSource::unreportedLosses(std::uint64_t nowNs) {
  return state_->instance.unreportedLosses(nowNs);
}

std::uint64_t TracefsSource::undecodedEvents() const {
  return state_->decoder.undecoded() + state_->instance.damagedPages();
}

std::vector<std::string> removeStaleInstances() {
  std::vector<std::string> names;
  exectrail_instances_visit(
      [](const char* name, void* context) {
        static_cast<std::vector<std::string>*>(context)->emplace_back(name);
      },
      &names);
  std::vector<std::string> removed;
  for (const std::string& name : names) {
    const auto owner = instanceOwner(name);
    if (!owner || isAlive(*owner)) continue;
    if (exectrail_instance_remove_stale(name.c_str()) == 0) removed.push_back(name);
  }
  return removed;
}

}  // namespace exectrail::recorder
