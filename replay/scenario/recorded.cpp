#include "replay/scenario/recorded.h"

namespace exectrail::replay {
namespace {

std::string list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return "[" + text + "]";
}

std::string_view verb(Comparison comparison) {
  switch (comparison) {
    case Comparison::kStarts:
      return "starts ";
    case Comparison::kEnds:
      return "ends ";
    case Comparison::kContains:
      return "contains ";
    case Comparison::kMatches:
      return "matches ";
    case Comparison::kLength:
      return "length ";
    case Comparison::kSameFile:
      return "the file of ";
    case Comparison::kIs:
    case Comparison::kOneOf:
      break;
  }
  return "";
}

std::string alternatives(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " or ") + word;
  return text;
}

}  // namespace

std::string toString(const Count& count) {
  const std::string atLeast = std::to_string(count.atLeast);
  if (!count.atMost) return "at least " + atLeast;
  const std::string atMost = std::to_string(*count.atMost);
  if (count.atLeast == *count.atMost) return "exactly " + atLeast;
  return count.atLeast == 0 ? "at most " + atMost : atLeast + " to " + atMost;
}

std::string valueOf(const Wanted& wanted) {
  std::string text(verb(wanted.comparison));
  if (wanted.comparison == Comparison::kLength) return text + std::to_string(wanted.length);
  if (wanted.comparison == Comparison::kOneOf) return text + alternatives(wanted.words);
  if (wanted.isList) return text + list(wanted.words);
  if (wanted.comparison == Comparison::kSameFile) return text + toString(wanted.of);
  if (!wanted.words.empty()) {
    text += wanted.words.front().empty() ? "''" : wanted.words.front();
  }
  return text;
}

std::string toString(const std::vector<Wanted>& wanted) {
  std::string text;
  for (const Wanted& each : wanted) {
    text += (text.empty() ? "" : ", ") + each.fact + " " + valueOf(each);
  }
  return text.empty() ? "any" : text;
}

}  // namespace exectrail::replay
