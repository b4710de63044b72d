// Where a value came from and how far it can be trusted. Every value in a trace that a verdict may
// hang on is a Field: missing is a state of its own, not an empty string or a zero.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

namespace exectrail::trace {

// Bytes as the kernel handed them over. No encoding is implied, and they may hold control
// characters.
using Bytes = std::string_view;

// Same numbers as EvidenceClass in schema.capnp.
enum class EvidenceClass : std::uint16_t {
  kUnknown = 0,
  kKernel = 1,
  kImage = 2,
  kEntry = 3,
  kProcfs = 4,
  kInferred = 5,
  kExternal = 6,
};

// The name used in alerts, dumps and recipes: "kernel", "procfs", ...
std::string_view name(EvidenceClass evidenceClass);

struct Evidence {
  EvidenceClass evidenceClass = EvidenceClass::kUnknown;
  std::uint16_t errorNumber = 0;     // errno of the read that failed, 0: none did
  bool afterGap = false;             // derived from state that a gap may have made stale
  std::uint64_t originalLength = 0;  // bytes before truncation, 0: the value is whole

  bool known() const { return evidenceClass != EvidenceClass::kUnknown; }
  bool truncated() const { return originalLength != 0; }
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

template <typename T>
struct Field {
  T value{};
  Evidence evidence;

  Field() = default;
  Field(T v, EvidenceClass c) : value(std::move(v)), evidence{c} {}
  Field(T v, Evidence e) : value(std::move(v)), evidence(e) {}
  static Field unreadable(std::uint16_t errorNumber) {
    Field field;
    field.evidence.errorNumber = errorNumber;
    return field;
  }

  bool known() const { return evidence.known(); }
  friend bool operator==(const Field&, const Field&) = default;
};

}  // namespace exectrail::trace
