// What people and SIEMs get to see, whole, including what hostile processes put into their names.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analyzer/output/json.h"
#include "analyzer/output/summary.h"
#include "tests/analyzer/alerts.h"
#include "tests/support/traces.h"

namespace exectrail::analyzer {
namespace {

using test::image;

using test::dropped;
using test::expectGolden;
using test::rendered;
using test::webShell;

constexpr const char* kInputs = "0000000000000000000000000000000000000000000000000000000000000000";

// As text, and as JSON with a line for each value.
void expectGoldens(const std::string& name, const Alert& alert) {
  expectGolden(name + ".txt", rendered(Format::kText, alert));
  const std::string line = toJsonLine(alert, test::header(), kInputs);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  expectGolden(name + ".json", nlohmann::ordered_json::parse(line).dump(2) + "\n");
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
      test::onlyAlert(
          {test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top(), test::forked(image(1, 0), 2),
           test::exec("/usr/lib/go-1.19/bin/go").pid(2).args({"go", "test"}),
           test::forked(image(2), 3), test::exec("/tmp/go-build1/a.test").pid(3).owner(1000)}));
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
  for (const char c : rendered(Format::kText, alert)) {
    EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
  }
}

TEST(Output, ColourOnlyWhenAsked) {
  const Alert alert = test::onlyAlert({test::exec("/tmp/x")});
  EXPECT_EQ(rendered(Format::kText, alert).find('\033'), std::string::npos);
  const trace::Header header = test::header();
  EXPECT_NE(render(Format::kText, alert, {header, kInputs, {}, {}, true}).find('\033'),
            std::string::npos);
}

// Of an alert that can be read again; without a genuine parent there is nothing to except.
TEST(Output, NextCommands) {
  const trace::Header header = test::header();
  const Alert alert = test::onlyAlert(webShell(dropped()));
  const std::string text =
      render(Format::kText, alert, {header, kInputs, {}, "\"host 7.trail\"", false});
  EXPECT_NE(text.find("  next     exectrail recipes explain 5c50b508507b \"host 7.trail\"\n"
                      "           exectrail recipes except  5c50b508507b \"host 7.trail\" "
                      "--reason … --until …\n"),
            std::string::npos)
      << text;
  const Alert orphan = test::onlyAlert({test::exec("/tmp/x")});
  const std::string other = render(Format::kText, orphan, {header, kInputs, {}, "x", false});
  EXPECT_NE(other.find("recipes explain"), std::string::npos);
  EXPECT_EQ(other.find("recipes except"), std::string::npos);
}

TEST(Output, NamesOfTheRecordedHost) {
  trace::Header header = test::header();
  header.host.users = {{0, "root"}, {33, "www-\033data"}};
  const Alert alert = test::onlyAlert(webShell(dropped()));
  const std::string text = render(Format::kText, alert, {header, kInputs, {}, {}, false});
  EXPECT_NE(text.find("  by       www-\\x1bdata(33), in /tmp\n"), std::string::npos) << text;
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
      toText(total, "exectrail trace dump \"host 7.trail\""),
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
