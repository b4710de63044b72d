#include "analyzer/compiler/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace exectrail::analyzer {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::array<std::string_view, 11> kSymbols = {"==", "!=", "<=", ">=", "<", ">",
                                                       "(",  ")",  "[",  "]",  ","};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
    start_ = at_;
    if (at_ == text_.size()) return token(TokenKind::kEnd, {});
    const char c = text_[at_];
    if (c == '\'' || c == '"') return quoted(c);
    if (isDigit(c)) return number();
    if (c == '@') return listName();
    if (isLetter(c) || (c == '.' && at_ + 1 < text_.size() && isLetter(text_[at_ + 1]))) {
      return word();
    }
    for (const std::string_view symbol : kSymbols) {
      if (!text_.substr(at_).starts_with(symbol)) continue;
      at_ += symbol.size();
      return token(TokenKind::kSymbol, std::string(symbol));
    }
    ++at_;
    if (c == '=') return bad("'=' is no operator; '==' compares");
    if (c == '&' || c == '|') return bad("write 'and' and 'or'");
    if (c == '!') return bad("write 'not'");
    return bad("unexpected character");
  }

 private:
  Token token(TokenKind kind, std::string text) const {
    return {kind, std::move(text), 0, start_, at_};
  }
  Token bad(std::string why) const { return token(TokenKind::kBad, std::move(why)); }

  Token quoted(char quote) {
    std::string value;
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c != quote) {
        value += c;
      } else if (at_ < text_.size() && text_[at_] == quote) {
        value += quote;
        ++at_;
      } else {
        return token(TokenKind::kText, std::move(value));
      }
    }
    return bad("quoted text without a closing quote");
  }

  Token number() {
    while (at_ < text_.size() && (isDigit(text_[at_]) || isLetter(text_[at_]))) ++at_;
    std::string_view digits = text_.substr(start_, at_ - start_);
    int base = 10;
    if (digits.starts_with("0x")) base = 16;
    if (digits.starts_with("0o")) base = 8;
    if (base == 10 && digits.size() > 1 && digits.starts_with('0')) {
      return bad("a number that begins with 0: write 0o755 for octal");
    }
    if (base != 10) digits.remove_prefix(2);
    Token result = token(TokenKind::kNumber, {});
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, result.number, base);
    if (error != std::errc() || stop != end) return bad("not a number");
    return result;
  }

  Token listName() {
    ++at_;
    while (at_ < text_.size() && (isLetter(text_[at_]) || isDigit(text_[at_]))) ++at_;
    if (at_ == start_ + 1) return bad("'@' without the name of a list");
    return token(TokenKind::kListName, std::string(text_.substr(start_ + 1, at_ - start_ - 1)));
  }

  Token word() {
    ++at_;
    while (at_ < text_.size() &&
           (isLetter(text_[at_]) || isDigit(text_[at_]) || text_[at_] == '.')) {
      ++at_;
    }
    return token(TokenKind::kWord, std::string(text_.substr(start_, at_ - start_)));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
};

}  // namespace

std::vector<Token> tokenize(std::string_view expression) {
  Lexer lexer(expression);
  std::vector<Token> tokens;
  do {
    tokens.push_back(lexer.next());
  } while (tokens.back().kind != TokenKind::kEnd && tokens.back().kind != TokenKind::kBad);
  return tokens;
}

}  // namespace exectrail::analyzer
