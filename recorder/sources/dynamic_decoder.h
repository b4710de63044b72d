// Raw bytes of our dynamic events, and of the plain entries beside them -> events. Pure decoding;
// the definitions it goes by are those of dynamic_definitions.h.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "recorder/events/event.h"
#include "recorder/kernel/event_formats.h"
#include "recorder/sources/dynamic_definitions.h"
#include "recorder/sources/event_decoder.h"

namespace exectrail::recorder {

class DynamicDecoder {
 public:
  // `formats` has the plain tracepoints, and those of the group that exist.
  DynamicDecoder(const EventFormats& formats, const std::string& group);

  // Appends an EnterEvent, with its reading if this is a copy, or an OpenEvent. A copy takes the
  // place of the plain entry of the same call if that stands right before it in `events`.
  void decode(std::uint64_t timeNs, std::uint16_t cpu, std::span<const std::byte> raw,
              std::vector<Event>& events);

  // Events of a shape that could not be decoded.
  std::uint64_t undecoded() const { return undecoded_ + plain_.undecoded(); }

 private:
  struct CopyLayout {
    trace::SystemCall systemCall = trace::SystemCall::kExecve;
    FieldPlace tid;
    std::optional<FieldPlace> fd;
    std::optional<FieldPlace> flags;
    FieldPlace filename;
    FieldPlace argv;
    FieldPlace pointers;
    FieldPlace file;
    std::array<FieldPlace, kCopiedArguments> arguments;
  };
  struct OpenLayout {
    FieldPlace tid;
    FieldPlace fd;
    FieldPlace file;
  };

  void addCopy(const EventFormats& formats, const std::string& group, const char* name,
               trace::SystemCall systemCall);
  void addOpen(const EventFormats& formats, const std::string& group);
  std::optional<EnterEvent> decodeCopy(const CopyLayout& layout, std::uint64_t timeNs,
                                       std::span<const std::byte> raw) const;
  std::optional<OpenEvent> decodeOpen(std::span<const std::byte> raw) const;

  EventDecoder plain_;
  FieldPlace type_;
  std::unordered_map<std::int64_t, CopyLayout> copies_;
  std::optional<OpenLayout> open_;
  std::int64_t openId_ = -1;
  std::uint64_t undecoded_ = 0;
};

}  // namespace exectrail::recorder
