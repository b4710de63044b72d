// What every scenario of the corpus keeps to, whatever its story: a guard in run.sh, and recordings
// that name neither the host nor whoever made them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "replay/scenario/corpus.h"
#include "replay/scenario/scenario_parser.h"
#include "trace/reader.h"

namespace exectrail::replay {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

constexpr const char* kGuard =
    "\n[ \"${EXECTRAIL_SANDBOX:-}\" = 1 ] && [ $$ -eq 2 ] || "
    "{ echo \"only below: exectrail replay record-live\" >&2; exit 97; }\n";

std::string readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class CorpusHouse : public testing::Test {
 protected:
  CorpusHouse() : corpus_(loadCorpus({EXECTRAIL_CORPUS}, diagnostics_)) {}
  analyzer::Diagnostics diagnostics_;
  Corpus corpus_;
};

TEST_F(CorpusHouse, ScenariosAreWellFormed) { EXPECT_EQ("", formatErrors(diagnostics_)); }

TEST_F(CorpusHouse, EachScriptBeginsWithTheGuard) {
  for (const auto& scenario : corpus_) {
    const std::string script = readFile(scenario->directory + "/run.sh");
    EXPECT_THAT(script, StartsWith("#!/bin/sh\n# ")) << scenario->name;
    EXPECT_THAT(script, HasSubstr(kGuard)) << scenario->name;
    EXPECT_LT(script.find(kGuard), script.find("\nset -eu")) << scenario->name;
  }
}

TEST_F(CorpusHouse, RecordingsNameNoHost) {
  for (const auto& scenario : corpus_) {
    for (const Case& recording : casesOf(*scenario)) {
      const auto reader = trace::openTrace(recording.tracePath());
      const trace::Header& header = reader->header();
      EXPECT_EQ("exectrail", header.host.name) << recording.name();
      EXPECT_EQ("", header.host.machineId) << recording.name();
      EXPECT_EQ("65786563-7472-6169-6c2d-636f72707573", trace::toString(header.host.bootId));
      EXPECT_THAT(header.capture.command, SizeIs(0)) << recording.name();
      ASSERT_THAT(header.provenance, SizeIs(testing::Ge(1U))) << recording.name();
      EXPECT_THAT(header.provenance[0], StartsWith("cut to scenario " + scenario->name));
    }
  }
}

}  // namespace
}  // namespace exectrail::replay
