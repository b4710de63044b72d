#include "trace/json/text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "trace/escape.h"

namespace exectrail::trace {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr char32_t kBeyondFirstPlane = 0x10000;

constexpr unsigned char kDelete = 0x7F;

// What stands as it is and is a character by itself: all of ASCII but controls, the quote and the
// backslash.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = ' '; c <= kDelete; ++c) plain.at(c) = c != '"' && c != '\\';
  return plain;
}();

bool isPlain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighBits = kOnes << 7;

std::uint64_t eightAt(const char* text) {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  return word;
}

// A subtraction sets the high bit of what is below, and, in what is ASCII, of nothing else unless
// some character before it is below as well.
constexpr bool arePlain(std::uint64_t word) {
  const std::uint64_t others = word | (word - kOnes * ' ') | ((word ^ kOnes * '"') - kOnes) |
                               ((word ^ kOnes * '\\') - kOnes);
  return (others & kHighBits) == 0;
}

// Up to seven characters and spaces behind them: two words that overlap are read, or single bytes.
std::uint64_t fewAt(std::string_view text) {
  const auto byteAt = [&](std::size_t i) {
    return std::uint64_t{static_cast<unsigned char>(text[i])};
  };
  const std::size_t size = text.size();
  if (size >= 4) {
    std::uint32_t first = 0, last = 0;
    std::memcpy(&first, text.data(), sizeof first);
    std::memcpy(&last, text.data() + size - sizeof last, sizeof last);
    return (std::uint64_t{last} << 32) | first;
  }
  if (size == 0) return kOnes * ' ';
  // The first, the middle one and the last are all of them.
  return (kOnes * ' ' & ~std::uint64_t{0xFFFFFF}) | byteAt(0) | (byteAt(size / 2) << 8) |
         (byteAt(size - 1) << 16);
}

bool isPlain(std::string_view text) {
  if (text.size() < 8) return arePlain(fewAt(text));
  for (std::size_t i = 0; i + 8 < text.size(); i += 8) {
    if (!arePlain(eightAt(text.data() + i))) return false;
  }
  return arePlain(eightAt(text.data() + text.size() - 8));
}

// How many characters at the beginning are plain.
std::size_t plainLength(std::string_view text) {
  std::size_t length = 0;
  while (length + 8 <= text.size() && arePlain(eightAt(text.data() + length))) length += 8;
  while (length < text.size() && isPlain(text[length])) ++length;
  return length;
}

void appendWithin(JsonBuffer& out, char before, std::string_view text, char after) {
  char* at = out.room(text.size() + 2);
  *at++ = before;
  text.copy(at, text.size());
  at[text.size()] = after;
  out.wrote(text.size() + 2);
}

void appendUnit(JsonBuffer& out, char32_t unit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out.append(kDigits[(unit >> shift) & 0xF]);
}

void appendControl(JsonBuffer& out, char c) {
  constexpr std::string_view kNamed = "\"\\\b\t\n\f\r";
  constexpr std::string_view kLetters = "\"\\btnfr";
  if (const auto at = kNamed.find(c); at != std::string_view::npos) {
    out.append('\\');
    out.append(kLetters[at]);
  } else {
    appendUnit(out, static_cast<unsigned char>(c));
  }
}

// The first character of `text`, which is not plain; returns how long it is.
std::size_t appendOther(JsonBuffer& out, std::string_view text) {
  if (static_cast<unsigned char>(text.front()) < 0x80) {
    appendControl(out, text.front());
    return 1;
  }
  char32_t codePoint = 0;
  const auto length = static_cast<std::size_t>(decodeUtf8(text, codePoint));
  out.append(length == 0 ? kReplacement : text.substr(0, length));
  return std::max<std::size_t>(length, 1);
}

// Whether all of eight characters are ASCII, and none is kDelete.
bool areAscii(std::uint64_t word) { return ((word | (word + kOnes)) & kHighBits) == 0; }

// How many characters at the beginning are ASCII, and none of them kDelete.
std::size_t asciiLength(std::string_view text) {
  std::size_t length = 0;
  while (length + 8 <= text.size() && areAscii(eightAt(text.data() + length))) length += 8;
  while (length < text.size() && static_cast<unsigned char>(text[length]) < kDelete) ++length;
  return length;
}

// `json` has other characters in its texts only.
void appendAscii(JsonBuffer& out, std::string_view json) {
  while (!json.empty()) {
    const std::size_t ascii = asciiLength(json);
    out.append(json.substr(0, ascii));
    json.remove_prefix(ascii);
    if (json.empty()) break;
    char32_t codePoint = 0;
    json.remove_prefix(static_cast<std::size_t>(decodeUtf8(json, codePoint)));
    if (codePoint < kBeyondFirstPlane) {
      appendUnit(out, codePoint);
    } else {  // as two surrogates
      appendUnit(out, 0xD7C0 + (codePoint >> 10));
      appendUnit(out, 0xDC00 + (codePoint & 0x3FF));
    }
  }
}

}  // namespace

void appendJson(JsonBuffer& out, std::string_view text) {
  if (isPlain(text)) return appendWithin(out, '"', text, '"');
  out.append('"');
  while (!text.empty()) {
    const std::size_t plain = plainLength(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(appendOther(out, text));
  }
  out.append('"');
}

void appendJson(JsonBuffer& out, const JsonObject& object) {
  appendWithin(out, '{', object.members_.view(), '}');
}

void appendJson(JsonBuffer& out, const JsonArray& array) {
  appendWithin(out, '[', array.entries_.view(), ']');
}

void JsonObject::begin(std::string_view name) {
  if (!members_.empty()) members_.append(',');
  appendJson(members_, name);
  members_.append(':');
}

std::string JsonObject::line() const {
  std::string line;
  line.reserve(members_.view().size() + 3);
  line += '{';
  line += members_.view();
  line += "}\n";
  return line;
}

std::string JsonObject::asciiLine() const {
  const std::string_view members = members_.view();
  if (asciiLength(members) == members.size()) return line();
  JsonBuffer ascii;
  appendAscii(ascii, members);
  return "{" + std::string(ascii.view()) + "}\n";
}

}  // namespace exectrail::trace
