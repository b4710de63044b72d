// Three-valued logic (Kleene's): what depends on a value nobody has is unknown, and stays unknown
// when it is negated. Ordered false < unknown < true, so that `and` is the least and `or` the
// greatest.
#pragma once

#include <algorithm>
#include <cstdint>

namespace exectrail::analyzer {

enum class Tri : std::uint8_t { kFalse, kUnknown, kTrue };

constexpr Tri triOf(bool value) { return value ? Tri::kTrue : Tri::kFalse; }
constexpr Tri operator!(Tri a) { return static_cast<Tri>(2 - static_cast<int>(a)); }
constexpr Tri both(Tri a, Tri b) { return std::min(a, b); }
constexpr Tri either(Tri a, Tri b) { return std::max(a, b); }

}  // namespace exectrail::analyzer
