// Recipes and traces of a few lines, for tests of what compares, minimises and loses.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "replay/traces/loaded_trace.h"
#include "tests/support/records.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/traces.h"

namespace exectrail::replay {

// "recipe: NAME" and what it needs, with `rest` below.
inline std::string recipeText(const std::string& name, const std::string& severity,
                              const std::string& rest) {
  return "recipe: " + name + "\nversion: 1.0.0\ntitle: A test's\nseverity: " + severity +
         "\nattack: [TA0002/T1204]\njudge: {results: [ok]}\n" + rest;
}

inline std::unique_ptr<const analyzer::Program> programOf(const std::vector<std::string>& texts) {
  analyzer::Diagnostics diagnostics;
  std::vector<analyzer::RecipeSource> files;
  for (const std::string& text : texts) files.push_back({"test.yaml", text});
  auto program = analyzer::compile(files, diagnostics);
  EXPECT_EQ("", diagnostics.format());
  return program;
}

inline std::unique_ptr<const analyzer::Program> programOf(const std::string& text) {
  return programOf(std::vector<std::string>{text});
}

// The records as a trace in memory.
class MemoryTrace {
 public:
  explicit MemoryTrace(const test::Records& records, const trace::Header& header = test::header())
      : bytes_(test::traceBytes(records, 100, header)),
        loaded_(*trace::openTraceBytes({bytes_.data(), bytes_.size()}, "memory"), "memory") {}
  const LoadedTrace& get() const { return loaded_; }

 private:
  std::string bytes_;
  LoadedTrace loaded_;
};

inline std::string writeFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

}  // namespace exectrail::replay
