// Where each field of a tracepoint stands in its raw bytes, as the kernel's own `format` files say:
// offsets differ between kernels and are never assumed. Parsing is libtraceevent's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace exectrail::recorder {

// A field's place. Reads from raw bytes return nothing when the bytes are too short.
struct FieldPlace {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  bool isSigned = false;
  bool isDynamic = false;  // __data_loc: the field holds offset and length of the bytes

  std::optional<std::int64_t> integer(std::span<const std::byte> raw) const;

  // All bytes of a string's field, its NUL among them if it has one.
  std::optional<std::string_view> data(std::span<const std::byte> raw) const;

  // A string, up to its first NUL.
  std::optional<std::string_view> text(std::span<const std::byte> raw) const;
};

class EventFormats {
 public:
  EventFormats();
  ~EventFormats();
  EventFormats(const EventFormats&) = delete;
  EventFormats& operator=(const EventFormats&) = delete;

  // Takes the text of one `format` file. False if libtraceevent cannot parse it.
  bool add(const std::string& system, const std::string& formatText);

  // Takes the text of events/header_page, which gives the layout of raw pages.
  bool setHeaderPage(const std::string& headerPageText);

  // The number that stands for the event in raw bytes; nothing if it was not added.
  std::optional<int> id(const std::string& system, const std::string& event) const;

  std::optional<FieldPlace> field(const std::string& system, const std::string& event,
                                  const std::string& field) const;

  // Bytes of one raw page, from its header. 4096 with the default settings of x86.
  std::size_t pageSize() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace exectrail::recorder
