// What patterns match, on bytes, and how specific they are.
#include "analyzer/paths/glob.h"

#include <gtest/gtest.h>

#include <chrono>

namespace exectrail::analyzer {
namespace {

bool matches(const std::string& pattern, const std::string& text) {
  std::string problem;
  const auto glob = Glob::compile(pattern, problem);
  EXPECT_TRUE(glob) << pattern << ": " << problem;
  return glob && glob->matches(text);
}

TEST(Glob, Matches) {
  EXPECT_TRUE(matches("/tmp/x", "/tmp/x"));
  EXPECT_FALSE(matches("/tmp/x", "/tmp/xy"));
  EXPECT_TRUE(matches("/run/*", "/run/x"));
  EXPECT_FALSE(matches("/run/*", "/run/a/x"));
  EXPECT_TRUE(matches("/tmp/**", "/tmp/a/b"));
  EXPECT_FALSE(matches("/tmp/**", "/tmp"));
  EXPECT_FALSE(matches("/tmp/**", "/tmpx/a"));
  EXPECT_TRUE(matches("/tmp/**/.*", "/tmp/.x"));
  EXPECT_TRUE(matches("/tmp/**/.*", "/tmp/a/b/.x"));
  EXPECT_FALSE(matches("/tmp/**/.*", "/tmp/a.x"));
  EXPECT_FALSE(matches("/tmp/**/.*", "/tmp/.a/x"));
  EXPECT_TRUE(matches("/tmp/**/.*/**", "/tmp/.a/x"));
  EXPECT_TRUE(matches("/run/**/*.{pid,lock}", "/run/x.pid"));
  EXPECT_TRUE(matches("/run/**/*.{pid,lock}", "/run/a/x.lock"));
  EXPECT_FALSE(matches("/run/**/*.{pid,lock}", "/run/x.pidx"));
  EXPECT_TRUE(matches("/usr/sbin/php-fpm*", "/usr/sbin/php-fpm8.2"));
  EXPECT_TRUE(matches("/a?c", "/abc"));
  EXPECT_FALSE(matches("/a?c", "/a/c"));
  EXPECT_TRUE(matches("/x[0-9]", "/x7"));
  EXPECT_FALSE(matches("/x[!0-9]", "/x7"));
  EXPECT_FALSE(matches("/x[!0-9]", "/x/"));
  EXPECT_TRUE(matches("/[]x]", "/]"));
  EXPECT_TRUE(matches("/a\\*", "/a*"));
  EXPECT_FALSE(matches("/a\\*", "/ab"));
  EXPECT_TRUE(matches("/a.b", "/a.b"));
  EXPECT_FALSE(matches("/a.*", "/axb"));
  EXPECT_TRUE(matches("/{a,b{c,d}}/x", "/bd/x"));
}

TEST(Glob, BytesAreBytes) {
  EXPECT_TRUE(matches("/tmp/*", "/tmp/\xff\xfe"));
  EXPECT_TRUE(matches("/tmp/*", "/tmp/a\nb"));
  EXPECT_TRUE(matches("/tmp/**", std::string("/tmp/a\0b", 8)));
  EXPECT_TRUE(matches("/tmp/\xc3\xa4*", "/tmp/\xc3\xa4x"));
}

TEST(Glob, WildcardsDoNotSpareHiddenFiles) { EXPECT_TRUE(matches("/run/*", "/run/.x")); }

TEST(Glob, Problems) {
  for (const std::string pattern : {"/a[b", "/a{b", "/a\\", "/[a/b]"}) {
    std::string problem;
    EXPECT_FALSE(Glob::compile(pattern, problem)) << pattern;
    EXPECT_FALSE(problem.empty());
  }
  std::string problem;
  EXPECT_FALSE(Glob::compile(std::string(5000, '*'), problem));
}

TEST(Glob, Specificity) {
  std::string problem;
  const auto glob = Glob::compile("/var/tmp/a*/b", problem);
  ASSERT_TRUE(glob);
  EXPECT_EQ(glob->fixedComponents(), 2U);
  EXPECT_EQ(glob->literalPrefix(), "/var/tmp/a");
  EXPECT_EQ(Glob::compile("/tmp/**/.*", problem)->fixedComponents(), 1U);
  EXPECT_EQ(Glob::compile("/run/*", problem)->fixedComponents(), 1U);
  EXPECT_EQ(Glob::compile("/a/b", problem)->fixedComponents(), 2U);
}

TEST(Glob, HostileTextTakesLinearTime) {
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(matches("/**a**a**a**a**a**a**a**b", "/" + std::string(100'000, 'a')));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

}  // namespace
}  // namespace exectrail::analyzer
