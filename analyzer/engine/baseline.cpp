#include "analyzer/engine/baseline.h"

#include <algorithm>

#include "analyzer/engine/judge.h"
#include "trace/errors.h"

namespace exectrail::analyzer {
namespace {

constexpr std::string_view kHead = "exectrail baseline 1";

// Tab, newline, backslash and what is not printable ASCII, as \xNN: what is read back is the same.
std::string escaped(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      result += c;
    } else {
      result.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
    }
  }
  return result;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool unescape(std::string_view text, std::string& result) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      result += text[i];
      continue;
    }
    if (text.substr(i, 2) != "\\x" || i + 3 >= text.size()) return false;
    const int high = digit(text[i + 2]);
    const int low = digit(text[i + 3]);
    if (high < 0 || low < 0) return false;
    result += static_cast<char>(high * 16 + low);
    i += 3;
  }
  return true;
}

[[noreturn]] void refuse(const std::string& file, std::size_t line, const std::string& why) {
  throw EnvironmentError(file + ":" + std::to_string(line) + ": " + why +
                         "; make a baseline with exectrail baseline learn");
}

}  // namespace

void BaselineLearner::learn(const Judged& judged) {
  for (const Recipe& recipe : program_.recipes()) {
    if (recipe.firstSeen.empty()) continue;
    const Verdict verdict = judge(recipe, judged, 0);
    if (verdict.kind == Verdict::Kind::kNothing) continue;
    const auto keys = keysOf(recipe.firstSeen, judged, verdict.directoryClass, OnUnknown::kNothing);
    if (keys.empty()) ++undecided_;
    for (const KeyedValues& each : keys) {
      std::string line = recipe.info->name;
      for (const std::string& text : each.texts) line += "\t" + escaped(text);
      if (lines_.size() >= kMaxBaselineLines && !lines_.contains(line)) {
        ++leftOut_;
      } else {
        lines_.insert(std::move(line));
      }
    }
  }
}

std::string BaselineLearner::text() const {
  std::string text(kHead);
  text += '\n';
  for (const std::string& line : lines_) text += line + "\n";
  return text;
}

Baseline parseBaseline(const std::string& file, std::string_view text) {
  Baseline baseline;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (number == 1) {
      if (line != kHead) refuse(file, 1, "this is no baseline");
      continue;
    }
    if (line.empty() || line.starts_with('#')) continue;
    if (number > 2 * kMaxBaselineLines) refuse(file, number, "too many lines");
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) refuse(file, number, "a recipe without values");
    const std::string recipe(line.substr(0, tab));
    std::vector<std::string> values;
    for (std::size_t at = tab; at != std::string_view::npos; at = line.find('\t')) {
      line.remove_prefix(at + 1);
      if (!unescape(line.substr(0, std::min(line.find('\t'), line.size())),
                    values.emplace_back())) {
        refuse(file, number, "'\\' is not followed by x and two digits");
      }
    }
    baseline[recipe].insert(keyOf(values));
  }
  if (number == 0) refuse(file, 1, "this is no baseline");
  return baseline;
}

}  // namespace exectrail::analyzer
