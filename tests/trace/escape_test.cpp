// Nothing a hostile name holds may reach the terminal as anything but text.
#include "trace/escape.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace exectrail::trace {
namespace {

struct Case {
  std::string bytes;
  std::string shown;
};

TEST(Escape, Cases) {
  const Case cases[] = {
      {"", ""},
      {"/tmp/x", "/tmp/x"},
      {"caf\xc3\xa9", "caf\xc3\xa9"},
      {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
      {"a\nb\tc\rd", "a\\nb\\tc\\x0dd"},
      {"\x1b[2Jgone", "\\x1b[2Jgone"},
      {std::string("a\0b", 3), "a\\x00b"},
      {"\x7f", "\\x7f"},
      {"back\\slash", "back\\\\slash"},
      {"\xc2\x9b"
       "31m",
       "\\u{9b}31m"},  // C1 control sequence introducer
      {"\xe2\x80\xae"
       "exe.txt",
       "\\u{202e}exe.txt"},           // right-to-left override
      {"\xe2\x80\xa8", "\\u{2028}"},  // line separator
      {"\xef\xbb\xbf", "\\u{feff}"},
      {"\xff\xfe", "\\xff\\xfe"},
      {"\xc3", "\\xc3"},                             // cut in the middle of a character
      {"\xc0\xaf", "\\xc0\\xaf"},                    // overlong
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // surrogate
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // above U+10FFFF
  };
  for (const Case& c : cases) EXPECT_EQ(escapeForTerminal(c.bytes), c.shown);
}

TEST(Escape, QuotesOnlyWhatIsNotOneWord) {
  EXPECT_EQ(quoteForTerminal("/tmp/x"), "/tmp/x");
  EXPECT_EQ(quoteForTerminal(""), "\"\"");
  EXPECT_EQ(quoteForTerminal("a b"), "\"a b\"");
  EXPECT_EQ(quoteForTerminal("say \"hi\""), "\"say \\\"hi\\\"\"");
  EXPECT_EQ(quoteForTerminal("a\nb"), "a\\nb");
}

TEST(Escape, RandomBytesNeverYieldAControlCharacterAndKeepTheirMeaning) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string a(random() % 12, '\0');
    for (char& c : a) c = static_cast<char>(random());
    const std::string shown = escapeForTerminal(a);
    for (const char c : shown) {
      ASSERT_GE(static_cast<unsigned char>(c), 0x20);
      ASSERT_NE(c, 0x7f);
    }
    // Two different byte strings never look the same.
    std::string b = a;
    if (b.empty()) continue;
    b[random() % b.size()] ^= static_cast<char>(1 + random() % 255);
    ASSERT_NE(shown, escapeForTerminal(b));
  }
}

}  // namespace
}  // namespace exectrail::trace
