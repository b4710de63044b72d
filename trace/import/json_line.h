// One line of JSON from a hostile source, as a value of bounded depth, and what it holds.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "trace/evidence.h"

namespace exectrail::trace {

// Discarded (`is_discarded()`) if it is not JSON, or nested deeper than any sensor's events are.
nlohmann::json parseJsonLine(Bytes line);

// A member; null if there is none.
const nlohmann::json* member(const nlohmann::json& object, const char* name);

std::optional<std::string> stringMember(const nlohmann::json& object, const char* name);

// A number, or a string of digits of `base` (with or without 0x, 0o).
std::optional<std::int64_t> numberMember(const nlohmann::json& object, const char* name,
                                         int base = 10);
std::optional<std::uint32_t> idMember(const nlohmann::json& object, const char* name);

}  // namespace exectrail::trace
