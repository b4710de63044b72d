#include "recorder/sources/event_decoder.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace exectrail::recorder {
namespace {

// Successful calls end in sched_process_exec: their sys_exit is noise.
constexpr const char* kFailedOnly = "ret < 0";

constexpr std::array<WantedEvent, 9> kWanted = {{
    {EventGroup::kProcesses, "sched", "sched_process_exec", nullptr, true},
    {EventGroup::kProcesses, "sched", "sched_process_fork", nullptr, true},
    {EventGroup::kProcesses, "sched", "sched_process_exit", nullptr, true},
    {EventGroup::kProcesses, "task", "task_newtask", nullptr, true},
    {EventGroup::kProcesses, "sched", "sched_prepare_exec", nullptr, false},
    {EventGroup::kEntries, "syscalls", "sys_enter_execve", nullptr, false},
    {EventGroup::kEntries, "syscalls", "sys_enter_execveat", nullptr, false},
    {EventGroup::kFailures, "syscalls", "sys_exit_execve", kFailedOnly, false},
    {EventGroup::kFailures, "syscalls", "sys_exit_execveat", kFailedOnly, false},
}};

std::int32_t asTid(std::int64_t value) { return static_cast<std::int32_t>(value); }

}  // namespace

std::span<const WantedEvent> wantedEvents() { return kWanted; }

std::vector<WantedEvent> wantedEvents(EventGroup group) {
  std::vector<WantedEvent> wanted;
  std::copy_if(kWanted.begin(), kWanted.end(), std::back_inserter(wanted),
               [group](const WantedEvent& event) { return event.group == group; });
  return wanted;
}

EventDecoder::EventDecoder(const EventFormats& formats) {
  using trace::SystemCall;
  // All events share the common fields; any one of them gives the place of the type.
  if (const auto type = formats.field("sched", "sched_process_exec", "common_type")) type_ = *type;
  addLayout(formats, "sched", "sched_process_exec", Kind::kExec, {"pid", "old_pid", "filename"});
  addLayout(formats, "sched", "sched_prepare_exec", Kind::kPrepareExec,
            {"common_pid", "filename", "interp"});
  addLayout(formats, "sched", "sched_process_fork", Kind::kFork,
            {"parent_pid", "child_pid", "child_comm"});
  addLayout(formats, "sched", "sched_process_exit", Kind::kExit, {"pid"}, "group_dead");
  addLayout(formats, "task", "task_newtask", Kind::kNewTask, {"pid", "clone_flags"});
  addLayout(formats, "syscalls", "sys_enter_execve", Kind::kEnter,
            {"common_pid", "filename", "argv"});
  addLayout(formats, "syscalls", "sys_enter_execveat", Kind::kEnter,
            {"common_pid", "filename", "argv", "flags"}, "fd", SystemCall::kExecveat);
  addLayout(formats, "syscalls", "sys_exit_execve", Kind::kFail, {"common_pid", "ret"});
  addLayout(formats, "syscalls", "sys_exit_execveat", Kind::kFail, {"common_pid", "ret"}, "",
            SystemCall::kExecveat);
}

void EventDecoder::addLayout(const EventFormats& formats, const std::string& system,
                             const std::string& name, Kind kind,
                             const std::vector<std::string>& fields,
                             const std::string& optionalField, trace::SystemCall systemCall) {
  const std::string title = system + ":" + name;
  const auto id = formats.id(system, name);
  if (!id) {
    missing_.push_back(title);
    return;
  }
  Layout layout;
  layout.kind = kind;
  layout.systemCall = systemCall;
  for (const std::string& field : fields) {
    const auto place = formats.field(system, name, field);
    if (!place) {
      missing_.push_back(title);
      missing_.back() += " field " + field;
      return;
    }
    layout.fields.push_back(*place);
  }
  if (!optionalField.empty()) layout.optionalField = formats.field(system, name, optionalField);
  // The name of syscall_enter_define_fields() in kernel/trace/trace_syscalls.c.
  if (kind == Kind::kEnter)
    layout.printableFilename = formats.field(system, name, "__filename_val");
  layouts_.emplace(*id, std::move(layout));
}

std::optional<EventBody> EventDecoder::decode(std::span<const std::byte> raw) {
  const auto type = type_.integer(raw);
  const auto found = type ? layouts_.find(*type) : layouts_.end();
  std::optional<EventBody> body;
  if (found != layouts_.end()) body = decodeFields(found->second, raw);
  if (!body) ++undecoded_;
  return body;
}

std::optional<EventBody> EventDecoder::decodeFields(const Layout& layout,
                                                    std::span<const std::byte> raw) const {
  const auto number = [&](std::size_t field) { return layout.fields[field].integer(raw); };
  const auto text = [&](std::size_t field) { return layout.fields[field].text(raw); };
  const auto first = number(0);
  if (!first) return std::nullopt;
  switch (layout.kind) {
    case Kind::kExec: {
      const auto oldTid = number(1);
      const auto filename = text(2);
      if (!oldTid || !filename) return std::nullopt;
      return ExecEvent{asTid(*first), asTid(*oldTid), std::string(*filename)};
    }
    case Kind::kPrepareExec: {
      const auto filename = text(1);
      const auto interp = text(2);
      if (!filename || !interp) return std::nullopt;
      return PrepareExecEvent{asTid(*first), std::string(*filename), std::string(*interp)};
    }
    case Kind::kFork: {
      const auto child = number(1);
      const auto comm = text(2);
      if (!child || !comm) return std::nullopt;
      return ForkEvent{asTid(*first), asTid(*child), std::string(*comm)};
    }
    case Kind::kNewTask: {
      const auto flags = number(1);
      if (!flags) return std::nullopt;
      return NewTaskEvent{asTid(*first), static_cast<std::uint64_t>(*flags)};
    }
    case Kind::kExit: {
      ExitEvent exit{asTid(*first), std::nullopt};
      if (layout.optionalField) {
        const auto groupDead = layout.optionalField->integer(raw);
        if (!groupDead) return std::nullopt;
        exit.groupDead = *groupDead != 0;
      }
      return exit;
    }
    case Kind::kEnter: {
      const auto filename = number(1);
      const auto argv = number(2);
      if (!filename || !argv) return std::nullopt;
      EnterEvent enter;
      enter.tid = asTid(*first);
      enter.systemCall = layout.systemCall;
      enter.filenameAddress = static_cast<std::uint64_t>(*filename);
      enter.argvAddress = static_cast<std::uint64_t>(*argv);
      if (layout.optionalField) {
        enter.directoryFd = asTid(layout.optionalField->integer(raw).value_or(-1));
        enter.flags = asTid(number(3).value_or(0));
      }
      if (layout.printableFilename) {
        // Without a byte: it could not be read.
        const auto name = layout.printableFilename->text(raw);
        if (name && !name->empty()) enter.printableFilename = std::string(*name);
      }
      return enter;
    }
    case Kind::kFail: {
      const auto result = number(1);
      // The filter lets only failures through; a negative errno never exceeds 4095.
      if (!result || *result >= 0 || *result < -4095) return std::nullopt;
      return FailEvent{asTid(*first), layout.systemCall, static_cast<std::uint16_t>(-*result)};
    }
  }
  return std::nullopt;
}

}  // namespace exectrail::recorder
