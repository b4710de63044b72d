// What is known outside of a recorder about a recording that runs in the background, or in memory:
// a small file in /run for `record stop` and `record dump`. The recorder writes it, whoever stops
// it takes it away; after a reboot there are none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recorder/sources/instance_name.h"

namespace exectrail::recorder {

// The absolute path that a trace, or a folder of segments, has in a state, however it is typed.
std::string outputName(const std::string& typed);

struct RecordingState {
  std::string id;  // recording id, 8-4-4-4-12 digits
  InstanceOwner owner;
  std::string output;  // absolute path
  bool flight = false;
  std::vector<std::string> messages;  // for whoever stops it, the last ones
  std::uint64_t dumps = 0;            // windows that a flight recorder was asked for and told of
  std::string lastDump;               // what it said of the last one
  bool lastDumpWritten = false;
  std::optional<int> status;  // exit status, once it has ended
  std::string summary;        // its last words

  bool alive() const { return !status && isAlive(owner); }
};

inline constexpr const char* kStateFolder = "/run/exectrail";

class StateFolder {
 public:
  explicit StateFolder(std::string path = kStateFolder) : path_(std::move(path)) {}

  // Makes the folder if there is none. Throws EnvironmentError, also if others than its owner could
  // have put something there.
  void prepare() const;

  // Replaces the file of this recording as a whole: readers never see half of one.
  void write(const RecordingState& state) const;
  void remove(const std::string& id) const;

  // All of them; a file that is none of ours is left out. Throws EnvironmentError if there is no
  // right to look.
  std::vector<RecordingState> list() const;
  std::optional<RecordingState> find(const std::string& id) const;

 private:
  std::string path_;
};

}  // namespace exectrail::recorder
