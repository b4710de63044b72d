// Makes a scenario's recordings: its run.sh in the sandbox, below the real recorder, cut to the
// scenario. Needs root, and exectrail-record beside this program.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "replay/live/cut.h"
#include "replay/scenario/scenario.h"

namespace exectrail::replay {

struct LiveOptions {
  std::string recorder;         // path of exectrail-record
  std::string self;             // path of this program, which is also the sandbox
  std::string outputDirectory;  // recordings go to OUTPUT/CATEGORY/NAME, empty: beside the scenario
  std::chrono::seconds timeout{60};  // for run.sh
};

struct LiveRecording {
  CutReport cut;
  std::string tracePath;
  std::string dumpPath;
};

// Records one case and replaces its trace and dump once both are whole. Throws EnvironmentError,
// with the end of what was printed, if anything on the way fails: then nothing has been replaced.
LiveRecording recordLive(const Case& recording, const LiveOptions& options);

// Programs that belong to this installation: the one running, and one beside it.
std::string ownProgram();
std::string siblingProgram(const std::string& name);

}  // namespace exectrail::replay
