// Raw bytes of a tracepoint -> Event, by the places that the kernel's format files give.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "recorder/events/event.h"
#include "recorder/kernel/event_formats.h"

namespace exectrail::recorder {

// Tracepoints with buffers of their own, so that a flood of one kind cannot push out the others.
enum class EventGroup {
  kProcesses,  // forks, execs that succeeded, exits
  kEntries,    // every entry of execve: what it was called with
  kFailures,   // returns of execve that failed
};

// A tracepoint that the recorder wants.
struct WantedEvent {
  EventGroup group;
  const char* system;
  const char* name;
  const char* filter;  // null: none. Evaluated by the kernel, before the event costs buffer space
  bool required;       // without it there is no recording
};

std::span<const WantedEvent> wantedEvents();  // all
std::vector<WantedEvent> wantedEvents(EventGroup group);

class EventDecoder {
 public:
  // Wanted events that `formats` does not have, or not with the fields we need, are left out;
  // `missing` then names a required one ("sched:sched_process_exec lacks field filename").
  explicit EventDecoder(const EventFormats& formats);

  const std::vector<std::string>& missing() const { return missing_; }

  // Nothing for events we do not know; those of a wrong shape are counted as well.
  std::optional<EventBody> decode(std::span<const std::byte> raw);
  std::uint64_t undecoded() const { return undecoded_; }

 private:
  enum class Kind { kNewTask, kFork, kPrepareExec, kExec, kExit, kEnter, kFail };
  struct Layout {
    Kind kind{};
    trace::SystemCall systemCall = trace::SystemCall::kExecve;
    std::vector<FieldPlace> fields;  // in the order in which addLayout() was given them
    std::optional<FieldPlace> optionalField;
    std::optional<FieldPlace> printableFilename;  // kEnter, where the kernel copies it
  };

  void addLayout(const EventFormats& formats, const std::string& system, const std::string& name,
                 Kind kind, const std::vector<std::string>& fields,
                 const std::string& optionalField = "",
                 trace::SystemCall systemCall = trace::SystemCall::kExecve);
  std::optional<EventBody> decodeFields(const Layout& layout, std::span<const std::byte> raw) const;

  FieldPlace type_;
  std::unordered_map<std::int64_t, Layout> layouts_;
  std::vector<std::string> missing_;
  std::uint64_t undecoded_ = 0;
};

}  // namespace exectrail::recorder
