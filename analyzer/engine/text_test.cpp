#include "analyzer/engine/text_test.h"

#include <re2/re2.h>

#include <algorithm>

namespace exectrail::analyzer {
namespace {

using Kind = Condition::Kind;

// The answer for a whole text; of a text that was cut nobody knows the rest.
Tri whole(const Value& left, bool answer) { return left.truncated ? Tri::kUnknown : triOf(answer); }

Tri startsWith(const Condition& condition, std::string_view left, bool truncated) {
  Tri result = Tri::kFalse;
  for (const std::string& text : condition.texts) {
    if (left.starts_with(text)) return Tri::kTrue;
    if (truncated && text.starts_with(left)) result = Tri::kUnknown;
  }
  return result;
}

bool listHolds(const Condition& condition, const Value& left, const std::string& text) {
  // Of a list that was cut, the last element may be only the beginning of another text.
  const std::size_t end = left.list.size() - (left.truncated && !left.list.empty() ? 1 : 0);
  for (std::size_t i = 0; i < end; ++i) {
    const std::string_view element = left.list[i];
    if (condition.nocase ? folded(element) == text : element == text) return true;
  }
  return false;
}

bool found(const re2::RE2& regex, std::string_view text, const Text* kept, TestMemo* memo) {
  const auto ask = [&] {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex);
  };
  return kept == nullptr || memo == nullptr ? ask() : memo->answer(&regex, *kept, ask);
}

// `kept` is the text, or null.
Tri testText(const Condition& condition, const Value& left, std::string_view text, const Text* kept,
             TestMemo* memo) {
  const auto each = [&](auto test) { return std::ranges::any_of(condition.texts, test); };
  switch (condition.kind) {
    case Kind::kEqual: {
      Value same = left;
      same.text = text;
      return sameText(same, condition.texts.front(), false, false);
    }
    case Kind::kTextIn:
      return whole(left, holds(*condition.set, text, kept, memo));
    case Kind::kMatches:
      return whole(left, found(*condition.regex, text, kept, memo));
    case Kind::kStartsWith:
      return startsWith(condition, text, left.truncated);
    case Kind::kEndsWith:
      return whole(left, each([&](const std::string& end) { return text.ends_with(end); }));
    case Kind::kContains: {
      const bool found =
          each([&](const std::string& part) { return text.find(part) != std::string_view::npos; });
      return found ? Tri::kTrue : whole(left, false);
    }
    default:
      return Tri::kUnknown;
  }
}

}  // namespace

bool compareNumbers(std::int64_t left, Operator op, std::int64_t right) {
  switch (op) {
    case Operator::kLess:
      return left < right;
    case Operator::kLessOrEqual:
      return left <= right;
    case Operator::kGreater:
      return left > right;
    case Operator::kGreaterOrEqual:
      return left >= right;
    case Operator::kNotEqual:
      return left != right;
    default:
      return left == right;
  }
}

Tri sameText(const Value& left, std::string_view right, bool rightTruncated, bool nocase) {
  if (nocase) {
    const std::string small = folded(left.text);
    const std::string other = folded(right);
    Value same = left;
    same.text = small;
    return sameText(same, other, rightTruncated, false);
  }
  if (!left.truncated && !rightTruncated) return triOf(left.text == right);
  // What was recorded of a text that was cut is a beginning of it.
  const std::size_t common = std::min(left.text.size(), right.size());
  if (left.text.compare(0, common, right, 0, common) != 0) return Tri::kFalse;
  const bool tooLong = (!rightTruncated && left.text.size() > right.size()) ||
                       (!left.truncated && right.size() > left.text.size());
  return tooLong ? Tri::kFalse : Tri::kUnknown;
}

Tri heldText(Kind kind, const Value& left, const Value& right, bool nocase) {
  if (nocase) {
    const std::string small = folded(left.text);
    const std::string other = folded(right.text);
    Value whole = left;
    Value part = right;
    whole.text = small;
    part.text = other;
    return heldText(kind, whole, part, false);
  }
  const std::string_view whole = left.text;
  const std::string_view part = right.text;
  const bool cut = left.truncated || right.truncated;
  if (kind == Kind::kStartsWith) {
    const std::size_t common = std::min(whole.size(), part.size());
    if (whole.substr(0, common) != part.substr(0, common)) return Tri::kFalse;
    if (part.size() > whole.size()) return left.truncated ? Tri::kUnknown : Tri::kFalse;
    return right.truncated ? Tri::kUnknown : Tri::kTrue;
  }
  const bool somewhere = whole.find(part) != std::string_view::npos;
  if (!somewhere && !left.truncated) return Tri::kFalse;
  if (kind == Kind::kEndsWith) return cut ? Tri::kUnknown : triOf(whole.ends_with(part));
  return somewhere && !right.truncated ? Tri::kTrue : Tri::kUnknown;
}

bool holds(const TextSet& set, std::string_view text, const Text* kept, TestMemo* memo) {
  if (set.globs().empty() || kept == nullptr || memo == nullptr) return set.contains(text);
  return memo->answer(&set, *kept, [&] { return set.contains(text); });
}

Tri testPlace(const Condition& condition, const Place& place) {
  if (place.kind == PlaceKind::kHandle) return Tri::kFalse;
  if (place.kind == PlaceKind::kUnknown) return Tri::kUnknown;
  const auto below = [&](std::string_view path) {
    return std::ranges::any_of(
        condition.texts, [path](const std::string& directory) { return isUnder(path, directory); });
  };
  return triOf(condition.nocase ? below(folded(place.path)) : below(place.path));
}

Tri testValue(const Condition& condition, const Value& left, TestMemo* memo) {
  switch (condition.kind) {
    case Kind::kBoolean:
      return triOf(left.number != 0);
    case Kind::kNumber:
      return triOf(compareNumbers(left.number, condition.op, condition.number));
    case Kind::kNumberIn:
      return triOf(std::ranges::count(condition.numbers, left.number) > 0);
    case Kind::kLength: {
      const std::size_t size = left.isList ? left.list.size() : left.text.size();
      const auto length = static_cast<std::int64_t>(size);
      const bool answer = compareNumbers(length, condition.op, condition.number);
      if (!left.truncated) return triOf(answer);
      // It is at least that long.
      const bool least =
          condition.op == Operator::kGreater || condition.op == Operator::kGreaterOrEqual;
      return least && answer ? Tri::kTrue : Tri::kUnknown;
    }
    default:
      break;
  }
  if (left.isList) {
    const bool found = std::ranges::any_of(
        condition.texts, [&](const std::string& text) { return listHolds(condition, left, text); });
    return found ? Tri::kTrue : whole(left, false);
  }
  if (!condition.nocase) return testText(condition, left, left.text, left.kept, memo);
  return testText(condition, left, folded(left.text), nullptr, memo);
}

}  // namespace exectrail::analyzer
