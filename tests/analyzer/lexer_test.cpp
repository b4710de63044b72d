// Tokens of the expression language, and what is none.
#include "analyzer/compiler/lexer.h"

#include <gtest/gtest.h>

namespace exectrail::analyzer {
namespace {

std::string kinds(const std::string& text) {
  std::string result;
  for (const Token& token : tokenize(text)) {
    constexpr std::string_view kLetters = "wtnls.!";
    result += kLetters[static_cast<std::size_t>(token.kind)];
  }
  return result;
}

TEST(Lexer, Kinds) {
  EXPECT_EQ(kinds(""), ".");
  EXPECT_EQ(kinds("file.path in @list"), "wwl.");
  EXPECT_EQ(kinds("args[0] == 'x'"), "wsnsst.");
  EXPECT_EQ(kinds(".executable != 0x10"), "wsn.");
  EXPECT_EQ(kinds("(a and b)<=1"), "swwwssn.");
}

TEST(Lexer, Values) {
  EXPECT_EQ(tokenize("'it''s'")[0].text, "it's");
  EXPECT_EQ(tokenize("\"a'b\"")[0].text, "a'b");
  EXPECT_EQ(tokenize("@a_1")[0].text, "a_1");
  EXPECT_EQ(tokenize("0o755")[0].number, 0755U);
  EXPECT_EQ(tokenize("0xff")[0].number, 255U);
  EXPECT_EQ(tokenize("18446744073709551615")[0].number, 18446744073709551615U);
}

TEST(Lexer, Offsets) {
  const auto tokens = tokenize("  ab == 'c'");
  EXPECT_EQ(tokens[0].offset, 2U);
  EXPECT_EQ(tokens[0].end, 4U);
  EXPECT_EQ(tokens[2].offset, 8U);
  EXPECT_EQ(tokens[2].end, 11U);
}

TEST(Lexer, Bad) {
  for (const std::string text : {"'open", "a = b", "a & b", "!a", "@", "0755", "1x", "0x",
                                 "99999999999999999999", "\xff", "a ~ b", ". a"}) {
    EXPECT_EQ(tokenize(text).back().kind, TokenKind::kBad) << text;
  }
}

}  // namespace
}  // namespace exectrail::analyzer
