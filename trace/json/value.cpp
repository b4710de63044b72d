#include "trace/json/value.h"

#include <sodium.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "trace/escape.h"

namespace exectrail::trace {
namespace {

// Whether all of eight characters are ASCII.
bool areAscii(const char* text) {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  return (word & 0x8080808080808080) == 0;
}

bool isUtf8(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t length = 8;
    if (bytes.size() < length || !areAscii(bytes.data())) {
      char32_t codePoint = 0;
      length = static_cast<std::size_t>(decodeUtf8(bytes, codePoint));
      if (length == 0) return false;
    }
    bytes.remove_prefix(length);
  }
  return true;
}

std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminator
  return text;
}

}  // namespace

void TextWriter::put(JsonObject& object, std::string_view path, std::string_view name,
                     std::string_view bytes) {
  object.put(name, bytes);
  if (!isUtf8(bytes)) keep(path, name, {bytes}, false);
}

void TextWriter::put(JsonObject& object, std::string_view path, std::string_view name,
                     const std::vector<std::string_view>& list) {
  object.put(name, list);
  if (!std::ranges::all_of(list, isUtf8)) keep(path, name, list, true);
}

void TextWriter::put(JsonObject& object, std::string_view path, std::string_view name,
                     const std::vector<std::string>& list) {
  put(object, path, name, std::vector<std::string_view>(list.begin(), list.end()));
}

void TextWriter::keep(std::string_view path, std::string_view name,
                      const std::vector<std::string_view>& list, bool isList) {
  std::string field(path);
  field += name;
  // Of entries of an array that share a path, the last.
  std::erase_if(exact_, [&](const Exact& each) { return each.field == field; });
  Exact& exact = exact_.emplace_back(Exact{std::move(field), {}, isList});
  for (const std::string_view bytes : list) exact.base64.push_back(base64(bytes));
}

void TextWriter::putExactBytes(JsonObject& object, const std::string& prefix) const {
  for (const Exact& each : exact_) {
    if (each.list) {
      object.put(prefix + each.field, each.base64);
    } else {
      object.put(prefix + each.field, each.base64.front());
    }
  }
}

void TextWriter::putExactBytesAs(JsonObject& object, std::string_view name) const {
  if (exact_.empty()) return;
  JsonObject bytes;
  putExactBytes(bytes);
  object.put(name, bytes);
}

}  // namespace exectrail::trace
