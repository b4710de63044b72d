#include "analyzer/output/text_parts.h"

#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

std::string gapsText(const Alert& alert) {
  std::uint64_t lost = 0;
  bool counted = true;
  for (const trace::Gap& gap : alert.gaps) {
    lost += gap.lostEvents;
    counted = counted && gap.lostEvents != 0;
  }
  const std::size_t count = alert.gaps.size();
  std::string text = count == 1 ? "spans a gap" : "spans " + std::to_string(count) + " gaps";
  if (lost != 0) {
    text += std::string(counted ? ": " : ": at least ") + std::to_string(lost) + " events lost";
  }
  if (alert.amended) text += "; given before that was known";
  return text;
}

std::string undecidedText(const Alert& alert) {
  std::string text = "not decided: ";
  for (const std::string& condition : alert.unknown) {
    if (&condition != &alert.unknown.front()) text += ", ";
    text += condition;
    const auto because = alert.unknownBecause.find(condition);
    if (because != alert.unknownBecause.end() && !because->second.empty()) {
      text += " (for want of " + trace::escapeForTerminal(because->second) + ")";
    }
  }
  return text;
}

}  // namespace

std::string_view colourOf(Severity severity) {
  switch (severity) {
    case Severity::kCritical:
      return "\033[1;37;41m";
    case Severity::kHigh:
      return "\033[1;31m";
    case Severity::kMedium:
      return "\033[1;33m";
    case Severity::kLow:
      return "\033[1;36m";
    case Severity::kInfo:
      return "\033[2m";
  }
  return "";
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return result;
}

std::string pad(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most) + "…";
}

std::string octal(std::uint32_t mode) {
  std::string digits;
  for (int shift = 9; shift >= 0; shift -= 3) {
    digits += static_cast<char>('0' + ((mode >> shift) & 7));
  }
  return digits;
}

// Arguments from `first` on, each unmistakably one word.
std::string words(const std::vector<std::string>& arguments, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < arguments.size() && text.size() <= kMaxCommand; ++i) {
    text += (text.empty() ? "" : " ") + trace::quoteForTerminal(arguments[i]);
  }
  return text;
}

std::string sureText(const Alert& alert) {
  std::string text = alert.gaps.empty() ? "no gap" : gapsText(alert);
  text += alert.unknown.empty() ? ", nothing unknown" : "; " + undecidedText(alert);
  // The innermost one: those above it are older still. What is known of it was read from /proc.
  for (auto entry = alert.lineage.rbegin(); entry != alert.lineage.rend(); ++entry) {
    if (entry->edge != "snapshot") continue;
    const bool outermost = std::next(entry) == alert.lineage.rend();
    text +=
        "; " + trace::escapeForTerminal(entry->name) + "(" + std::to_string(entry->image.tgid) +
        ")" +
        (outermost ? " is older than the recording" : " and above are older than the recording") +
        " [procfs]";
    break;
  }
  if (!alert.afterGap.empty()) {
    text += "; carried across a gap:";
    for (const std::string& field : alert.afterGap) text += " " + field;
  }
  if (!alert.truncated.empty()) {
    text += "; only the beginning is known of:";
    for (const std::string& field : alert.truncated) text += " " + field;
  }
  return text;
}

}  // namespace exectrail::analyzer
