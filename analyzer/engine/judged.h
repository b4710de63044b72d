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

// The script that an interpreter was given as an argument, or on its `#!` line; `absent` if there
// is none. What is not known has an unknown place.
struct ScriptFile {
  bool absent = false;
  Place place;
  trace::Evidence evidence;
};

class Judged {
 public:
  // What ran.
  Judged(Node image, std::uint64_t timeNs, const World& world = kNoWorld);
  // What did not, and who tried.
  Judged(Node caller, const trace::Attempt& attempt, std::uint64_t timeNs,
         const World& world = kNoWorld);
  // What an image mapped after its exec.
  Judged(Node image, const trace::Mapping& mapping, std::uint64_t timeNs,
         const World& world = kNoWorld);

  Judged(const Judged&) = delete;  // holds pointers into itself
  Judged& operator=(const Judged&) = delete;

  std::uint64_t timeNs() const { return timeNs_; }
  const World& world() const { return *world_; }
  const Node& node() const { return node_; }  // the image that ran; of an attempt, the caller
  bool attempt() const { return attempt_; }
  trace::MappingRole mapping() const { return mapping_; }  // kUnknown: it is none
  bool isMapping() const { return isMapping_; }
  std::uint16_t errorNumber() const { return errorNumber_; }
  std::uint32_t attemptNumber() const { return attemptNumber_; }

  // Facts about node(), never null.
  const ImageFacts& facts() const { return facts_ == nullptr ? kNothing : *facts_; }

  // Of the execution or the attempt itself.
  const trace::Field<std::string>& typedPath() const { return *typedPath_; }
  const trace::Field<std::vector<std::string>>& arguments() const { return *arguments_; }
  const trace::Field<std::string>& workingDirectory() const { return *workingDirectory_; }

  // The file that decides: the one the kernel resolved; of a script, of an attempt, or if that is
  // not known, what was typed: `inferred`, unless a script or attempt was named by an absolute
  // path. Normalised.
  const Place& filePlace() const { return filePlace_; }
  const trace::Evidence& filePathEvidence() const { return filePathEvidence_; }
  bool fileResolved() const { return fileResolved_; }

  // A script that the kernel ran through its interpreter (load_script() in fs/binfmt_script.c puts
  // what was typed behind the interpreter and its option). Then the script is the file that
  // decides, and the executable is the interpreter.
  bool script() const { return script_; }
  const Place& typedPlace() const { return typedPlace_; }

  using Script = ScriptFile;
  const Script& scriptArgument() const;

  // Arguments of this execution or of another image, joined by single spaces.
  std::string_view commandLine(const std::vector<std::string>& arguments) const;

  // The mount that the file which decides lies on; null if that is not known.
  const MountFacts* mount() const;

  const ParentLink& parent() const { return parent_; }

  // The images above the one that is judged; of an attempt that begins with the caller.
  const Lineage& lineage() const;

 private:
  static const ImageFacts kNothing;

  void decidePlaces();
  bool looksLikeScript() const;

  std::uint64_t timeNs_;
  const World* world_;
  bool attempt_;
  bool isMapping_ = false;
  trace::MappingRole mapping_ = trace::MappingRole::kUnknown;
  Node node_;
  const ImageFacts* facts_;
  ImageFacts attemptFacts_;  // holds the attempt's own path, arguments and working directory
  std::uint16_t errorNumber_ = 0;
  std::uint32_t attemptNumber_ = 0;
  const trace::Field<std::string>* typedPath_;
  const trace::Field<std::vector<std::string>>* arguments_;
  const trace::Field<std::string>* workingDirectory_;
  Place filePlace_;
  Place typedPlace_;
  trace::Evidence filePathEvidence_;
  bool fileResolved_ = false;
  bool script_ = false;
  ParentLink parent_;
  // Computed when first asked for.
  mutable std::optional<Lineage> lineage_;
  mutable std::optional<Script> scriptArgument_;
  mutable std::optional<const MountFacts*> mount_;
  mutable std::forward_list<std::pair<const void*, std::string>> commandLines_;  // by arguments
};

}  // namespace exectrail::analyzer
