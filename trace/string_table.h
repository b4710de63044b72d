// What the encoding of one batch collects: each distinct byte string once, and the notes of the
// record that is being encoded.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "trace/record.h"
#include "trace/schema.capnp.h"

namespace exectrail::trace {

class StringTable {
 public:
  StringTable() { index(Bytes()); }

  // Of `bytes`, which must live until the batch is encoded.
  std::uint32_t index(Bytes bytes) {
    const auto [it, isNew] = indexes_.emplace(bytes, static_cast<std::uint32_t>(strings_.size()));
    if (isNew) strings_.push_back(bytes);
    return it->second;
  }

  const std::vector<Bytes>& strings() const { return strings_; }

 private:
  std::unordered_map<Bytes, std::uint32_t> indexes_;
  std::vector<Bytes> strings_;
};

inline schema::EvidenceClass classOf(const Evidence& evidence) {
  return static_cast<schema::EvidenceClass>(evidence.evidenceClass);
}

class Notes {
 public:
  void add(schema::FieldName field, const Evidence& evidence) {
    if (evidence.originalLength != 0 || evidence.errorNumber != 0 || evidence.afterGap) {
      notes_.emplace_back(field, evidence);
    }
  }

  template <typename Builder>
  void store(Builder owner) const {
    if (notes_.empty()) return;
    auto list = owner.initNotes(static_cast<unsigned>(notes_.size()));
    for (unsigned i = 0; i < notes_.size(); ++i) {
      const auto& [field, evidence] = notes_[i];
      list[i].setField(field);
      list[i].setOriginalLength(evidence.originalLength);
      list[i].setErrorNumber(evidence.errorNumber);
      list[i].setAfterGap(evidence.afterGap);
    }
  }

 private:
  std::vector<std::pair<schema::FieldName, Evidence>> notes_;
};

}  // namespace exectrail::trace
