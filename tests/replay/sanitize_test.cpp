// Names for names, and alerts that stay what they are.
#include "replay/traces/sanitize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/replay/programs.h"
#include "trace/dump.h"

namespace exectrail::replay {
namespace {

using test::exec;
using test::image;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// ---- Pseudonyms

TEST(Pseudonyms, TheSameNameHasTheSamePseudonym) {
  Pseudonyms names({});
  EXPECT_EQ("/home/user-1/name-1/name-2.sh", names.path("/home/alice/merger/plan.sh"));
  EXPECT_EQ("/home/user-2/name-1", names.path("/home/bob/merger"));
  EXPECT_EQ("name-1/name-2.sh", names.path("merger/plan.sh"));
  EXPECT_EQ("./name-2.sh", names.path("./plan.sh"));
  EXPECT_EQ("/srv/user-1/merger", names.path("/srv/alice/merger"))
      << "a user's name is one anywhere";
}

TEST(Pseudonyms, WhatASystemBringsStays) {
  Pseudonyms names({});
  for (const char* const path : {"/usr/bin/sh", "/tmp/x", "/", "", "./x", "/memfd:x (deleted)",
                                 "/proc/self/fd/3", "../x", "/dev/shm/.x"}) {
    EXPECT_EQ(path, names.path(path));
  }
  EXPECT_EQ(
      "/root"
      "/name-1/.name-2",
      names.path("/root"
                 "/work/.profile"))
      << "hidden stays hidden";
}

TEST(Pseudonyms, ArgumentsKeepOptionsAndShortNumbers) {
  Pseudonyms names({"stratum"});
  EXPECT_EQ("/usr/bin/mysql", names.argument("/usr/bin/mysql", true));
  for (const char* const word :
       {"-x", "-rlf", "--user", "--dry-run", "0755", "0.2", "/etc/passwd", "stratum", ""}) {
    EXPECT_EQ(word, names.argument(word, false));
  }
  EXPECT_EQ("word-1", names.argument("hunter2", false));
  EXPECT_EQ("--password=word-1", names.argument("--password=hunter2", false));
  EXPECT_EQ("word-2", names.argument("-phunter2", false));
  EXPECT_EQ("word-3", names.argument("4111111111111111", false));
  EXPECT_EQ("word-4", names.argument("https://alice:pw@example.org/x", false));
  EXPECT_EQ("word-5", names.argument("curl http://10.0.0.1/x | sh", false));
  EXPECT_EQ("--file=/home/user-1/name-1.txt", names.argument("--file=/home/bob/a.txt", false));
}

TEST(Pseudonyms, MountsAndEnvironment) {
  Pseudonyms names({});
  EXPECT_EQ("rw,addr=word-1,username=word-2,vers=3.0",
            names.mountOptions("rw,addr=10.0.0.1,username=bob,vers=3.0"));
  EXPECT_EQ("server-1", names.mountSource("nas.example.org:/export/home"));
  EXPECT_EQ("/dev/sda1", names.mountSource("/dev/sda1"));
  EXPECT_EQ("LD_PRELOAD=/home/user-1/name-1.so:/usr/lib/b.so",
            names.variable("LD_PRELOAD=/home/alice/a.so:/usr/lib/b.so"));
}

TEST(Pseudonyms, RelativePathsAreSomebodysWhereTheDirectoryIs) {
  Pseudonyms names({});
  names.enter("/home/alice");
  EXPECT_EQ("./name-1.sh", names.path("./plan.sh"));
  EXPECT_EQ("bash", names.argument("bash", true)) << "found in PATH";
  names.enter("/tmp");
  EXPECT_EQ("./x", names.path("./x"));
  names.enter("");
  EXPECT_EQ("./name-2", names.path("./x")) << "nobody knows where";
}

// ---- traces

test::Records records() {
  return {exec("/usr/bin/bash").pid(1).cwd("/home/alice/merger").args({"bash", "plan.sh"}).at(1),
          exec("/home/alice/merger/miner")
              .pid(2)
              .by(image(1))
              .args({"./miner", "--wallet=4secret", "stratum+tcp://10.1.2.3:99"})
              .at(2),
          test::attempt("./plan.sh", 13, image(1))
              .cwd("/home/alice/merger")
              .args({"./plan.sh", "hunter2"})
              .at(3),
          test::mapped(image(2), "/home/alice/evil.so", trace::MappingRole::kLibrary).at(4)};
}

class SanitizeTest : public testing::Test {
 protected:
  std::string dump(const Sanitized& sanitized) const {
    test::MemorySink sink;
    trace::Writer writer(sink, sanitized.header());
    for (const trace::Record& record : sanitized.records()) writer.add(record);
    writer.finish(trace_.get().end());
    const std::string bytes = sink.bytes();
    std::ostringstream text;
    trace::dumpText(*trace::openTraceBytes({bytes.data(), bytes.size()}, "memory"), text);
    return text.str();
  }

