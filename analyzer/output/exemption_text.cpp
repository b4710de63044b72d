#include "analyzer/output/exemption_text.h"

#include <algorithm>
#include <array>

#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kNameDigits = 12;  // of the alert's id

// A text that a person who reviews the file sees as it is.
bool plain(std::string_view text) {
  while (!text.empty()) {
    char32_t codePoint = 0;
    const int length = trace::decodeUtf8(text, codePoint);
    if (length == 0 || !trace::isPlainText(codePoint)) return false;
    text.remove_prefix(static_cast<std::size_t>(length));
  }
  return true;
}

std::string patternOf(std::string_view path) {
  std::string pattern;
  for (const char c : path) {
    if (std::string_view("*?[]{},!\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

// A flow scalar in double quotes: https://yaml.org/spec/1.2.2/#731-double-quoted-style
std::string inQuotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

}  // namespace

std::optional<std::string> exemptionText(const ExemptionRequest& request) {
  const std::array<const std::string*, 5> texts = {&request.path, &request.parent, &request.reason,
                                                   &request.until, &request.owner};
  if (!std::ranges::all_of(texts, [](const std::string* text) { return plain(*text); })) {
    return std::nullopt;
  }
  const std::string digits = request.alertId.substr(0, kNameDigits);
  std::string text = "lists:\n  parent_of_" + digits + ": [" + inQuotes(patternOf(request.parent)) +
                     "]\n---\noverride: " + request.recipe + "\nexempt:\n";
  text += "  - name: alert-" + digits + "\n";
  text += "    path: [" + inQuotes(patternOf(request.path)) + "]\n";
  text += "    parent: genuine(@parent_of_" + digits + ")";
  if (request.user) text += " and user.id == " + std::to_string(*request.user);
  text += "\n";
  text += "    why: " + inQuotes(request.reason) + "\n";
  if (!request.owner.empty()) text += "    owner: " + inQuotes(request.owner) + "\n";
  text += "    until: " + inQuotes(request.until) + "\n";
  return text;
}

}  // namespace exectrail::analyzer
