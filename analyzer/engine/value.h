// The value of a field for what is judged: known, unknown, or known not to exist.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/field.h"
#include "analyzer/engine/judged.h"

namespace exectrail::analyzer {

struct Value {
  enum class State : std::uint8_t {
    kUnknown,
    kAbsent,  // there is no such thing: the fourth of three arguments. Equals nothing.
    kKnown,
  };

  State state = State::kUnknown;
  bool truncated = false;  // text and list are only the beginning
  std::int64_t number = 0;
  std::string text;
  const std::vector<std::string>* list = nullptr;
};

// `item` is the image looked at inside any() and all(), null outside.
Value valueOf(const FieldRef& field, const Judged& judged, std::string_view className,
              const ImageNode* item);

// The same as a place, for `under`; only of fields that are paths.
Place placeOf(const FieldRef& field, const Judged& judged, const ImageNode* item);

}  // namespace exectrail::analyzer
