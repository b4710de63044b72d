// Expression text -> tokens. Words, numbers, quoted text, @names, fields and punctuation; what is
// none of these becomes a kBad token that says why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace exectrail::analyzer {

enum class TokenKind : std::uint8_t {
  kWord,      // a field, an operator or a bare name: file.path, and, temp, .executable
  kText,      // 'quoted' or "quoted"; '' inside '...' stands for one quote
  kNumber,    // 10, 0x1f, 0o755
  kListName,  // @name, without the @
  kSymbol,    // == != < <= > >= ( ) [ ] ,
  kEnd,
  kBad,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;  // kBad: what is wrong
  std::uint64_t number = 0;
  std::size_t offset = 0;  // of its first byte in the expression
  std::size_t end = 0;     // one past its last
};

// Always ends with kEnd or kBad.
std::vector<Token> tokenize(std::string_view expression);

}  // namespace exectrail::analyzer