  std::vector<std::string> changed(const std::string& recipe,
                                   const std::vector<std::string>& keep = {}) const {
    Pseudonyms names(keep);
    const Sanitized sanitized(trace_.get(), names);
    return alertsThatChanged(*programOf(recipe), trace_.get(), sanitized, names);
  }

  const MemoryTrace trace_{records()};
};

TEST_F(SanitizeTest, NothingPrivateIsLeft) {
  Pseudonyms names({});
  const Sanitized sanitized(trace_.get(), names);
  const std::string text = dump(sanitized);
  for (const char* const secret :
       {"alice", "merger", "plan", "4secret", "10.1.2.3", "hunter2", "evil", "web03"}) {
    EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(text, HasSubstr("/home/user-1/"));
  EXPECT_EQ(trace_.get().records().size(), sanitized.records().size());
}

// Debian has users bin, sys and mail, too.
TEST_F(SanitizeTest, UsersThatAreSoftwareNameNobody) {
  trace::Header header = test::header();
  header.host.users = {{2, "bin"}, {65534, "nobody"}, {1000, "bash"}};
  const MemoryTrace trace(records(), header);
  Pseudonyms names({});
  const Sanitized sanitized(trace.get(), names);
  EXPECT_EQ(sanitized.header().host.users[0].name, "bin");
  EXPECT_EQ(sanitized.header().host.users[1].name, "nobody");
  EXPECT_THAT(sanitized.header().host.users[2].name, HasSubstr("user-"));
  EXPECT_THAT(dump(sanitized), HasSubstr("/usr/bin/user-")) << "bin stays, a user's name does not";
}

TEST_F(SanitizeTest, AlertsThatDoNotHangOnNamesStay) {
  EXPECT_THAT(changed(recipeText("mine", "high", "when: file.path under ['/home']\n")), IsEmpty());
}

TEST_F(SanitizeTest, AnAlertThatHangsOnAWordIsNoticed) {
  const std::string recipe = recipeText("mine", "high", "when: any(args, it matches '^stratum')\n");
  EXPECT_THAT(changed(recipe), SizeIs(1));
  EXPECT_THAT(changed(recipe).at(0), HasSubstr("no longer given"));
  EXPECT_THAT(changed(recipe, {"stratum+tcp://10.1.2.3:99"}), IsEmpty());
}

TEST_F(SanitizeTest, AnAlertThatOnlyPseudonymsGiveIsNoticed) {
  EXPECT_THAT(changed(recipeText("mine", "high", "when: any(args, it matches '^word')\n")).at(0),
              HasSubstr("given only now"));
}

TEST_F(SanitizeTest, ASeverityThatHangsOnANameIsNoticed) {
  EXPECT_THAT(changed(recipeText("mine", "high",
                                 "when: file.path under ['/home']\n"
                                 "raise: {miner: process.name == 'miner'}\n"))
                  .at(0),
              HasSubstr("severity: critical → high"));
}

}  // namespace
}  // namespace exectrail::replay
