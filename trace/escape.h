// Makes bytes from a hostile source fit to be shown. A path may hold a newline, an escape sequence
// that clears the terminal, or half a UTF-8 character.
#pragma once

#include <string>

#include "trace/evidence.h"

namespace exectrail::trace {

// Valid printable UTF-8 stays; control characters (C0, DEL, C1), bidirectional and line-separating
// characters and bytes that are not UTF-8 become \n, \t, \xHH or \u{HHHH}; a backslash is doubled.
// The result fits on one line and can be read back without ambiguity.
std::string escapeForTerminal(Bytes bytes);

// The same, in double quotes if it is empty or holds a space or a quote: one word of a line.
std::string quoteForTerminal(Bytes bytes);

// False for characters that move, hide or reorder text, although they are valid UTF-8: controls,
// separators, marks of direction, characters without width.
bool isPlainText(char32_t codePoint);

// Length of the valid UTF-8 sequence at the start of `bytes` (1 to 4) and its code point; 0 if
// there is none (truncated, overlong, surrogate, above U+10FFFF).
int decodeUtf8(Bytes bytes, char32_t& codePoint);

}  // namespace exectrail::trace
