#include "recorder/kernel/event_formats.h"

#include <traceevent/event-parse.h>

#include <cstring>

namespace exectrail::recorder {
namespace {

std::uint64_t load(std::span<const std::byte> bytes) {
  // Raw pages come from this host: its byte order, no alignment promised.
  switch (bytes.size()) {
    case 1:
      return std::to_integer<std::uint8_t>(bytes[0]);
    case 2: {
      std::uint16_t value = 0;
      std::memcpy(&value, bytes.data(), sizeof value);
      return value;
    }
    case 4: {
      std::uint32_t value = 0;
      std::memcpy(&value, bytes.data(), sizeof value);
      return value;
    }
    case 8: {
      std::uint64_t value = 0;
      std::memcpy(&value, bytes.data(), sizeof value);
      return value;
    }
    default:
      return 0;
  }
}

}  // namespace

std::optional<std::int64_t> FieldPlace::integer(std::span<const std::byte> raw) const {
  if (size != 1 && size != 2 && size != 4 && size != 8) return std::nullopt;
  if (offset > raw.size() || size > raw.size() - offset) return std::nullopt;
  const std::uint64_t value = load(raw.subspan(offset, size));
  if (!isSigned || size == 8) return static_cast<std::int64_t>(value);
  const unsigned shift = 64 - 8 * size;
  return static_cast<std::int64_t>(value << shift) >> shift;
}

std::optional<std::string_view> FieldPlace::data(std::span<const std::byte> raw) const {
  std::size_t start = offset;
  std::size_t length = size;
  if (isDynamic) {
    FieldPlace location = *this;
    location.isDynamic = false;
    location.isSigned = false;
    const auto packed = location.integer(raw);
    if (!packed) return std::nullopt;
    start = static_cast<std::size_t>(*packed) & 0xffff;
    length = static_cast<std::size_t>(*packed) >> 16;
  }
  if (start > raw.size() || length > raw.size() - start) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(raw.data()) + start, length);
}

std::optional<std::string_view> FieldPlace::text(std::span<const std::byte> raw) const {
  const auto bytes = data(raw);
  if (!bytes) return std::nullopt;
  return bytes->substr(0, bytes->find('\0'));
}

struct EventFormats::State {
  tep_handle* tep = tep_alloc();
  std::size_t pageSize = 4096;

  State() = default;
  ~State() { tep_free(tep); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

EventFormats::EventFormats() : state_(std::make_unique<State>()) {
  tep_set_loglevel(TEP_LOG_NONE);
  tep_set_long_size(state_->tep, sizeof(long));
}

EventFormats::~EventFormats() = default;

bool EventFormats::add(const std::string& system, const std::string& formatText) {
  return tep_parse_event(state_->tep, formatText.c_str(), formatText.size(), system.c_str()) ==
         TEP_ERRNO__SUCCESS;
}

bool EventFormats::setHeaderPage(const std::string& headerPageText) {
  std::string text = headerPageText;  // libtraceevent wants it writable
  if (tep_parse_header_page(state_->tep, text.data(), text.size(), sizeof(long)) != 0) return false;
  const int dataSize = tep_get_sub_buffer_size(state_->tep);
  if (dataSize <= 0) return false;
  state_->pageSize = static_cast<std::size_t>(dataSize);
  return true;
}

std::optional<int> EventFormats::id(const std::string& system, const std::string& event) const {
  const tep_event* found = tep_find_event_by_name(state_->tep, system.c_str(), event.c_str());
  if (found == nullptr) return std::nullopt;
  return found->id;
}

std::optional<FieldPlace> EventFormats::field(const std::string& system, const std::string& event,
                                              const std::string& field) const {
  tep_event* found = tep_find_event_by_name(state_->tep, system.c_str(), event.c_str());
  const tep_format_field* place =
      found == nullptr ? nullptr : tep_find_any_field(found, field.c_str());
  if (place == nullptr || place->offset < 0 || place->size < 0) return std::nullopt;
  FieldPlace out;
  out.offset = static_cast<std::uint32_t>(place->offset);
  out.size = static_cast<std::uint32_t>(place->size);
  out.isSigned = (place->flags & TEP_FIELD_IS_SIGNED) != 0;
  out.isDynamic = (place->flags & TEP_FIELD_IS_DYNAMIC) != 0;
  return out;
}

std::size_t EventFormats::pageSize() const { return state_->pageSize; }

}  // namespace exectrail::recorder
