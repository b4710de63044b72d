// Helpers for building JSON from bytes of any encoding: JSON text must be UTF-8, and the exact
// bytes must not be lost.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace exectrail::trace {

using Json = nlohmann::ordered_json;

// Each byte that is not part of valid UTF-8 becomes U+FFFD. `changed` is set if there was one.
std::string validUtf8(std::string_view bytes, bool& changed);

std::string base64(std::string_view bytes);

// Sets text in an object, and collects the exact bytes of what UTF-8 could not hold.
class TextWriter {
 public:
  // `field` is the full name under which the exact bytes are found.
  Json text(const std::string& field, std::string_view bytes);
  Json texts(const std::string& field, const std::vector<std::string>& list);
  Json texts(const std::string& field, const std::vector<std::string_view>& list);

  // {field: base64 of the bytes, or a list of that}; empty if nothing was changed.
  const Json& exactBytes() const { return exactBytes_; }

 private:
  Json exactBytes_ = Json::object();
};

}  // namespace exectrail::trace
