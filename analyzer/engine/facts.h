// What the process tree keeps of an image: copied out of its record once, with everything that
// other images have as well kept only once. alert.h has the form in which an alert takes it along.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "analyzer/engine/alert.h"
#include "analyzer/engine/counted.h"
#include "analyzer/engine/interned.h"
#include "analyzer/engine/text_list.h"
#include "analyzer/paths/path.h"
#include "trace/record.h"

namespace exectrail::analyzer {

struct Interpreter;

// What an image runs, and what follows from that alone.
struct ProgramFile {
  std::uint64_t hash = 0;
  std::uint64_t id = 0;  // as that of a text: never given twice
  std::uint32_t uses = 0;
  std::uint32_t answers =
      0;  // of candidates.h: what conditions say of it as a parent; 0: not asked
  TextRef executable;
  trace::Evidence executableEvidence;
  trace::Field<trace::FileIdentity> identity;
  trace::Field<trace::FileFacts> facts;
  TextRef sha256;  // 32 bytes
  trace::Evidence sha256Evidence;
  Place place;                               // where the executable lies
  TextRef placeAs;                           // its path as a text; null: it is not known
  TextRef name;                              // the last component; null: comm says
  const Interpreter* interpreter = nullptr;  // by that name: an argument may be a script

  struct Memory {
    static void free(ProgramFile* file) { delete file; }
  };
};
inline void unused(ProgramFile* /*file*/) {}

// A context with bytes of its own. Most processes share theirs with many others.
struct KeptContext {
  std::uint64_t hash = 0;
  std::uint64_t id = 0;
  std::uint32_t uses = 0;
  std::uint32_t answers = 0;  // of candidates.h; 0: not asked
  std::shared_ptr<const trace::Context> context;

  struct Memory {
    static void free(KeptContext* context) { delete context; }
  };
};
inline void unused(KeptContext* /*context*/) {}

// Where the values come from: the same for nearly all images of a trace.
struct ImageEvidence {
  std::uint64_t hash = 0;
  std::uint64_t id = 0;
  std::uint32_t uses = 0;
  struct Fields {
    trace::Evidence typedPath, arguments, workingDirectory, comm, interpreter, parentPid, secure;
    friend bool operator==(const Fields&, const Fields&) = default;
  };
  Fields fields;

  struct Memory {
    static void free(ImageEvidence* evidence) { delete evidence; }
  };
};
inline void unused(ImageEvidence* /*evidence*/) {}

// Its arguments stand behind it.
class Facts {
 public:
  std::uint32_t uses = 0;

  trace::Field<trace::Bytes> executable() const {
    return {bytesOf(file_->executable), file_->executableEvidence};
  }
  const trace::Field<trace::FileIdentity>& identity() const { return file_->identity; }
  const trace::Field<trace::FileFacts>& fileFacts() const { return file_->facts; }
  trace::Field<trace::Bytes> sha256() const {
    return {bytesOf(file_->sha256), file_->sha256Evidence};
  }
  trace::Field<trace::Bytes> typedPath() const {
    return {bytesOf(typedPath_), evidence_->fields.typedPath};
  }
  trace::Field<TextList> arguments() const {
    return {TextList(argumentsBegin(), argumentCount_), evidence_->fields.arguments};
  }
  trace::Field<trace::Bytes> workingDirectory() const {
    return {bytesOf(workingDirectory_), evidence_->fields.workingDirectory};
  }
  trace::Field<trace::Bytes> comm() const { return {bytesOf(comm_), evidence_->fields.comm}; }
  // As the kernel names it; empty: the typed file runs.
  trace::Field<trace::Bytes> interpreter() const {
    return {bytesOf(interpreter_), evidence_->fields.interpreter};
  }
  trace::Field<std::uint32_t> parentPid() const {
    return {parentPid_, evidence_->fields.parentPid};
  }
  trace::Field<bool> secure() const { return {secure_, evidence_->fields.secure}; }
  const trace::Context& context() const { return *context_->context; }

  // Where the executable lies, if that is known.
  const Place& place() const { return file_->place; }
  // The last component of the executable, else the task's name, else "?".
  trace::Bytes name() const;

  // The same as kept texts, null for what is empty.
  const Text* typedPathText() const { return typedPath_.get(); }
  const Text* workingDirectoryText() const { return workingDirectory_.get(); }
  const Text* commText() const { return comm_.get(); }
  const Text* nameText() const { return file_->name.get(); }
  ProgramFile& file() const { return *file_; }
  KeptContext& keptContext() const { return *context_; }
  const ImageEvidence& evidence() const { return *evidence_; }

  Text* const* argumentsBegin() const { return reinterpret_cast<Text* const*>(this + 1); }

 private:
  friend class FactStore;
  friend void unused(Facts* facts);

  static trace::Bytes bytesOf(const TextRef& text) { return text ? text->bytes() : trace::Bytes(); }

  std::uint32_t argumentCount_ = 0;
  std::uint32_t parentPid_ = 0;
  bool secure_ = false;
  Counted<ProgramFile> file_;
  Counted<KeptContext> context_;
  Counted<ImageEvidence> evidence_;
  TextRef typedPath_;
  TextRef workingDirectory_;
  TextRef comm_;
  TextRef interpreter_;
};
using FactsRef = Counted<Facts>;

void unused(Facts* facts);

class FactStore {
 public:
  // `typedPath` and `interpreter` may be null: images that were there already.
  FactsRef copy(const trace::Image& image, const trace::Field<trace::Bytes>* typedPath,
                const trace::Field<trace::Bytes>* interpreter);

  Texts& texts() { return texts_; }

 private:
  TextRef intern(trace::Bytes bytes) {
    return bytes.empty() ? TextRef() : TextRef(texts_.intern(bytes));
  }
  Counted<ProgramFile> keepFile(const trace::Image& image);
  Counted<KeptContext> keepContext(const trace::Context& context);
  Counted<ImageEvidence> keepEvidence(const ImageEvidence::Fields& fields);

  Texts texts_;  // the others use them until they are gone themselves
  std::uint64_t lastId_ = 0;
  Interned<ProgramFile> files_{16'384};
  Interned<KeptContext> contexts_{4096};
  Interned<ImageEvidence> evidences_{4096};
  Counted<ImageEvidence> lastEvidence_;
};

// With bytes of its own: what an alert takes along.
ImageFacts toAlert(const Facts& facts);

// Where an alert's executable lies, if that is known.
Place executablePlace(const ImageFacts& facts);

// The name to show: last component of the executable, else the task's name, else "?".
std::string displayName(const ImageFacts& facts);
std::string displayName(const Facts& facts);

}  // namespace exectrail::analyzer
