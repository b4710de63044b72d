// Finding scenarios: folders with a scenario.yaml below attack/, evasion/ or benign/.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/compiler/diagnostics.h"
#include "replay/scenario/scenario.h"

namespace exectrail::replay {

// In order of name. Pointers to scenarios stay valid when the corpus is moved.
using Corpus = std::vector<std::unique_ptr<const Scenario>>;

// Each path is a scenario's folder, its scenario.yaml, or a folder to search below. Mistakes in
// scenarios are collected in `diagnostics`. Throws EnvironmentError if a path cannot be read or
// holds no scenario.
Corpus loadCorpus(const std::vector<std::string>& paths, analyzer::Diagnostics& diagnostics);

// A scenario's file. Throws EnvironmentError if it cannot be read.
std::string readAll(const std::filesystem::path& path);

}  // namespace exectrail::replay
