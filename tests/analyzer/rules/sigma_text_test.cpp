// Wildcards, escaping and encodings of Sigma values, from the tables of its specification.
#include "analyzer/rules/sigma_text.h"

#include <gtest/gtest.h>

namespace exectrail::analyzer::sigma {
namespace {

// Pieces as text: wildcards are themselves, plain stars and question marks stand in brackets.
std::string shown(const Pattern& pattern) {
  std::string text;
  for (const Pattern::Piece& piece : pattern.pieces()) {
    if (piece.wildcard == Pattern::Wildcard::kAny) text += '*';
    if (piece.wildcard == Pattern::Wildcard::kOne) text += '?';
    for (const char c : piece.text) {
      text += c == '*' || c == '?' ? "[" + std::string(1, c) + "]" : std::string(1, c);
    }
  }
  return text;
}

TEST(SigmaText, Escaping) {
  const std::pair<const char*, const char*> vectors[] = {
      {R"(plain)", R"(plain)"}, {R"(\)", R"(\)"},  // a single backslash is plain
      {R"(\a)", R"(\a)"},                          // also before a letter
      {R"(\\)", R"(\)"},                           // two are one
      {R"(\\\\)", R"(\\)"},                        // four are two
      {R"(\*)", R"([*])"},                         // a plain star
      {R"(\?)", R"([?])"},                         // a plain question mark
      {R"(\\*)", R"(\*)"},                         // a plain backslash and a wildcard
      {R"(\\\*)", R"(\[*])"},                      // a plain backslash and a plain star
      {R"(a*b?c)", R"(a*b?c)"}, {R"(a**b)", R"(a*b)"}, {R"(C:\x\*)", R"(C:\x[*])"},
      {R"(end\)", R"(end\)"},   {R"()", R"()"},
  };
  for (const auto& [raw, expected] : vectors) {
    EXPECT_EQ(shown(Pattern::parse(raw)), expected) << raw;
  }
}

std::string kindAndText(const std::string& raw) {
  const TextTest test = testOf(Pattern::parse(raw));
  switch (test.kind) {
    case Condition::Kind::kEqual:
      return "is " + test.text;
    case Condition::Kind::kContains:
      return "contains " + test.text;
    case Condition::Kind::kStartsWith:
      return "startswith " + test.text;
    case Condition::Kind::kEndsWith:
      return "endswith " + test.text;
    case Condition::Kind::kExists:
      return "exists";
    default:
      return "matches " + test.text;
  }
}

TEST(SigmaText, TheSimplestTestIsTaken) {
  EXPECT_EQ(kindAndText("x"), "is x");
  EXPECT_EQ(kindAndText("*x"), "endswith x");
  EXPECT_EQ(kindAndText("x*"), "startswith x");
  EXPECT_EQ(kindAndText("*x*"), "contains x");
  EXPECT_EQ(kindAndText("*"), "exists");
  EXPECT_EQ(kindAndText(""), "is ");
  EXPECT_EQ(kindAndText("a*b"), "matches ^a.*b$");
  EXPECT_EQ(kindAndText("a?.c"), R"(matches ^a.\.c$)");
}

std::vector<std::string> encodings(const std::string& raw, std::vector<std::string_view> words) {
  RuleReport report;
  const auto modifiers = parseModifiers(words, 1, report);
  if (!modifiers) return {report.notes.front().text};
  const auto patterns = encoded(Pattern::parse(raw), *modifiers, 1, report);
  if (!patterns) return {report.notes.front().text};
  std::vector<std::string> result;
  for (const Pattern& pattern : *patterns) result.push_back(shown(pattern));
  return result;
}

using Texts = std::vector<std::string>;

TEST(SigmaText, Base64) {
  EXPECT_EQ(encodings("/bin/bash", {"base64"}), Texts{"L2Jpbi9iYXNo"});
  EXPECT_EQ(encodings("ping", {"utf16le", "base64"}), Texts{"cABpAG4AZwA="});
  EXPECT_EQ(encodings("ping", {"wide", "base64"}), Texts{"cABpAG4AZwA="});
  EXPECT_EQ(encodings("ping", {"utf16be", "base64"}), Texts{"AHAAaQBuAGc="});
  EXPECT_EQ(encodings("http://", {"base64offset", "contains"}),
            (Texts{"*aHR0cDovL*", "*h0dHA6Ly*", "*odHRwOi8v*"}));
  EXPECT_EQ(encodings("a*b", {"base64"}), Texts{"text with a wildcard cannot be encoded"});
}

TEST(SigmaText, Windash) {
  EXPECT_EQ(encodings("-a", {"windash"}), (Texts{"-a", "/a", "\u2013a", "\u2014a", "\u2015a"}));
  EXPECT_EQ(encodings("-a /b", {"windash"}).size(), 25U);
  EXPECT_EQ(encodings("a-b", {"windash"}), Texts{"a-b"});  // not at the beginning of a word
  EXPECT_EQ(encodings("-a -b -c -d", {"windash"}),
            Texts{"windash makes more than 256 values of one"});
}

TEST(SigmaText, Places) {
  EXPECT_EQ(encodings("x", {"contains"}), Texts{"*x*"});
  EXPECT_EQ(encodings("*x", {"contains"}), Texts{"*x*"});
  EXPECT_EQ(encodings("x", {"startswith"}), Texts{"x*"});
  EXPECT_EQ(encodings("x", {"endswith"}), Texts{"*x"});
  EXPECT_EQ(encodings("", {"contains"}), Texts{"*"});
}

TEST(SigmaText, ModifiersThatCannotBe) {
  EXPECT_EQ(encodings("x", {"contians"}), Texts{"unknown modifier 'contians'"});
  EXPECT_EQ(encodings("x", {"i"}), Texts{"unknown modifier 'i'"});
  EXPECT_EQ(encodings("x", {"cidr"}),
            Texts{"modifier 'cidr': no field of an execution is an address"});
  EXPECT_EQ(encodings("x", {"contains", "startswith"}), Texts{"modifiers that do not go together"});
  EXPECT_EQ(encodings("x", {"re", "base64"}), Texts{"modifiers that do not go together"});
}

}  // namespace
}  // namespace exectrail::analyzer::sigma
