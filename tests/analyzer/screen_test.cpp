// What `exectrail top` shows: whatever a program is called and is given as arguments, nothing that
// a terminal would obey.
#include "analyzer/top/screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/compiler/program.h"
#include "tests/support/records.h"
#include "tests/support/traces.h"
#include "trace/escape.h"

namespace exectrail::test {
namespace {

using analyzer::Screen;
using analyzer::ScreenLine;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kSecond = 1'000'000'000;

void add(Screen& screen, const OwnedRecord& one) { screen.record(one.record, header()); }

std::string textOf(const Screen& screen, std::size_t rows = 24) {
  std::string text;
  for (const ScreenLine& line : screen.lines(rows, 0)) text += line.text + "\n";
  return text;
}

analyzer::Alert alertOf(const std::string& path, analyzer::Severity severity) {
  analyzer::Alert alert;
  auto recipe = std::make_shared<analyzer::RecipeInfo>();
  recipe->name = "from_tmp";
  alert.recipe = recipe;
  alert.severity = severity;
  alert.filePath = {path, trace::EvidenceClass::kKernel};
  return alert;
}

TEST(Screen, ShowsTheLatestExecutionsAndAlerts) {
  Screen screen;
  for (std::uint32_t i = 0; i < 30; ++i) {
    add(screen, exec("/bin/number" + std::to_string(i)).pid(100 + i, 1).at(i * kSecond + 1));
  }
  screen.alert(alertOf("/tmp/x", analyzer::Severity::kCritical), header());
  screen.alert(alertOf("/tmp/y", analyzer::Severity::kInfo), header());
  const std::string text = textOf(screen);
  EXPECT_THAT(text, AllOf(HasSubstr("/bin/number29"), Not(HasSubstr("/bin/number3 "))));
  EXPECT_THAT(text, HasSubstr("30 executions, 1.0/s; 0 failed; alerts: 1 critical, 1 info"));
  EXPECT_THAT(text, AllOf(HasSubstr("from_tmp  /tmp/x ran"), Not(HasSubstr("/tmp/y"))));
  EXPECT_LT(text.find("/bin/number28"), text.find("/bin/number29")) << "the latest at the bottom";
}

TEST(Screen, HasAsManyLinesAsThereAre) {
  Screen screen;
  for (std::uint32_t i = 0; i < 3; ++i) add(screen, exec("/bin/x").at(i * kSecond + 1));
  screen.note("behind: something");
  for (std::size_t rows = 1; rows < 60; ++rows) EXPECT_EQ(screen.lines(rows, 0).size(), rows);
  for (const char* key : {"a", "x"}) {
    ASSERT_TRUE(screen.keys(key));
    for (std::size_t rows = 1; rows < 60; ++rows) EXPECT_EQ(screen.lines(rows, 0).size(), rows);
  }
}

TEST(Screen, NothingThatATerminalObeys) {
  Screen screen;
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  all += "\x1b]0;owned\x07\x1b[2J\u202e\u0085";
  add(screen, exec("/tmp/" + all).args({all, all}));
  add(screen, attempt("/tmp/" + all, 13, image(7)));
  screen.alert(alertOf("/tmp/" + all, analyzer::Severity::kHigh), header());
  screen.note(all);
  screen.keys("/");
  for (const char c : all) {
    if (c != '\r' && c != '\n' && c != '\x1b') screen.keys(std::string(1, c));
  }
  for (const ScreenLine& line : screen.lines(50, 0)) {
    for (const char c : line.text) {
      EXPECT_TRUE(static_cast<unsigned char>(c) >= ' ' && c != '\x7f') << line.text;
    }
    EXPECT_EQ(line.text.find("\u202e"), std::string::npos);
    EXPECT_EQ(line.text.find("\u0085"), std::string::npos);
    char32_t point = 0;
    for (std::size_t at = 0; at < line.text.size();) {
      const int length = trace::decodeUtf8(std::string_view(line.text).substr(at), point);
      ASSERT_GT(length, 0) << "whole characters";
      at += static_cast<std::size_t>(length);
    }
  }
}

TEST(Screen, KeysFilterPauseAndLeave) {
  Screen screen;
  add(screen, exec("/bin/one").at(1));
  add(screen, exec("/bin/TWO").at(2));
  EXPECT_TRUE(screen.keys("/twq"));
  EXPECT_TRUE(screen.keys("\x7fo\r")) << "q was a letter, and is taken back";
  EXPECT_THAT(textOf(screen),
              AllOf(HasSubstr("/bin/TWO"), Not(HasSubstr("/bin/one")), HasSubstr("only with two")));
  EXPECT_TRUE(screen.keys("\x1b"));
  EXPECT_THAT(textOf(screen), HasSubstr("/bin/one"));
  EXPECT_TRUE(screen.keys("p"));
  add(screen, exec("/bin/three").at(3));
  EXPECT_THAT(textOf(screen), AllOf(Not(HasSubstr("/bin/three")), HasSubstr("PAUSED, 1 new")));
  EXPECT_TRUE(screen.keys(" "));
  EXPECT_THAT(textOf(screen), HasSubstr("/bin/three"));
  EXPECT_TRUE(screen.keys("\x1b[A")) << "an arrow is no key of ours";
  EXPECT_TRUE(screen.keys("\x1b[q"));
  EXPECT_FALSE(screen.keys("q"));
}

TEST(Screen, RatesAreThoseOfTheTrace) {
  Screen screen;
  for (std::uint32_t i = 0; i < 100; ++i) {
    add(screen, exec("/bin/x").at(1000 * kSecond + i * kSecond / 20));
  }
  EXPECT_THAT(textOf(screen), HasSubstr("100 executions, 20.0/s"));
  add(screen, exec("/bin/x").at(2000 * kSecond));
  EXPECT_THAT(textOf(screen), HasSubstr("101 executions, 0.1/s")) << "of the last ten seconds";
}

}  // namespace
}  // namespace exectrail::test
