#include "recorder/sources/entry_copy.h"

#include <algorithm>
#include <cerrno>

namespace exectrail::recorder {
namespace {

using trace::EvidenceClass;
using trace::Field;

constexpr std::uint64_t kPageSize = 4096;  // where pages are larger this only asks for more

// What some kernels write in place of a string they cannot read, and may shorten the next ones for.
constexpr std::string_view kFault = "(fault)";

std::string_view withoutNul(std::string_view bytes) { return bytes.substr(0, bytes.find('\0')); }

bool isFault(std::string_view bytes) { return withoutNul(bytes) == kFault; }

bool isThere(std::string_view bytes) { return !bytes.empty() && !isFault(bytes); }

std::uint64_t pageOf(std::uint64_t address) { return address / kPageSize; }

// The pages of the caller's memory that were there when the copy was made: the kernel reads nothing
// in, so what it could read at one address of a page it could at all.
class PresentPages {
 public:
  explicit PresentPages(const EntryCopy& copy) {
    if (isThere(copy.file)) add(copy.filename, copy.file.size());
    for (std::size_t i = 0; i < copy.arguments.size(); ++i) {
      if (!isThere(copy.arguments[i])) continue;
      add(copy.argv + 8 * i, 8);
      add(copy.pointers[i], copy.arguments[i].size());
    }
  }

  bool contain(std::uint64_t address, std::uint64_t size) const {
    return has(pageOf(address)) && has(pageOf(address + size - 1));
  }

 private:
  void add(std::uint64_t address, std::uint64_t size) {
    pages_.push_back(pageOf(address));
    pages_.push_back(pageOf(address + size - 1));
  }
  bool has(std::uint64_t page) const {
    return std::find(pages_.begin(), pages_.end(), page) != pages_.end();
  }

  std::vector<std::uint64_t> pages_;
};

}  // namespace

Field<std::string> fileOf(const EntryCopy& copy) {
  // An empty file name is none that a program means: the copy cannot tell it from an unreadable
  // one.
  if (!isThere(copy.file)) return Field<std::string>::unreadable(EFAULT);
  Field<std::string> field(std::string(withoutNul(copy.file)), EvidenceClass::kEntry);
  if (copy.file.back() != '\0') field.evidence.originalLength = copy.file.size() + 1;
  return field;
}

Field<std::vector<std::string>> argumentsOf(const EntryCopy& copy) {
  using Arguments = Field<std::vector<std::string>>;
  Arguments field({}, EvidenceClass::kEntry);
  if (copy.argv == 0) return field;  // the kernel takes it for an empty one
  const PresentPages present(copy);
  if (isFault(copy.file)) return Arguments::unreadable(EFAULT);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i <= kCopiedArguments; ++i) {
    const bool pointerKnown = present.contain(copy.argv + 8 * i, 8);
    if (pointerKnown && copy.pointers[i] == 0) return field;
    if (i == kCopiedArguments) break;
    const std::string_view argument = copy.arguments[i];
    if (isFault(argument)) return Arguments::unreadable(EFAULT);
    if (argument.empty() && !(pointerKnown && present.contain(copy.pointers[i], 1))) {
      return Arguments::unreadable(EFAULT);
    }
    field.value.emplace_back(withoutNul(argument));
    bytes += field.value.back().size() + 1;
    if (!argument.empty() && argument.back() != '\0') break;  // it grew while it was copied
  }
  field.evidence.originalLength = bytes + 1;  // at least: the end was not seen
  return field;
}

CopiedArguments partOf(const EntryCopy& copy) {
  CopiedArguments part;
  if (copy.argv == 0 || isFault(copy.file)) return part;
  const PresentPages present(copy);
  for (std::size_t i = 0; i <= kCopiedArguments; ++i) {
    if (!present.contain(copy.argv + 8 * i, 8)) return part;
    part.ended = copy.pointers[i] == 0;
    if (part.ended || i == kCopiedArguments) return part;
    const std::string_view argument = copy.arguments[i];
    if (isFault(argument)) return part;
    part.addresses.push_back(copy.pointers[i]);
    auto& text = part.strings.emplace_back();
    const bool empty = argument.empty() && present.contain(copy.pointers[i], 1);
    const bool whole = !argument.empty() && argument.back() == '\0';
    if (empty || whole) text = std::string(withoutNul(argument));
  }
  return part;
}

}  // namespace exectrail::recorder
