// Which of several matching classes decides.
#include "analyzer/compiler/classifier.h"

#include <gtest/gtest.h>

namespace exectrail::analyzer {
namespace {

class ClassifierTest : public testing::Test {
 protected:
  std::size_t add(const std::string& name, Severity severity, const std::vector<std::string>& under,
                  const std::vector<std::string>& globs,
                  const std::vector<std::string>& except = {}) {
    DirectoryClass directoryClass{name, severity, {}};
    for (const std::string& pattern : except) directoryClass.except.push_back(glob(pattern));
    const std::size_t index = classifier_.addClass(std::move(directoryClass));
    for (const std::string& directory : under) classifier_.addDirectory(index, directory);
    for (const std::string& pattern : globs) classifier_.addPattern(index, glob(pattern));
    return index;
  }

  static Glob glob(const std::string& pattern) {
    std::string problem;
    return Glob::compile(pattern, problem).value();
  }

  std::string classOf(const std::string& path) const {
    const auto match = classifier_.classify(path);
    return match ? match->directoryClass->name : "-";
  }

  Classifier classifier_;
};

TEST_F(ClassifierTest, LongestDirectoryWins) {
  add("var", Severity::kCritical, {"/var"}, {});
  add("log", Severity::kLow, {"/var/log"}, {});
  EXPECT_EQ(classOf("/var/log/x"), "log");
  EXPECT_EQ(classOf("/var/logx/x"), "var");
  EXPECT_EQ(classOf("/var"), "-");
  EXPECT_EQ(classOf("/usr/x"), "-");
}

TEST_F(ClassifierTest, PatternBeatsADirectoryOfTheSameDepth) {
  add("temp", Severity::kCritical, {"/tmp"}, {});
  add("hidden", Severity::kLow, {}, {"/tmp/**/.*"});
  EXPECT_EQ(classOf("/tmp/a/.x"), "hidden");
  EXPECT_EQ(classOf("/tmp/a/x"), "temp");
}

TEST_F(ClassifierTest, DeeperDirectoryBeatsAPattern) {
  add("pid", Severity::kCritical, {}, {"/run/**/*.pid"});
  add("media", Severity::kLow, {"/run/media"}, {});
  EXPECT_EQ(classOf("/run/media/x.pid"), "media");
  EXPECT_EQ(classOf("/run/x.pid"), "pid");
}

TEST_F(ClassifierTest, MoreLettersThenSeverityThenOrder) {
  add("short", Severity::kCritical, {}, {"/a/*"});
  add("long", Severity::kLow, {}, {"/a/x*"});
  EXPECT_EQ(classOf("/a/xy"), "long");
  add("mild", Severity::kLow, {}, {"/b/*"});
  add("grave", Severity::kHigh, {}, {"/b/*"});
  EXPECT_EQ(classOf("/b/x"), "grave");
  add("first", Severity::kLow, {"/c"}, {});
  add("second", Severity::kLow, {"/c"}, {});
  EXPECT_EQ(classOf("/c/x"), "first");
}

TEST_F(ClassifierTest, ExceptEndsTheSearch) {
  add("etc", Severity::kHigh, {"/etc"}, {}, {"/etc/init.d/**"});
  EXPECT_EQ(classOf("/etc/x"), "etc");
  EXPECT_EQ(classOf("/etc/init.d/x"), "-");
  add("root", Severity::kHigh, {"/"}, {});
  EXPECT_EQ(classOf("/etc/init.d/x"), "-");
  // What is more specific comes first.
  add("hidden", Severity::kLow, {}, {"/etc/**/.*"});
  EXPECT_EQ(classOf("/etc/init.d/.x"), "hidden");
}

}  // namespace
}  // namespace exectrail::analyzer
