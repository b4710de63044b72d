// Helpers for building JSON from bytes of any encoding: JSON text must be UTF-8, and the exact
// bytes must not be lost.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace exectrail::trace {

// Members in the order in which they came, with room for most objects from the start: nlohmann's
// ordered_map copies all its members, and what is below them, whenever it grows.
template <typename Key, typename Value, typename Less, typename Allocator>
struct RoomyObject : nlohmann::ordered_map<Key, Value, Less, Allocator> {
  static constexpr std::size_t kRoom = 4;

  RoomyObject() { this->reserve(kRoom); }
  using nlohmann::ordered_map<Key, Value, Less, Allocator>::ordered_map;
};

using Json = nlohmann::basic_json<RoomyObject>;

// An empty object for more members than most have.
Json objectFor(std::size_t members);

// Each byte that is not part of valid UTF-8 becomes U+FFFD. `changed` is set if there was one.
std::string validUtf8(std::string_view bytes, bool& changed);

std::string base64(std::string_view bytes);

// Sets text in an object, and collects the exact bytes of what UTF-8 could not hold.
class TextWriter {
 public:
  // `field` is the full name under which the exact bytes are found.
  Json text(std::string_view field, std::string_view bytes);
  Json texts(std::string_view field, const std::vector<std::string>& list);
  Json texts(std::string_view field, const std::vector<std::string_view>& list);

  // {field: base64 of the bytes, or a list of that}; empty if nothing was changed.
  const Json& exactBytes() const { return exactBytes_; }

 private:
  Json exactBytes_ = Json::object();
};

}  // namespace exectrail::trace
