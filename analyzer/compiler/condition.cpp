#include "analyzer/compiler/condition.h"

#include <algorithm>

namespace exectrail::analyzer {

void TextSet::add(Glob glob) {
  if (glob.isLiteral()) {
    exact_.insert(glob.literalPrefix());
  } else {
    globs_.push_back(std::move(glob));
  }
}

bool TextSet::contains(std::string_view text) const {
  return exact_.contains(text) ||
         std::ranges::any_of(globs_, [text](const Glob& glob) { return glob.matches(text); });
}

std::string folded(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace exectrail::analyzer
