// What people and SIEMs get to see, whole, including what hostile processes put into their names.
// UPDATE_GOLDEN=1 writes tests/data/alerts anew: read the difference before you commit it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analyzer/output/json.h"
#include "analyzer/output/summary.h"
#include "analyzer/output/text.h"
#include "tests/analyzer/analysis.h"
#include "tests/support/traces.h"

namespace exectrail::analyzer {
namespace {

using test::image;
using test::Records;

constexpr const char* kInputs = "0000000000000000000000000000000000000000000000000000000000000000";

void expectGolden(const std::string& name, const std::string& got) {
  const std::string path = std::string(TEST_DATA) + "/alerts/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << got;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(got, expected.str()) << path;
}

// As text, and as JSON with a line for each value.
void expectGoldens(const std::string& name, const Alert& alert) {
  expectGolden(name + ".txt", toText(alert, test::header(), false));
  const std::string line = toJsonLine(alert, test::header(), kInputs);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  expectGolden(name + ".json", nlohmann::ordered_json::parse(line).dump(2) + "\n");
}

// systemd(1) → php-fpm8.2(812) → sh(2291) → what is added.
Records webShell(const test::OwnedRecord& last) {
  return {test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top().user(0),
          test::snapshot("/usr/sbin/php-fpm8.2").pid(812, 0).by(image(1, 0)).user(33),
          test::forked(image(812, 0), 2291).at(100'000'000),
          test::exec("/usr/bin/dash")
              .pid(2291)
              .user(33)
              .cwd("/var/www/html")
              .at(101'000'000)
              .args({"sh", "-c", "cd /tmp; ./x -o 203.0.113.5:443"}),
          test::forked(image(2291), 2292).at(122'000'000),
          last};
}

test::RecordBuilder dropped() {
  return test::exec("/tmp/x")
      .pid(2292)
      .typed("./x")
      .cwd("/tmp")
      .user(33)
      .owner(33)
      .at(123'000'000)
      .changedAt(1'772'600'765'323'000'000)
      .args({"./x", "-o", "203.0.113.5:443"});
}

TEST(Output, WebShell) { expectGoldens("web_shell", test::onlyAlert(webShell(dropped()))); }

TEST(Output, FailedAttempt) {
  expectGoldens("failed_attempt",
                test::onlyAlert(webShell(
                    test::attempt("./x", 13, image(2291)).cwd("/tmp").number(3).at(123'000'000))));
}

TEST(Output, HostileBytes) {
  // NOLINTNEXTLINE(misc-misleading-bidirectional): that is the attack
  const std::string path = "/tmp/\xff\xc3(\033[2J\n\xe2\x80\xae\xe2\x80\xa8\\x";
  expectGoldens("hostile_bytes",
                test::onlyAlert({test::exec(path).args({path, "a b", "", "it's"})}));
}

TEST(Output, LittleIsKnown) {
  trace::Evidence cut{trace::EvidenceClass::kImage};
  cut.originalLength = 9000;
  expectGoldens("little_is_known", test::onlyAlert({test::gap(1, 2, 0), test::exec("/tmp/x")
                                                                            .by(image(9))
                                                                            .noExecutable()
                                                                            .noUser()
                                                                            .noCwd()
                                                                            .args({"x", "y"}, cut)
                                                                            .at(2)}));
}

TEST(Output, TypedPathOnly) {
  expectGoldens("typed_path_only", test::onlyAlert({test::exec("/usr/bin/python3.11")
                                                        .typed("/tmp/venv/bin/python")
                                                        .args({"/tmp/venv/bin/python", "-V"})}));
}

TEST(Output, Script) {
  expectGoldens("script", test::onlyAlert({test::exec("/usr/bin/dash")
                                               .typed("./x.sh")
                                               .cwd("/tmp")
                                               .args({"/bin/sh", "-e", "./x.sh", "arg"})}));
}

TEST(Output, Exempted) {
  expectGoldens(
      "exempted",
      test::onlyAlert({test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top(),
                       test::forked(image(1, 0), 2), test::exec("/usr/lib/go-1.19/bin/go").pid(2),
                       test::forked(image(2), 3), test::exec("/tmp/go-build1/a.test").pid(3)}));
}

TEST(Output, JsonKeepsTheExactBytes) {
  const Alert alert = test::onlyAlert({test::exec("/tmp/\xff").args({"ok", "\xfe"})});
  const auto json = nlohmann::json::parse(toJsonLine(alert, test::header(), kInputs));
  EXPECT_EQ(json["process"]["executable"], "/tmp/\xEF\xBF\xBD");
  EXPECT_EQ(json["exectrail"]["bytes"]["process.executable"], "L3RtcC//");
  EXPECT_EQ(json["exectrail"]["bytes"]["process.args"], (nlohmann::json{"b2s=", "/g=="}));
  EXPECT_FALSE(json["exectrail"]["bytes"].contains("process.working_directory"));
}

TEST(Output, TextHoldsNoControlCharacters) {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  const Alert alert = test::onlyAlert({test::exec("/tmp/" + all).args({all}).cwd(all).comm(all)});
  for (const char c : toText(alert, test::header(), false)) {
    EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
  }
}

TEST(Output, ColourOnlyWhenAsked) {
  const Alert alert = test::onlyAlert({test::exec("/tmp/x")});
  EXPECT_EQ(toText(alert, test::header(), false).find('\033'), std::string::npos);
  EXPECT_NE(toText(alert, test::header(), true).find('\033'), std::string::npos);
}

TEST(Output, Summary) {
  Summary summary;
  summary.execs = 1;
  summary.attempts = 2;
  summary.gaps = 2;
  summary.lostEvents = 214;
  summary.alertsBySeverity = {3, 0, 0, 1, 2};
  summary.recipes["a"].exempted["go-test"] = 3;
  summary.recipes["a"].inconclusive = 4;
  Summary total;
  add(total, summary);
  EXPECT_EQ(
      toText(total, "host 7.trail"),
      "1 execution and 2 failed attempts against 1 recipe; 6 alerts: 2 critical, 1 high, 3 info\n"
      "exempted: 3 by a, go-test\n"
      "inconclusive: 4 for a; too little is known to decide\n"
      "gaps: 2, 214 events lost; what happened in them was not judged\n"
      "next: exectrail trace dump \"host 7.trail\"\n");
  EXPECT_EQ(toText(Summary{}, ""),
            "0 executions and 0 failed attempts against 0 recipes; 0 alerts\n");
}

}  // namespace
}  // namespace exectrail::analyzer
