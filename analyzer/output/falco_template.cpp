#include "analyzer/output/falco_template.h"

#include <charconv>

#include "analyzer/paths/path.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMaxLine = 16 << 10;  // bytes: arguments may be long

bool isNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_';
}

// "proc.aname[2]": as long as it is, from the beginning of `text`.
std::size_t nameSize(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && isNameByte(text[size])) ++size;
  while (size > 0 && text[size - 1] == '.') --size;  // the end of a sentence
  if (size == 0 || size >= text.size() || text[size] != '[') return size;
  const std::size_t end = text.find(']', size);
  return end == std::string_view::npos ? size : end + 1;
}

std::optional<std::string> argumentsBehind(const trace::Field<std::vector<std::string>>& field) {
  if (!field.known()) return std::nullopt;
  std::string text;
  for (std::size_t i = 1; i < field.value.size(); ++i) text += (i > 1 ? " " : "") + field.value[i];
  return text;
}

std::optional<std::string> first(const trace::Field<std::vector<std::string>>& field) {
  if (!field.known() || field.value.empty()) return std::nullopt;
  return field.value.front();
}

// The image of the process so many generations above: 1 is the parent.
const LineageEntry* ancestor(const Alert& alert, unsigned generation) {
  const auto& lineage = alert.lineage;
  unsigned above = 0;
  for (std::size_t i = lineage.size(); i-- > 0;) {
    const bool sameProcess =
        i + 1 < lineage.size() && lineage[i].image.process() == lineage[i + 1].image.process();
    if (i + 1 < lineage.size() && !sameProcess) ++above;
    if (above == generation && !sameProcess) return &lineage[i];
  }
  return nullptr;
}

}  // namespace

std::string filled(std::string_view text,
                   const std::function<std::optional<std::string>(std::string_view)>& value) {
  if (text.starts_with('*')) text.remove_prefix(1);
  std::string line;
  while (!text.empty() && line.size() < kMaxLine) {
    const std::size_t percent = std::min(text.find('%'), text.size());
    line += text.substr(0, percent);
    text.remove_prefix(percent);
    if (text.empty()) break;
    text.remove_prefix(1);
    const std::size_t size = nameSize(text);
    if (size == 0) {
      line += '%';
      continue;
    }
    line += value(text.substr(0, size)).value_or("<NA>");
    text.remove_prefix(size);
  }
  if (line.size() > kMaxLine) line.resize(kMaxLine);
  return line;
}

std::optional<std::string> furtherField(const Alert& alert, std::string_view name) {
  const bool failed = alert.errorNumber != 0;
  const auto& arguments = failed ? alert.attemptArguments : alert.process.arguments;
  if (name == "proc.args") return argumentsBehind(arguments);
  if (name == "proc.exe") return first(arguments);
  if (name == "proc.pexe") return first(alert.parent.arguments);
  if (name == "evt.dir") return "<";
  if (name == "evt.args" && alert.filePath.known()) return "filename=" + alert.filePath.value;
  std::string_view key;
  for (const std::string_view each : {"proc.aname[", "proc.aexepath["}) {
    if (name.starts_with(each) && name.ends_with(']')) key = each;
  }
  if (key.empty()) return std::nullopt;
  unsigned generation = 0;
  const char* const end = name.data() + name.size() - 1;
  const auto [stop, error] = std::from_chars(name.data() + key.size(), end, generation);
  if (error != std::errc() || stop != end) return std::nullopt;
  const LineageEntry* entry = ancestor(alert, generation);
  if (entry == nullptr) return std::nullopt;
  if (key == "proc.aname[") return entry->name;
  if (entry->executable.empty()) return std::nullopt;
  return entry->executable;
}

}  // namespace exectrail::analyzer
