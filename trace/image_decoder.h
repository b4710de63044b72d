// Parts of a Cap'n Proto batch -> images, files and contexts. The message may be hostile: every
// index is checked here, every pointer by Cap'n Proto.
#pragma once

#include <string>
#include <vector>

#include "trace/batch.h"
#include "trace/run_tables.h"
#include "trace/schema.capnp.h"

namespace exectrail::trace {

inline EvidenceClass classFrom(schema::EvidenceClass value) {
  // A class that only a newer version knows is no evidence to this one.
  return value > schema::EvidenceClass::EXTERNAL ? EvidenceClass::kUnknown
                                                 : static_cast<EvidenceClass>(value);
}

// The same for other enumerations whose value 0 says that it is not known.
template <typename To, typename From>
To enumFrom(From value, From last) {
  return value > last ? To{} : static_cast<To>(value);
}

template <typename Group>
ImageId idFrom(const Group& in) {
  return {in.getTgid(), in.getExecNumber(), in.getStartNs()};
}

inline void applyNote(const schema::Note::Reader& note, Evidence& evidence) {
  evidence.originalLength = note.getOriginalLength();
  evidence.errorNumber = note.getErrorNumber();
  evidence.afterGap = note.getAfterGap();
}

class PartDecoder {
 public:
  explicit PartDecoder(const ReadTables& tables) : tables_(tables) {}

  Bytes bytes(std::uint32_t index) const {
    if (index >= tables_.strings.size()) badIndex("string", index, tables_.strings.size());
    return tables_.strings[index];
  }

  template <typename Group>
  void bytesField(const Group& in, Field<Bytes>& out) const {
    out = Field<Bytes>(bytes(in.getValue()), classFrom(in.getEvidence()));
  }

  template <typename Group>
  void listField(const Group& in, Field<std::vector<Bytes>>& out) const {
    const auto list = in.getValue();
    out.value.resize(list.size());
    for (unsigned i = 0; i < list.size(); ++i) out.value[i] = bytes(list[i]);
    out.evidence = Evidence{classFrom(in.getEvidence())};
  }

  template <typename Group>
  void identityField(const Group& in, Field<FileIdentity>& out) const {
    out = Field<FileIdentity>(
        {in.getDeviceMajor(), in.getDeviceMinor(), in.getInode(), in.getGeneration()},
        classFrom(in.getEvidence()));
  }

  const ExecutedFile& fileAt(std::uint32_t index) const {
    if (index >= tables_.files.size()) badIndex("file", index, tables_.files.size());
    return tables_.files[index];
  }

  const Context& contextAt(std::uint32_t index) const {
    if (index >= tables_.contexts.size()) badIndex("context", index, tables_.contexts.size());
    return tables_.contexts[index];
  }

  void exec(const schema::Image::Reader& in, Exec& out) const;
  static void notes(const schema::Image::Reader& in, Exec& out);
  void image(const schema::Image::Reader& in, Image& out) const;
  void file(const schema::File::Reader& in, ExecutedFile& out) const;
  void context(const schema::Context::Reader& in, Context& out) const;

 private:
  void imageParts(const schema::Image::Reader& in, Image& out) const;

  [[noreturn]] static void badIndex(const char* what, std::size_t index, std::size_t size) {
    throw BadMessage(std::string(what) + " " + std::to_string(index) + " of " +
                     std::to_string(size));
  }

  const ReadTables& tables_;
};

}  // namespace exectrail::trace
