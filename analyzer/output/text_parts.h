// Pieces of the text that people read: widths, cuts, colours, words.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/engine/alert.h"
#include "analyzer/engine/severity.h"

namespace exectrail::analyzer {

inline constexpr std::size_t kLabelWidth = 9;
inline constexpr std::size_t kMaxCommand = 200;  // characters of a command line that are shown

// Escape sequence of a terminal that begins a severity; "\033[0m" ends it.
std::string_view colourOf(Severity severity);

std::string upper(std::string_view text);  // of ASCII
std::string pad(std::string text, std::size_t width);

// At most so many bytes, between characters, and "…" if that is not all.
std::string cut(std::string text, std::size_t most);

// "0755"
std::string octal(std::uint32_t mode);

// Arguments from `first` on, each unmistakably one word, and about kMaxCommand bytes of them.
std::string words(const std::vector<std::string>& arguments, std::size_t first);

// How sure the alert is: gaps that it spans, what is older than the recording, cut, or not decided.
std::string sureText(const Alert& alert);

}  // namespace exectrail::analyzer
