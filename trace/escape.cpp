#include "trace/escape.h"

#include <cstdint>

namespace exectrail::trace {

int decodeUtf8(Bytes bytes, char32_t& codePoint) {
  if (bytes.empty()) return 0;
  const auto byteAt = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const std::uint8_t first = byteAt(0);
  if (first < 0x80) {
    codePoint = first;
    return 1;
  }
  int length = 0;
  char32_t value = 0;
  char32_t smallest = 0;  // anything below it would be an overlong form
  if ((first & 0xe0) == 0xc0) {
    length = 2, value = first & 0x1fU, smallest = 0x80;
  } else if ((first & 0xf0) == 0xe0) {
    length = 3, value = first & 0x0fU, smallest = 0x800;
  } else if ((first & 0xf8) == 0xf0) {
    length = 4, value = first & 0x07U, smallest = 0x10000;
  } else {
    return 0;
  }
  if (bytes.size() < static_cast<std::size_t>(length)) return 0;
  for (int i = 1; i < length; ++i) {
    const std::uint8_t next = byteAt(static_cast<std::size_t>(i));
    if ((next & 0xc0) != 0x80) return 0;
    value = (value << 6) | (next & 0x3fU);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest || value > 0x10ffff || surrogate) return 0;
  codePoint = value;
  return length;
}

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

void appendHexByte(std::string& out, std::uint8_t byte) {
  out += "\\x";
  out += kHexDigits[byte >> 4];
  out += kHexDigits[byte & 0xf];
}

void appendCodePoint(std::string& out, char32_t codePoint) {
  out += "\\u{";
  int shift = 20;
  while (shift > 0 && ((codePoint >> shift) & 0xf) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) out += kHexDigits[(codePoint >> shift) & 0xf];
  out += '}';
}

}  // namespace

bool isPlainText(char32_t c) {
  return !(c < 0x20 || (c >= 0x7f && c <= 0x9f)  // C0 and C1 controls, DEL
           || c == 0xad || c == 0xfeff           // soft hyphen, zero width no-break space
           || (c >= 0x200b && c <= 0x200f)       // zero width, direction marks
           || (c >= 0x2028 && c <= 0x202e)       // line and paragraph separators, embeddings
           || (c >= 0x2060 && c <= 0x206f)       // word joiner, isolates
           || c == 0x061c || c == 0x180e || (c >= 0xe0000 && c <= 0xe007f));
}

std::string escapeForTerminal(Bytes bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    char32_t codePoint = 0;
    const int length = decodeUtf8(bytes, codePoint);
    if (length == 0) {
      appendHexByte(out, static_cast<std::uint8_t>(bytes.front()));
      bytes.remove_prefix(1);
      continue;
    }
    if (codePoint == '\\') {
      out += "\\\\";
    } else if (codePoint == '\n') {
      out += "\\n";
    } else if (codePoint == '\t') {
      out += "\\t";
    } else if (codePoint < 0x20 || codePoint == 0x7f) {
      appendHexByte(out, static_cast<std::uint8_t>(codePoint));
    } else if (!isPlainText(codePoint)) {
      appendCodePoint(out, codePoint);
    } else {
      out.append(bytes.substr(0, static_cast<std::size_t>(length)));
    }
    bytes.remove_prefix(static_cast<std::size_t>(length));
  }
  return out;
}

std::string quoteForTerminal(Bytes bytes) {
  std::string escaped = escapeForTerminal(bytes);
  if (!escaped.empty() && escaped.find_first_of(" \"") == std::string::npos) return escaped;
  std::string out = "\"";
  for (const char c : escaped) {
    if (c == '"') out += '\\';
    out += c;
  }
  out += '"';
  return out;
}

}  // namespace exectrail::trace
