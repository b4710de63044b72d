#include "analyzer/engine/needed_names.h"

#include <algorithm>
#include <string_view>

namespace exectrail::analyzer {
namespace {

using Kind = Condition::Kind;
using Names = std::set<std::string>;

// Whether namesOf() has its last component, or it itself.
bool isNamed(const FieldRef& field) {
  if (field.subject == Subject::kProcess) {
    return field.attribute == Attribute::kName || field.attribute == Attribute::kExecutable;
  }
  return field.subject == Subject::kExec &&
         (field.attribute == Attribute::kPath || field.attribute == Attribute::kFileName ||
          field.attribute == Attribute::kTypedPath);
}

bool isWholeName(const FieldRef& field) {
  return field.attribute == Attribute::kName || field.attribute == Attribute::kFileName;
}

std::string smallName(std::string_view path) { return folded(lastComponent(path)); }

// Behind the last slash, if nothing of it can stand for something else.
std::optional<std::string> lastOfGlob(std::string_view pattern, bool wholeName) {
  if (pattern.find_first_of("[{\\") != std::string_view::npos) return std::nullopt;
  const std::size_t slash = pattern.rfind('/');
  if (slash == std::string_view::npos && !wholeName) return std::nullopt;
  std::string name = smallName(pattern);
  if (name.empty() || name.find_first_of("*?") != std::string::npos) return std::nullopt;
  return name;
}

std::optional<Names> namesOfTest(const Condition& test) {
  if (test.right || !isNamed(test.left)) return std::nullopt;
  Names names;
  if (test.kind == Kind::kEqual) {
    for (const std::string& text : test.texts) names.insert(smallName(text));
    return names;
  }
  if (test.kind == Kind::kEndsWith) {
    for (const std::string& text : test.texts) {
      if (text.find('/') == std::string::npos) return std::nullopt;
      names.insert(smallName(text));
    }
    return names;
  }
  if (test.kind != Kind::kTextIn) return std::nullopt;
  for (const std::string& text : test.set->exact()) names.insert(smallName(text));
  for (const Glob& glob : test.set->globs()) {
    auto name = lastOfGlob(glob.pattern(), isWholeName(test.left));
    if (!name) return std::nullopt;
    names.insert(*std::move(name));
  }
  return names;
}

}  // namespace

std::optional<Names> neededNames(const Condition& condition) {
  if (condition.kind == Kind::kAnd) {
    std::optional<Names> fewest;
    for (const Condition& child : condition.children) {
      auto names = neededNames(child);
      if (names && (!fewest || names->size() < fewest->size())) fewest = std::move(names);
    }
    return fewest;
  }
  if (condition.kind == Kind::kOr) {
    Names all;
    for (const Condition& child : condition.children) {
      auto names = neededNames(child);
      if (!names) return std::nullopt;
      all.merge(*names);
    }
    return all;
  }
  if (condition.kind == Kind::kSurely) return neededNames(condition.children.front());
  return namesOfTest(condition);
}

std::optional<std::vector<std::string>> namesOf(const Judged& judged) {
  const Facts* facts = judged.facts();
  const trace::Field<trace::Bytes>& typed = judged.typedPath();
  if (facts == nullptr || facts->nameText() == nullptr ||
      facts->file().executableEvidence.truncated() || facts->place().kind != PlaceKind::kPath ||
      !typed.known() || typed.evidence.truncated() || judged.filePlace().kind != PlaceKind::kPath ||
      judged.filePathEvidence().truncated()) {
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const std::string& name :
       {folded(facts->name()), smallName(judged.filePlace().path), smallName(typed.value)}) {
    if (std::ranges::count(names, name) == 0) names.push_back(name);
  }
  return names;
}

}  // namespace exectrail::analyzer
