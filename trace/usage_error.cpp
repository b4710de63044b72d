#include "trace/usage_error.h"

#include <algorithm>
#include <string_view>

#include "trace/escape.h"

namespace exectrail::trace {
namespace {

// A backslash stays what it is: the text may hold words that are escaped already.
std::string escapeText(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t end = std::min(text.find('\\'), text.size());
    out += escapeForTerminal(text.substr(0, end));
    if (end == text.size()) return out;
    out += '\\';
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string usageError(const std::string& text, const std::vector<std::string>& extras) {
  constexpr std::string_view kExtras = " not expected: ";
  if (const std::size_t at = text.find(kExtras);
      text.starts_with("The following argument") && at != std::string::npos && !extras.empty()) {
    std::string out = text.substr(0, at) + " not expected:";
    for (const std::string& word : extras) out += ' ' + quoteForTerminal(word);
    return out;
  }
  // The values of our options are texts, which are always converted, and numbers.
  constexpr std::string_view kConversion = "Could not convert: ";
  constexpr std::string_view kIs = " = ";
  const std::size_t is = text.find(kIs);
  if (!text.starts_with(kConversion) || is == std::string::npos) return escapeText(text);
  return text.substr(kConversion.size(), is - kConversion.size()) + ": " +
         quoteForTerminal(text.substr(is + kIs.size())) + " is not a number that it can take";
}

}  // namespace exectrail::trace
