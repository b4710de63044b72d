// The execution, failed attempt or mapping that recipes are asked about, with what its record and
// the process tree say. Lives while its record is processed.
#pragma once

#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/engine/process_tree.h"
#include "analyzer/engine/world.h"
#include "analyzer/paths/path.h"

namespace exectrail::analyzer {

struct ScriptArgument;

// The script that an interpreter was given as an argument, or on its `#!` line; `absent` if there
// is none. What is not known has an unknown place.
struct ScriptFile {
  struct Other {
    Place place;
    trace::Evidence evidence;
  };

  bool absent = false;
  Place place;
  trace::Evidence evidence;
  std::vector<Other> others;  // what is run or loaded as well: node -r /tmp/m.js x.js
};

class Judged {
 public:
  // What ran.
  Judged(Node image, std::uint64_t timeNs, const World& world = kNoWorld);
  // What did not, and who tried. The record must outlive this.
  Judged(Node caller, const trace::Attempt& attempt, std::uint64_t timeNs,
         const World& world = kNoWorld);
  // What an image mapped after its exec. The record must outlive this.
  Judged(Node image, const trace::Mapping& mapping, std::uint64_t timeNs,
         const World& world = kNoWorld);

  Judged(const Judged&) = delete;  // holds pointers into itself
  Judged& operator=(const Judged&) = delete;

  std::uint64_t timeNs() const { return timeNs_; }
  const World& world() const { return *world_; }
  const Node& node() const { return node_; }  // the image that ran; of an attempt, the caller
  bool attempt() const { return attempt_ != nullptr; }
  trace::MappingRole mapping() const {  // kUnknown: it is none
    return mapping_ == nullptr ? trace::MappingRole::kUnknown : mapping_->role;
  }
  bool isMapping() const { return mapping_ != nullptr; }
  std::uint16_t errorNumber() const { return attempt_ == nullptr ? 0 : attempt_->errorNumber; }
  std::uint32_t attemptNumber() const { return attempt_ == nullptr ? 0 : attempt_->number; }

  // About node(); null: nothing is known.
  const Facts* facts() const { return facts_; }

  // Of the execution or the attempt itself.
  const trace::Field<trace::Bytes>& typedPath() const { return typedPath_; }
  const trace::Field<TextList>& arguments() const { return arguments_; }
  const trace::Field<trace::Bytes>& workingDirectory() const { return workingDirectory_; }

  // The file that decides: the one the kernel resolved; of a script, of an attempt, or if that is
  // not known, what was typed: `inferred`, unless a script or attempt was named by an absolute
  // path. Normalised.
  const Place& filePlace() const { return *decision().place; }
  const trace::Evidence& filePathEvidence() const { return decision().evidence; }
  bool fileResolved() const { return decision().resolved; }
  // The path as a kept text, null if it is not one.
  const Text* filePathText() const { return decision().text; }

  // A script that the kernel ran through its interpreter (load_script() in fs/binfmt_script.c puts
  // what was typed behind the interpreter and its option). Then the script is the file that
  // decides, and the executable is the interpreter.
  bool script() const { return script_; }
  const Place& typedPlace() const;

  using Script = ScriptFile;
  const Script& scriptArgument() const;

  // Arguments of this execution or of another image, joined by single spaces.
  std::string_view commandLine(const TextList& arguments) const;

  // The mount that the file which decides lies on; null if that is not known.
  const MountFacts* mount() const;

  // The same of another path, as this process sees it.
  const MountFacts* mountOf(std::string_view path) const;

  const ParentLink& parent() const { return parent_; }

  // The images above the one that is judged; of an attempt that begins with the caller.
  const Lineage& lineage() const;
  // Of the processes above, each with the image that created the next.
  const Lineage& ancestors() const;

 private:
  static const Place kNowhere;

  struct Decision {
    const Place* place = &kNowhere;
    const Text* text = nullptr;
    trace::Evidence evidence;
    bool resolved = false;
  };

  const Decision& decision() const;
  Decision decide() const;
  bool looksLikeScript() const;
  void addNamedBesideScript(Script& script) const;
  Script::Other givenFile(std::string_view path) const;
  ScriptArgument given(bool truncated) const;

  std::uint64_t timeNs_;
  const World* world_;
  const trace::Attempt* attempt_ = nullptr;
  const trace::Mapping* mapping_ = nullptr;
  Node node_;
  const Facts* facts_;
  trace::Field<trace::Bytes> typedPath_;
  trace::Field<TextList> arguments_;
  trace::Field<trace::Bytes> workingDirectory_;
  bool script_ = false;
  ParentLink parent_;
  // Computed when first asked for.
  mutable std::optional<Place> typedPlace_;
  mutable Place mappedPlace_;
  mutable std::optional<Decision> decision_;
  mutable std::optional<Lineage> lineage_;
  mutable std::optional<Lineage> ancestors_;
  mutable std::optional<Script> scriptArgument_;
  mutable std::optional<const MountFacts*> mount_;
  mutable std::forward_list<std::pair<const void*, std::string>> commandLines_;  // by arguments
};

}  // namespace exectrail::analyzer
