#include "trace/json/text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "trace/escape.h"

namespace exectrail::trace {
namespace {

// Most objects have less.
constexpr std::size_t kRoom = 240;

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

// Whether one of eight characters is below `limit`, at most 0x80.
constexpr bool anyBelow(std::uint64_t word, unsigned limit) {
  return ((word - kOnes * limit) & ~word & kHighBits) != 0;
}

bool arePlain(std::uint64_t word) {
  const bool ascii = (word & kHighBits) == 0;
  return ascii && !anyBelow(word, ' ') && !anyBelow(word ^ kOnes * '"', 1) &&
         !anyBelow(word ^ kOnes * '\\', 1);
}

// How many characters at the beginning are plain.
std::size_t plainLength(std::string_view text) {
  std::size_t length = 0;
  while (length + 8 <= text.size() && arePlain(eightAt(text.data() + length))) length += 8;
  while (length < text.size() && isPlain(text[length])) ++length;
  return length;
}

// At one go: a character at a time is most of what writing costs.
void appendWithin(std::string& out, char before, std::string_view text, char after) {
  const std::size_t at = out.size();
  out.append(text.size() + 2, after);
  out[at] = before;
  text.copy(out.data() + at + 1, text.size());
}

void appendUnit(std::string& out, char32_t unit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(unit >> shift) & 0xF];
}

void appendControl(std::string& out, char c) {
  constexpr std::string_view kNamed = "\"\\\b\t\n\f\r";
  constexpr std::string_view kLetters = "\"\\btnfr";
  if (const auto at = kNamed.find(c); at != std::string_view::npos) {
    out += '\\';
    out += kLetters[at];
  } else {
    appendUnit(out, static_cast<unsigned char>(c));
  }
}

// The first character of `text`, which is not plain; returns how long it is.
std::size_t appendOther(std::string& out, std::string_view text) {
  if (static_cast<unsigned char>(text.front()) < 0x80) {
    appendControl(out, text.front());
    return 1;
  }
  char32_t codePoint = 0;
  const auto length = static_cast<std::size_t>(decodeUtf8(text, codePoint));
  out += length == 0 ? kReplacement : text.substr(0, length);
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
void appendAscii(std::string& out, std::string_view json) {
  while (!json.empty()) {
    const std::size_t ascii = asciiLength(json);
    out += json.substr(0, ascii);
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

void appendJson(std::string& out, std::string_view text) {
  std::size_t plain = plainLength(text);
  if (plain == text.size()) {
    appendWithin(out, '"', text, '"');
    return;
  }
  out += '"';
  for (; !text.empty(); plain = plainLength(text)) {
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(appendOther(out, text));
  }
  out += '"';
}

void appendJson(std::string& out, const JsonObject& object) {
  appendWithin(out, '{', object.members_, '}');
}

void appendJson(std::string& out, const JsonArray& array) {
  appendWithin(out, '[', array.entries_, ']');
}

void JsonObject::begin(std::string_view name) {
  if (members_.empty()) {
    members_.reserve(kRoom);
  } else {
    members_ += ',';
  }
  appendJson(members_, name);
  members_ += ':';
}

std::string JsonObject::line() const { return "{" + members_ + "}\n"; }

std::string JsonObject::asciiLine() const {
  std::string line;
  line.reserve(members_.size() + 3);
  line += '{';
  appendAscii(line, members_);
  line += "}\n";
  return line;
}

}  // namespace exectrail::trace
