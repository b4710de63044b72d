// What records are grouped by: the values of a few fields, as a digest nobody can make collide with
// another on purpose, which would hide one alert behind another.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/judged.h"

namespace exectrail::analyzer {

using Key = std::array<std::uint8_t, 16>;

struct KeyHash {
  std::size_t operator()(const Key& key) const {
    std::size_t hash = 0;
    std::memcpy(&hash, key.data(), sizeof hash);
    return hash;
  }
};

struct KeyedValues {
  Key key{};
  std::vector<std::string> texts;  // as they are shown
};

enum class OnUnknown : std::uint8_t {
  kAsValue,  // all whose value is not known belong together
  kNothing,  // what is not known belongs to nothing
};

// One for each element of a list among the fields, at most 16; none if something is not known and
// belongs to nothing.
std::vector<KeyedValues> keysOf(const std::vector<KeyField>& fields, const Judged& judged,
                                std::string_view className, OnUnknown onUnknown);

Key keyOf(const std::vector<std::string>& texts);

}  // namespace exectrail::analyzer
