#include "analyzer/rules/kubearmor_go_glob.h"

#include <re2/re2.h>

#include <array>
#include <bitset>
#include <cstdint>

namespace exectrail::analyzer::kubearmor {
namespace {

constexpr std::size_t kMaxSpaces = 16;  // places of a pattern that may be a space
constexpr std::uint32_t kAscii = 0x80;

// One character beyond ASCII, of Unicode's table 3-7. A byte that is no UTF-8 is one to Go, and
// here none: only `*` matches it.
constexpr std::string_view kBeyondAscii =
    "[\\xc2-\\xdf][\\x80-\\xbf]|\\xe0[\\xa0-\\xbf][\\x80-\\xbf]|"
    "[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}|\\xed[\\x80-\\x9f][\\x80-\\xbf]|"
    "\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}|"
    "\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}";

std::string quoted(std::string_view text) {
  return re2::RE2::QuoteMeta(re2::StringPiece(text.data(), text.size()));
}

std::string hex(std::uint32_t c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return std::string("\\x") + kDigits[c >> 4] + kDigits[c & 15];
}

bool isAscii(std::string_view character) {
  return character.size() == 1 && static_cast<unsigned char>(character.front()) < kAscii;
}

// The first character of a text, whole.
std::string_view firstOf(std::string_view text) {
  std::size_t length = 1;
  if (isAscii(text.substr(0, 1))) return text.substr(0, 1);
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0U) == 0x80U) {
    ++length;
  }
  return text.substr(0, length);
}

}  // namespace

// matchChunk() and getEsc() of Go's path/filepath/match.go, as facts.
class GoGlobParser {
 public:
  explicit GoGlobParser(std::string_view pattern) : rest_(pattern) {}

  bool run(std::vector<GoGlob::Piece>& pieces, std::string& problem) {
    while (!rest_.empty() && problem_.empty()) {
      if (take('*')) {
        if (pieces.empty() || !pieces.back().star) pieces.push_back({"[^/]*", true, true});
      } else if (take('?')) {
        const std::string any = "(?:[^/\\x80-\\xff]|" + std::string(kBeyondAscii) + ")";
        pieces.push_back({any, true, false});
      } else if (take('[')) {
        pieces.push_back(set());
      } else if (take('\\') && rest_.empty()) {
        problem_ = "nothing follows the last '\\'";
      } else {
        const std::string_view plain = rest_.substr(0, 1);
        pieces.push_back({quoted(plain), plain == " ", false});
        rest_.remove_prefix(1);
      }
    }
    problem = problem_;
    return problem_.empty();
  }

 private:
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // A bound of a range in a set: no '-' and no ']' without a backslash, and something behind it.
  std::string_view bound() {
    if (rest_.empty()) return fail("'[' without ']'");
    if (rest_.front() == '-' || rest_.front() == ']') {
      return fail(std::string("'") + rest_.front() + "' in a set, without '\\'");
    }
    take('\\');
    if (rest_.empty()) return fail("nothing follows the last '\\'");
    const std::string_view character = firstOf(rest_);
    rest_.remove_prefix(character.size());
    return rest_.empty() ? fail("'[' without ']'") : character;
  }

  std::string_view fail(std::string why) {
    problem_ = std::move(why);
    return {};
  }

  GoGlob::Piece set() {
    const bool negated = take('^');
    std::bitset<kAscii> held;
    std::string others;
    for (bool first = true; first || !take(']'); first = false) {
      const std::string_view low = bound();
      const std::string_view high = !low.empty() && take('-') ? bound() : low;
      if (!problem_.empty()) return {};
      if (isAscii(low) && isAscii(high)) {
        for (int c = low.front(); c <= high.front(); ++c) held.set(static_cast<std::size_t>(c));
      } else if (low == high && !negated) {
        others += (others.empty() ? "" : "|") + std::string(low);
      } else {
        problem_ = "a set of characters beyond ASCII can only be a list";
        return {};
      }
    }
    if (negated) {
      held.flip();
      others = kBeyondAscii;
    }
    std::string ascii;
    for (std::uint32_t c = 0; c < kAscii; ++c) {
      if (!held[c]) continue;
      const std::uint32_t begin = c;
      while (c + 1 < kAscii && held[c + 1]) ++c;
      ascii += hex(begin) + (c == begin ? std::string() : "-" + hex(c));
    }
    std::string regex = ascii.empty() ? std::string() : "[" + ascii + "]";
    if (!others.empty()) regex += (regex.empty() ? "" : "|") + others;
    if (regex.empty()) regex = "[^\\x00-\\xff]";  // [b-a]
    return {"(?:" + regex + ")", held[' '], false};
  }

  std::string_view rest_;
  std::string problem_;
};

std::optional<GoGlob> GoGlob::parse(std::string_view pattern, std::string& problem) {
  GoGlob glob;
  if (!GoGlobParser(pattern).run(glob.pieces_, problem)) return std::nullopt;
  return glob;
}

std::string GoGlob::joined(std::size_t begin, std::size_t end) const {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += pieces_[i].regex;
  return text;
}

std::string GoGlob::regex() const { return joined(0, pieces_.size()); }

std::optional<std::vector<std::pair<std::string, std::string>>> GoGlob::atSpace(
    std::string& problem) const {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    if (!piece.space || (piece.star && i + 1 == pieces_.size())) continue;
    if (pairs.size() == kMaxSpaces) {
      problem = "has more than 16 wildcards and spaces";
      return std::nullopt;
    }
    const std::string star = piece.star ? piece.regex : std::string();
    pairs.emplace_back(joined(0, i) + star, star + joined(i + 1, pieces_.size()));
  }
  return pairs;
}

bool isRegexOfGo(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return re2::RE2(pattern, options).ok();
}

}  // namespace exectrail::analyzer::kubearmor
