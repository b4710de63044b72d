#include "analyzer/rules/sigma_text.h"

#include <re2/re2.h>
#include <sodium.h>

#include <algorithm>
#include <array>

namespace exectrail::analyzer::sigma {
namespace {

using Encoding = Modifiers::Encoding;

constexpr std::size_t kMaxVariants = 256;  // that windash may make of one value

// Any of these may introduce an option: hyphen, slash, en dash, em dash, horizontal bar.
constexpr std::array<std::string_view, 5> kDashes = {"-", "/", "\xe2\x80\x93", "\xe2\x80\x94",
                                                     "\xe2\x80\x95"};

bool isWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string base64(std::string_view bytes) {
  const std::size_t size = sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  std::string text(size, '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.resize(size - 1);  // it counts the final 0
  return text;
}

// What of the encoded text does not depend on what stands before and behind it.
std::string base64At(std::size_t offset, const std::string& value) {
  constexpr std::array<std::size_t, 3> kSkipped = {0, 2, 3};
  constexpr std::array<std::size_t, 3> kCut = {0, 3, 2};
  std::string text = base64(std::string(offset, ' ') + value);
  const std::size_t cut = kCut.at((value.size() + offset) % 3);
  text.resize(text.size() - std::min(cut, text.size()));
  return text.substr(std::min(kSkipped.at(offset), text.size()));
}

// Code points of the Basic Multilingual Plane and beyond; bytes that are no UTF-8 stay as they are.
std::string utf16(std::string_view text, bool bigEndian) {
  std::string result;
  const auto unit = [&](std::uint32_t value) {
    const char high = static_cast<char>(value >> 8 & 0xff);
    const char low = static_cast<char>(value & 0xff);
    result += bigEndian ? high : low;
    result += bigEndian ? low : high;
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    std::uint32_t point = length == 1 ? first : first & (0x7fU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U;
      point = point << 6 | (next & 0x3fU);
    }
    if (point >= 0x10000) {
      unit(0xd800 + ((point - 0x10000) >> 10 & 0x3ff));
      unit(0xdc00 + (point & 0x3ff));
    } else {
      unit(point);
    }
    i += length;
  }
  return result;
}

// Every way to write the dashes and slashes that begin a word with those of kDashes.
bool addDashes(const Pattern& value, std::vector<Pattern>& results) {
  std::vector<std::string> texts = {""};  // raw, to be parsed again
  char before = ' ';
  const auto append = [&](std::string_view piece) {
    for (std::string& text : texts) text += piece;
  };
  for (const Pattern::Piece& piece : value.pieces()) {
    if (piece.wildcard != Pattern::Wildcard::kNone) {
      append(piece.wildcard == Pattern::Wildcard::kAny ? "*" : "?");
      before = ' ';
      continue;
    }
    for (std::size_t i = 0; i < piece.text.size(); ++i) {
      const char c = piece.text[i];
      const char next = i + 1 < piece.text.size() ? piece.text[i + 1] : ' ';
      const bool dash = (c == '-' || c == '/') && !isWord(before) && isWord(next);
      before = c;
      if (!dash) {
        if (c == '*' || c == '?' || c == '\\') append("\\");
        append(std::string_view(&c, 1));
        continue;
      }
      std::vector<std::string> more;
      for (const std::string& text : texts) {
        for (const std::string_view each : kDashes) more.push_back(text + std::string(each));
      }
      texts = std::move(more);
      if (texts.size() > kMaxVariants) return false;
    }
  }
  for (const std::string& text : texts) results.push_back(Pattern::parse(text));
  return true;
}

struct Word {
  std::string_view name;
  Encoding encoding;
};
constexpr std::array kEncodings = {Word{"windash", Encoding::kWindash},
                                   Word{"base64", Encoding::kBase64},
                                   Word{"base64offset", Encoding::kBase64Offset},
                                   Word{"utf16le", Encoding::kUtf16le},
                                   Word{"wide", Encoding::kUtf16le},
                                   Word{"utf16be", Encoding::kUtf16be},
                                   Word{"utf16", Encoding::kUtf16le}};

struct Flag {
  std::string_view name;
  bool Modifiers::*member;
};
constexpr std::array kFlags = {
    Flag{"contains", &Modifiers::contains}, Flag{"startswith", &Modifiers::startsWith},
    Flag{"endswith", &Modifiers::endsWith}, Flag{"all", &Modifiers::all},
    Flag{"cased", &Modifiers::cased},       Flag{"neq", &Modifiers::negated},
    Flag{"exists", &Modifiers::exists},     Flag{"fieldref", &Modifiers::fieldReference},
    Flag{"re", &Modifiers::regex}};

struct Comparison {
  std::string_view name;
  Modifiers::Order order;
};
constexpr std::array kOrders = {Comparison{"lt", Modifiers::Order::kLess},
                                Comparison{"lte", Modifiers::Order::kLessOrEqual},
                                Comparison{"gt", Modifiers::Order::kGreater},
                                Comparison{"gte", Modifiers::Order::kGreaterOrEqual}};

struct Refused {
  std::string_view name;
  std::string_view why;
};
constexpr std::array kRefused = {
    Refused{"cidr", "no field of an execution is an address"},
    Refused{"expand", "placeholders need values that the rule does not have"},
    Refused{"minute", "no field is a time"},
    Refused{"hour", "no field is a time"},
    Refused{"day", "no field is a time"},
    Refused{"week", "no field is a time"},
    Refused{"month", "no field is a time"},
    Refused{"year", "no field is a time"}};

bool addWord(std::string_view word, Modifiers& modifiers) {
  const auto flag = std::ranges::find(kFlags, word, &Flag::name);
  if (flag != kFlags.end()) {
    modifiers.*(flag->member) = true;
    return true;
  }
  const auto encoding = std::ranges::find(kEncodings, word, &Word::name);
  if (encoding != kEncodings.end()) {
    modifiers.encodings.push_back(encoding->encoding);
    return true;
  }
  const auto order = std::ranges::find(kOrders, word, &Comparison::name);
  if (order != kOrders.end()) {
    modifiers.order = order->order;
    return true;
  }
  const bool flags = word == "i" || word == "m" || word == "s";
  if (flags && modifiers.regex) {
    modifiers.regexFlags += word;
    return true;
  }
  return false;
}

bool goTogether(const Modifiers& m) {
  const int places = int{m.contains} + int{m.startsWith} + int{m.endsWith};
  const int kinds = int{places > 0 || m.fieldReference} + int{m.exists} + int{m.regex} +
                    int{m.order != Modifiers::Order::kNone};
  const bool text = !m.exists && !m.fieldReference && m.order == Modifiers::Order::kNone;
  return places <= 1 && kinds <= 1 && (m.encodings.empty() || (text && !m.regex)) &&
         !(m.exists && m.all) && !(m.regex && m.cased);
}

}  // namespace

void Pattern::addText(char c) {
  if (pieces_.empty() || pieces_.back().wildcard != Wildcard::kNone) pieces_.emplace_back();
  pieces_.back().text += c;
}

Pattern Pattern::parse(std::string_view raw) {
  Pattern pattern;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    const char next = i + 1 < raw.size() ? raw[i + 1] : '\0';
    if (c == '\\' && (next == '*' || next == '?' || next == '\\')) {
      pattern.addText(next);
      ++i;
    } else if (c == '*' || c == '?') {
      const Wildcard wildcard = c == '*' ? Wildcard::kAny : Wildcard::kOne;
      // Two stars say no more than one.
      const bool same = wildcard == Wildcard::kAny && !pattern.pieces_.empty() &&
                        pattern.pieces_.back().wildcard == wildcard;
      if (!same) pattern.pieces_.push_back({wildcard, {}});
    } else {
      pattern.addText(c);
    }
  }
  return pattern;
}

Pattern Pattern::plain(std::string text) {
  Pattern pattern;
  if (!text.empty()) pattern.pieces_.push_back({Wildcard::kNone, std::move(text)});
  return pattern;
}

bool Pattern::hasWildcard() const {
  return std::ranges::any_of(pieces_,
                             [](const Piece& piece) { return piece.wildcard != Wildcard::kNone; });
}

std::string Pattern::text() const {
  std::string text;
  for (const Piece& piece : pieces_) text += piece.text;
  return text;
}

void Pattern::surround(bool before, bool after) {
  const auto isAny = [](const Piece& piece) { return piece.wildcard == Wildcard::kAny; };
  if (before && (pieces_.empty() || !isAny(pieces_.front()))) {
    pieces_.insert(pieces_.begin(), {Wildcard::kAny, {}});
  }
  if (after && !isAny(pieces_.back())) pieces_.push_back({Wildcard::kAny, {}});
}

std::optional<Modifiers> parseModifiers(const std::vector<std::string_view>& words,
                                        std::uint32_t line, RuleReport& report) {
  Modifiers modifiers;
  for (const std::string_view word : words) {
    if (addWord(word, modifiers)) continue;
    const auto refused = std::ranges::find(kRefused, word, &Refused::name);
    if (refused != kRefused.end()) {
      report.refuse(line, "modifier '" + std::string(word) + "': " + std::string(refused->why));
    } else {
      report.refuse(line, "unknown modifier '" + std::string(word) + "'");
    }
    return std::nullopt;
  }
  if (!goTogether(modifiers)) {
    report.refuse(line, "modifiers that do not go together");
    return std::nullopt;
  }
  return modifiers;
}

std::optional<std::vector<Pattern>> encoded(const Pattern& value, const Modifiers& modifiers,
                                            std::uint32_t line, RuleReport& report) {
  std::vector<Pattern> values = {value};
  for (const Encoding encoding : modifiers.encodings) {
    std::vector<Pattern> next;
    for (const Pattern& each : values) {
      if (encoding == Encoding::kWindash) {
        if (addDashes(each, next) && next.size() <= kMaxVariants) continue;
        report.refuse(line, "windash makes more than 256 values of one");
        return std::nullopt;
      }
      if (each.hasWildcard()) {
        report.refuse(line, "text with a wildcard cannot be encoded");
        return std::nullopt;
      }
      const std::string text = each.text();
      if (encoding == Encoding::kBase64) {
        next.push_back(Pattern::plain(base64(text)));
      } else if (encoding == Encoding::kBase64Offset) {
        for (const std::size_t offset : {0U, 1U, 2U}) {
          next.push_back(Pattern::plain(base64At(offset, text)));
          if (!next.back().pieces().empty()) continue;
          report.refuse(line, "'" + text + "' is too short for base64offset");
          return std::nullopt;
        }
      } else {
        next.push_back(Pattern::plain(utf16(text, encoding == Encoding::kUtf16be)));
      }
    }
    values = std::move(next);
  }
  for (Pattern& each : values) {
    each.surround(modifiers.contains || modifiers.endsWith,
                  modifiers.contains || modifiers.startsWith);
  }
  return values;
}

TextTest testOf(const Pattern& pattern) {
  using Kind = Condition::Kind;
  const auto& pieces = pattern.pieces();
  const auto any = [&](std::size_t i) { return pieces[i].wildcard == Pattern::Wildcard::kAny; };
  const auto text = [&](std::size_t i) { return pieces[i].wildcard == Pattern::Wildcard::kNone; };
  if (pieces.empty()) return {Kind::kEqual, {}};
  if (pieces.size() == 1 && any(0)) return {Kind::kExists, {}};
  if (pieces.size() == 1 && text(0)) return {Kind::kEqual, pieces[0].text};
  if (pieces.size() == 2 && any(0) && text(1)) return {Kind::kEndsWith, pieces[1].text};
  if (pieces.size() == 2 && text(0) && any(1)) return {Kind::kStartsWith, pieces[0].text};
  if (pieces.size() == 3 && any(0) && text(1) && any(2)) return {Kind::kContains, pieces[1].text};
  std::string regex = "^";
  for (const Pattern::Piece& piece : pieces) {
    switch (piece.wildcard) {
      case Pattern::Wildcard::kAny:
        regex += ".*";
        break;
      case Pattern::Wildcard::kOne:
        regex += ".";
        break;
      case Pattern::Wildcard::kNone:
        regex += re2::RE2::QuoteMeta(piece.text);
        break;
    }
  }
  return {Kind::kMatches, regex + "$"};
}

}  // namespace exectrail::analyzer::sigma
