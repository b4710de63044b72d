// Runs recipes over records, for tests of the analyzer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/engine.h"
#include "tests/support/records.h"

namespace exectrail::test {

// The recipes shipped with Exectrail.
const analyzer::Program& shippedProgram();

// Compiles recipe text; throws std::runtime_error with the diagnostics if it is not sound.
std::unique_ptr<const analyzer::Program> compiled(const std::string& text);

// A sound recipe about /tmp, to which `more` is added; `lists` may be used by it.
std::string recipeWith(const std::string& more);

struct Analysis {
  std::vector<analyzer::Alert> alerts;
  analyzer::Summary summary;
};

Analysis analyze(const analyzer::Program& program, const Records& records);

// The same through the bytes of a trace.
Analysis analyzeBytes(const analyzer::Program& program, const std::string& trace);

// The only alert of one record by exec_from_unusual_dir; throws if there is not exactly one.
analyzer::Alert onlyAlert(const Records& records);

// The names of the reasons: "temp", "server_above".
std::vector<std::string> reasonNames(const analyzer::Alert& alert);

}  // namespace exectrail::test
