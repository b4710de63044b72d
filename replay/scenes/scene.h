// A made-up execution, for asking a recipe about what nobody has recorded: who stands above, what
// ran or was tried, and what went before. becomes() writes it as the records that a recorder would
// have written, with evidence as real ones have. Never part of a corpus.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trace/metadata.h"
#include "trace/record.h"

namespace exectrail::replay {

struct SceneImage {
  std::string executable = "/usr/bin/neutral";
  std::vector<std::string> args;  // with args[0]
  std::map<std::string, std::string> environment;
  std::string cwd = "/";
  std::string container;
  std::uint32_t pid = 0;  // 0: any
  std::uint32_t uid = 1000;
  std::uint32_t effectiveUid = 1000;
  std::uint32_t fileUid = 0;
  bool terminal = false;
  bool secure = false;
  bool login = false;  // somebody has logged in
};

struct Scene {
  std::string about;                   // what it is to decide, as mutants name it
  SceneImage process;                  // that ran, or that tried to
  std::optional<SceneImage> replaced;  // what its process ran before
  std::string typed;                   // empty: the executable, or the target
  bool script = false;  // `target` is a script that process.executable runs, by its `#!` line
  std::uint16_t result = 0;
  std::string target;  // of a script, a failed attempt or a mapping
  trace::MappingRole mapping = trace::MappingRole::kUnknown;
  std::string fileSystem;  // of the mount below what decides; empty: an ordinary one
  bool noexec = false;     // of the same mount
  bool nosuid = false;
  std::vector<SceneImage> above;   // nearest first; the last one is the leader of the session
  std::vector<SceneImage> before;  // ran earlier, in the same session
  unsigned repeats = 1;
  bool varied = false;  // each repeat is another file
};

// The records, and what they point to.
struct SceneTrace {
  trace::Header header;
  std::vector<trace::Record> records;
  std::deque<std::string> bytes;
  std::deque<trace::Context> contexts;
};

// `environmentNames` are those that the recorder was asked to keep.
std::unique_ptr<SceneTrace> becomes(const Scene& scene,
                                    const std::vector<std::string>& environmentNames);

}  // namespace exectrail::replay
