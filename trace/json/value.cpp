#include "trace/json/value.h"

#include <sodium.h>

#include <algorithm>

#include "trace/escape.h"

namespace exectrail::trace {

Json objectFor(std::size_t members) {
  Json object = Json::object();
  object.get_ref<Json::object_t&>().reserve(members);
  return object;
}

std::string validUtf8(std::string_view bytes, bool& changed) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::ranges::all_of(bytes, ascii)) return std::string(bytes);
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    char32_t codePoint = 0;
    const int length = decodeUtf8(bytes, codePoint);
    if (length == 0) {
      text += kReplacement;
      changed = true;
      bytes.remove_prefix(1);
    } else {
      text += bytes.substr(0, static_cast<std::size_t>(length));
      bytes.remove_prefix(static_cast<std::size_t>(length));
    }
  }
  return text;
}

std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminator
  return text;
}

Json TextWriter::text(std::string_view field, std::string_view bytes) {
  bool changed = false;
  std::string text = validUtf8(bytes, changed);
  if (changed) exactBytes_[std::string(field)] = base64(bytes);
  return text;
}

Json TextWriter::texts(std::string_view field, const std::vector<std::string>& list) {
  return texts(field, std::vector<std::string_view>(list.begin(), list.end()));
}

Json TextWriter::texts(std::string_view field, const std::vector<std::string_view>& list) {
  Json result = Json::array();
  bool changed = false;
  for (const std::string_view bytes : list) result.push_back(validUtf8(bytes, changed));
  if (changed) {
    Json exact = Json::array();
    for (const std::string_view bytes : list) exact.push_back(base64(bytes));
    exactBytes_[std::string(field)] = std::move(exact);
  }
  return result;
}

}  // namespace exectrail::trace
