#include "analyzer/compiler/diagnostics.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kQuotedColumns = 160;  // of a source line; the rest is cut
constexpr std::size_t kMaxErrors = 200;      // shown; a file of noise must not flood a terminal

// Recipes may come from anywhere: nothing but plain text reaches the terminal. Character for
// character, so that the caret below a line stays where it belongs.
std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    char32_t codePoint = 0;
    const int length = trace::decodeUtf8(text, codePoint);
    if (codePoint == '\t' && length == 1) {
      result += ' ';
    } else if (length > 0 && trace::isPlainText(codePoint)) {
      result += text.substr(0, static_cast<std::size_t>(length));
    } else {
      result += '?';
    }
    text.remove_prefix(static_cast<std::size_t>(std::max(length, 1)));
  }
  return result;
}

bool continuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::string codeName(char family, DiagnosticCode code) {
  std::string digits = std::to_string(static_cast<unsigned>(code));
  return family + std::string(3 - std::min<std::size_t>(3, digits.size()), '0') + digits;
}

std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substitute, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// The beginning of a name is as good as a typing error (parent.exe, parent.executable), and so are
// some whole words of it (unusual_dir, exec_from_unusual_dir).
bool isPart(std::string_view word, std::string_view name) {
  if (word.size() < 3) return false;
  if (name.starts_with(word)) return true;
  return word.find('_') != std::string_view::npos && name.ends_with("_" + std::string(word));
}

// How far a name is off that begins with the same two words or more and ends otherwise:
// exec_from_tmp, exec_from_unusual_dir. Farther than a typing error.
std::size_t otherEnd(std::string_view word, std::string_view name) {
  const auto common = std::ranges::mismatch(word, name).in1 - word.begin();
  const std::string_view same = word.substr(0, static_cast<std::size_t>(common));
  if (std::ranges::count(same, '_') < 2) return std::string_view::npos;
  return std::max<std::size_t>(2, word.size() - same.size());
}

}  // namespace

void Diagnostics::addSource(std::string file, std::string_view text) {
  std::vector<std::string>& lines = lines_[std::move(file)];
  lines.clear();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void Diagnostics::error(DiagnosticCode code, SourcePosition position, std::string message,
                        std::string help) {
  // A class that several recipes share is compiled for each of them; its fault is one.
  std::string key = position.file + '\0' + std::to_string(position.line) + ':' +
                    std::to_string(position.column) + ':' + std::to_string(static_cast<int>(code)) +
                    ':' + message;
  if (!told_.insert(std::move(key)).second) return;
  errors_.push_back({code, std::move(position), std::move(message), std::move(help)});
}

std::string Diagnostics::quote(const SourcePosition& position) const {
  const auto found = lines_.find(position.file);
  if (found == lines_.end() || position.line == 0 || position.line > found->second.size())
    return {};
  const std::string& line = found->second[position.line - 1];
  // A long line is shown from a little before the error.
  const std::size_t column = std::min<std::size_t>(position.column - 1, line.size());
  std::size_t from = column > kQuotedColumns * 3 / 4 ? column - kQuotedColumns / 2 : 0;
  while (from > 0 && continuesCharacter(line[from])) --from;
  std::size_t until = std::min(line.size(), from + kQuotedColumns);
  while (until < line.size() && continuesCharacter(line[until])) ++until;
  const auto width = std::count_if(line.begin() + static_cast<std::ptrdiff_t>(from),
                                   line.begin() + static_cast<std::ptrdiff_t>(column),
                                   [](char c) { return !continuesCharacter(c); });
  return "    " + printable(std::string_view(line).substr(from, until - from)) + "\n    " +
         std::string(static_cast<std::size_t>(width), ' ') + "^\n";
}

std::string Diagnostics::format(char family) const {
  std::vector<const Diagnostic*> ordered;
  for (const Diagnostic& error : errors_) ordered.push_back(&error);
  std::ranges::stable_sort(ordered, [](const Diagnostic* a, const Diagnostic* b) {
    return std::tie(a->position.file, a->position.line, a->position.column) <
           std::tie(b->position.file, b->position.line, b->position.column);
  });
  std::string text;
  for (std::size_t i = 0; i < ordered.size() && i < kMaxErrors; ++i) {
    const auto& [code, position, message, help] = *ordered[i];
    text += printable(position.file) + ":" + std::to_string(position.line) + ":" +
            std::to_string(position.column) + ": error[" + codeName(family, code) +
            "]: " + printable(message) + "\n" + quote(position);
    if (!help.empty()) text += "help: " + printable(help) + "\n";
  }
  if (ordered.size() > kMaxErrors) {
    text += "and " + std::to_string(ordered.size() - kMaxErrors) + " more errors\n";
  }
  return text;
}

std::string didYouMean(std::string_view word, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  std::size_t bestDistance = std::max<std::size_t>(1, word.size() / 3) + 1;
  if (word.size() > 64) return {};
  for (const std::string& candidate : known) {
    const std::size_t distance = isPart(word, candidate) ? 1
                                                         : std::min(editDistance(word, candidate),
                                                                    otherEnd(word, candidate));
    if (distance < bestDistance) {
      bestDistance = distance;
      best = &candidate;
    }
  }
  return best == nullptr ? std::string() : ", did you mean '" + *best + "'?";
}

}  // namespace exectrail::analyzer
