// Images, files and contexts -> their Cap'n Proto form, as parts of a batch. Byte strings must have
// been interned: what is stored is their index.
#pragma once

#include <utility>
#include <vector>

#include "trace/run_tables.h"
#include "trace/schema.capnp.h"

namespace exectrail::trace {

inline schema::EvidenceClass classOf(const Evidence& evidence) {
  return static_cast<schema::EvidenceClass>(evidence.evidenceClass);
}

// What is rarely there beside an evidence's class, collected while a value is encoded.
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

template <typename Group>
void encodeBytes(Group out, const Field<Bytes>& field) {
  out.setValue(StringTable::index(field.value));
  out.setEvidence(classOf(field.evidence));
}

template <typename Group>
void encodeList(Group out, const Field<std::vector<Bytes>>& field) {
  if (!field.value.empty()) {
    auto list = out.initValue(static_cast<unsigned>(field.value.size()));
    for (unsigned i = 0; i < field.value.size(); ++i) {
      list.set(i, StringTable::index(field.value[i]));
    }
  }
  out.setEvidence(classOf(field.evidence));
}

template <typename Group>
void encodeIdentity(Group out, const Field<FileIdentity>& field) {
  out.setDeviceMajor(field.value.deviceMajor);
  out.setDeviceMinor(field.value.deviceMinor);
  out.setInode(field.value.inode);
  out.setGeneration(field.value.generation);
  out.setEvidence(classOf(field.evidence));
}

// Where the tables of the run have the image's file and context.
struct ImageIndexes {
  std::uint32_t file = 0;
  std::uint32_t context = 0;
};

void encodeImage(schema::Image::Builder out, const Image& image, const ImageIndexes& indexes);
void encodeExec(schema::Image::Builder out, const Exec& exec, const ImageIndexes& indexes);
void encodeFile(schema::File::Builder out, const ExecutedFile& file);
void encodeContext(schema::Context::Builder out, const Context& context);

}  // namespace exectrail::trace
