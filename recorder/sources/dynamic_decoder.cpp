#include "recorder/sources/dynamic_decoder.h"

#include <utility>

#include "recorder/proc/entry_reader.h"
#include "recorder/sources/entry_copy.h"

namespace exectrail::recorder {
namespace {

using trace::SystemCall;

std::optional<std::int32_t> number32(const FieldPlace& place, std::span<const std::byte> raw) {
  const auto value = place.integer(raw);
  if (!value) return std::nullopt;
  return static_cast<std::int32_t>(*value);
}

// Element `index` of an array of 64-bit numbers.
FieldPlace element(const FieldPlace& array, std::size_t index) {
  FieldPlace place;
  place.offset = array.offset + static_cast<std::uint32_t>(8 * index);
  place.size = 8;
  return place;
}

}  // namespace

DynamicDecoder::DynamicDecoder(const EventFormats& formats, const std::string& group)
    : plain_(formats) {
  // All events share the common fields.
  if (const auto type = formats.field("syscalls", "sys_enter_execve", "common_type")) type_ = *type;
  addCopy(formats, group, kExecveCopy, SystemCall::kExecve);
  addCopy(formats, group, kExecveatCopy, SystemCall::kExecveat);
  addOpen(formats, group);
}

void DynamicDecoder::addCopy(const EventFormats& formats, const std::string& group,
                             const char* name, SystemCall systemCall) {
  const auto id = formats.id(group, name);
  if (!id) return;
  bool complete = true;
  const auto place = [&](const std::string& field) {
    const auto found = formats.field(group, name, field);
    complete = complete && found.has_value();
    return found.value_or(FieldPlace{});
  };
  CopyLayout layout;
  layout.systemCall = systemCall;
  layout.tid = place("common_pid");
  layout.filename = place("filename");
  layout.argv = place("argv");
  layout.pointers = place("pointers");
  layout.file = place("file");
  for (std::size_t i = 0; i < kCopiedArguments; ++i) {
    layout.arguments[i] = place("a" + std::to_string(i));
  }
  if (systemCall == SystemCall::kExecveat) {
    layout.fd = place("fd");
    layout.flags = place("flags");
  }
  if (complete) copies_.emplace(*id, layout);
}

void DynamicDecoder::addOpen(const EventFormats& formats, const std::string& group) {
  const auto id = formats.id(group, kOpen);
  const auto tid = formats.field(group, kOpen, "common_pid");
  const auto fd = formats.field(group, kOpen, "fd");
  const auto file = formats.field(group, kOpen, "file");
  if (!id || !tid || !fd || !file) return;
  openId_ = *id;
  open_ = OpenLayout{*tid, *fd, *file};
}

void DynamicDecoder::decode(std::uint64_t timeNs, std::uint16_t cpu, std::span<const std::byte> raw,
                            std::vector<Event>& events) {
  const auto add = [&](auto&& body) {
    if (!body) {
      ++undecoded_;
      return;
    }
    events.push_back({timeNs, cpu, std::move(*body), trace::Source::kDynamic});
  };
  const auto type = type_.integer(raw);
  if (type && *type == openId_) {
    add(decodeOpen(raw));
    return;
  }
  const auto copy = type ? copies_.find(*type) : copies_.end();
  if (copy == copies_.end()) {
    // Counts what it does not know itself.
    if (auto body = plain_.decode(raw)) {
      events.push_back({timeNs, cpu, std::move(*body), trace::Source::kDynamic});
    }
    return;
  }
  auto entered = decodeCopy(copy->second, timeNs, raw);
  Event* const last = events.empty() ? nullptr : &events.back();
  auto* const plain = last == nullptr ? nullptr : std::get_if<EnterEvent>(&last->body);
  if (entered && plain != nullptr && last->cpu == cpu && plain->tid == entered->tid &&
      !plain->reading) {
    *plain = std::move(*entered);
    return;
  }
  add(std::move(entered));
}

std::optional<EnterEvent> DynamicDecoder::decodeCopy(const CopyLayout& layout, std::uint64_t timeNs,
                                                     std::span<const std::byte> raw) const {
  const auto tid = number32(layout.tid, raw);
  const auto filename = layout.filename.integer(raw);
  const auto argv = layout.argv.integer(raw);
  const auto file = layout.file.data(raw);
  if (!tid || !filename || !argv || !file) return std::nullopt;
  EntryCopy copy;
  copy.filename = static_cast<std::uint64_t>(*filename);
  copy.argv = static_cast<std::uint64_t>(*argv);
  copy.file = *file;
  if (layout.pointers.size < 8 * copy.pointers.size()) return std::nullopt;
  for (std::size_t i = 0; i < copy.pointers.size(); ++i) {
    const auto pointer = element(layout.pointers, i).integer(raw);
    if (!pointer) return std::nullopt;
    copy.pointers[i] = static_cast<std::uint64_t>(*pointer);
  }
  for (std::size_t i = 0; i < copy.arguments.size(); ++i) {
    const auto argument = layout.arguments[i].data(raw);
    if (!argument) return std::nullopt;
    copy.arguments[i] = *argument;
  }

  EnterEvent entered;
  entered.tid = *tid;
  entered.systemCall = layout.systemCall;
  entered.filenameAddress = copy.filename;
  entered.argvAddress = copy.argv;
  if (layout.fd && layout.flags) {
    entered.directoryFd = number32(*layout.fd, raw).value_or(-1);
    entered.flags = number32(*layout.flags, raw).value_or(0);
  }
  auto reading = std::make_shared<EntryReading>();
  reading->endNs = timeNs;
  reading->typedPath = fileOf(copy);
  if (reading->typedPath.known() && layout.fd) {
    reading->typedPath.value =
        asKernelNames(entered.directoryFd, std::move(reading->typedPath.value));
  }
  reading->arguments = argumentsOf(copy);
  if (!reading->arguments.known() || reading->arguments.evidence.truncated()) {
    reading->part = partOf(copy);
  }
  reading->pathCopied = reading->typedPath.known();
  reading->argumentsCopied = reading->arguments.known();
  entered.reading = std::move(reading);
  return entered;
}

std::optional<OpenEvent> DynamicDecoder::decodeOpen(std::span<const std::byte> raw) const {
  const auto tid = number32(open_->tid, raw);
  const auto fd = number32(open_->fd, raw);
  const auto file = open_->file.data(raw);
  // Without any byte, not even a NUL: the kernel could not read it.
  if (!tid || !fd || !file || file->empty()) return std::nullopt;
  return OpenEvent{*tid, asKernelNames(*fd, std::string(file->substr(0, file->find('\0'))))};
}

}  // namespace exectrail::recorder
