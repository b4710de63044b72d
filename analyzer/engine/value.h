// The value of a field for what is judged: known, unknown, or known not to exist.
#pragma once

#include <cstdint>
#include <memory>
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
  trace::EvidenceClass evidence = trace::EvidenceClass::kUnknown;
  std::int64_t number = 0;  // of a boolean 0 or 1
  bool isList = false;
  // Views into what is judged, or into `made`.
  std::string_view text;
  const Text* kept = nullptr;  // the same as a kept text, null if it is not one
  TextList list;
  std::shared_ptr<const std::vector<std::string>> made;

  bool known() const { return state == State::kKnown; }
};

// What any() and its like look at: an image of the lineage, an element of a list.
struct Item {
  const ImageNode* image = nullptr;
  const Value* element = nullptr;
};

Value valueOf(const FieldRef& field, const Judged& judged, std::string_view className,
              const Item& item);

// The same as a place, for `under`; only of fields that are paths.
Place placeOf(const FieldRef& field, const Judged& judged, const Item& item);

// Makers of known values.
Value knownText(std::string_view text, const trace::Evidence& evidence);
Value madeText(std::string text, const trace::Evidence& evidence);
Value knownList(const TextList& list, const trace::Evidence& evidence);
Value madeList(std::vector<std::string> list, const trace::Evidence& evidence);
Value knownNumber(std::int64_t number, const trace::Evidence& evidence);
Value absentValue(const trace::Evidence& evidence);

// Of one image, whatever it is to what is judged. `timeNs` is the moment that ages are seen from.
Value imageValue(const ImageNode& node, const FieldRef& field, const World& world,
                 std::uint64_t timeNs);

// Values that an attempt has of its own, and an image too.
Value argumentsValue(const FieldRef& field, const trace::Field<TextList>& arguments,
                     const trace::Field<trace::Bytes>& workingDirectory);
Value textValue(const trace::Field<trace::Bytes>& field);

}  // namespace exectrail::analyzer
