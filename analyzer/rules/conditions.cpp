#include "analyzer/rules/conditions.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "analyzer/rules/one_spelling.h"

namespace exectrail::analyzer::rules {
namespace {

using Kind = Condition::Kind;

std::string inQuotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    result += c;
    if (c == '\'') result += c;
  }
  return result + "'";
}

std::string listed(const std::vector<std::string>& texts) {
  if (texts.size() == 1) return inQuotes(texts.front());
  std::string result = "[";
  for (const std::string& text : texts) result += (result.size() == 1 ? "" : ", ") + inQuotes(text);
  return result + "]";
}

// As part of a larger expression.
std::string part(const Condition& condition) {
  const bool joint = condition.kind == Kind::kAnd || condition.kind == Kind::kOr;
  return joint ? "(" + condition.text + ")" : condition.text;
}

Condition joined(std::vector<Condition> parts, Kind kind, std::string_view word) {
  if (parts.size() == 1) return std::move(parts.front());
  Condition condition;
  condition.kind = kind;
  for (const Condition& each : parts) {
    if (!condition.text.empty()) condition.text.append(" ").append(word).append(" ");
    condition.text += part(each);
  }
  condition.children = std::move(parts);
  return condition;
}

Condition about(const FieldRef& field, Kind kind, const std::string& rest) {
  Condition condition;
  condition.kind = kind;
  condition.left = field;
  condition.text = fieldName(field) + rest;
  return condition;
}

bool negates(const Condition& condition) {
  return condition.kind == Kind::kNot || std::ranges::any_of(condition.children, negates);
}

Condition surely(Condition condition) {
  Condition result;
  result.kind = Kind::kSurely;
  result.text = "surely(" + condition.text + ")";
  result.children.push_back(std::move(condition));
  return result;
}

bool isPath(const FieldRef& field) {
  const auto found = resolveField(fieldName(field));
  return found && found->path;
}

// As executions are recorded: what recipes let a path be compared with.
bool isWholePath(const std::string& text) {
  return text.starts_with('/') && (text.size() == 1 || !text.ends_with('/')) &&
         oneSpelling(text) == text;
}

// Rules may compare a path with what none is. In the language of recipes an expression can say it.
std::string asRegex(const FieldRef& field, const std::vector<std::string>& texts, bool nocase) {
  std::string any;
  for (const std::string& text : texts) any += (any.empty() ? "" : "|") + re2::RE2::QuoteMeta(text);
  return fieldName(field) + " matches " + inQuotes((nocase ? "(?i)^(?:" : "^(?:") + any + ")$");
}

// What any() looks at.
std::string collectionOf(const Condition& condition) {
  if (!condition.lineage) return fieldName(condition.left);
  if (!condition.ancestors) return "lineage";
  return condition.generation == 0 ? std::string("ancestors")
                                   : "ancestors[" + std::to_string(condition.generation) + "]";
}

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::kContains:
      return "contains";
    case Kind::kStartsWith:
      return "startswith";
    default:
      return "endswith";
  }
}

}  // namespace

FieldRef fieldRef(std::string_view name) { return resolveField(name)->ref; }

std::string wholeFieldName(const FieldRef& ref) {
  FieldRef whole = ref;
  if (whole.attribute == Attribute::kArgument) whole.attribute = Attribute::kArguments;
  whole.index = 0;
  return fieldName(whole);
}

Condition always() {
  Condition condition;
  condition.kind = Kind::kAnd;
  return condition;
}

Condition never() {
  Condition condition;
  condition.kind = Kind::kOr;
  return condition;
}

bool isAlways(const Condition& condition) {
  return condition.kind == Kind::kAnd && condition.children.empty();
}

bool isNever(const Condition& condition) {
  return condition.kind == Kind::kOr && condition.children.empty();
}

Condition allOf(std::vector<Condition> parts) {
  if (std::ranges::any_of(parts, isNever)) return never();
  std::erase_if(parts, isAlways);
  return parts.empty() ? always() : joined(std::move(parts), Kind::kAnd, "and");
}

Condition anyOf(std::vector<Condition> parts) {
  if (std::ranges::any_of(parts, isAlways)) return always();
  std::erase_if(parts, isNever);
  return parts.empty() ? never() : joined(std::move(parts), Kind::kOr, "or");
}

Condition negation(Condition condition) {
  if (isAlways(condition)) return never();
  if (isNever(condition)) return always();
  Condition result;
  result.kind = Kind::kNot;
  result.text = "not " + part(condition);
  result.children.push_back(std::move(condition));
  return result;
}

Condition textTest(const FieldRef& field, Kind kind, std::vector<std::string> texts, bool nocase) {
  const std::string space = nocase ? " nocase " : " ";
  std::vector<std::string> compared;
  for (const std::string& text : texts) compared.push_back(nocase ? folded(text) : text);
  Condition condition;
  if (kind != Kind::kEqual) {
    condition = about(field, kind, space + std::string(word(kind)) + " " + listed(texts));
    condition.texts = std::move(compared);
  } else if (texts.size() == 1) {
    condition = about(field, kind, space + "== " + inQuotes(texts.front()));
    condition.texts = std::move(compared);
  } else {
    auto set = std::make_shared<TextSet>();
    std::vector<std::string> patterns;
    for (const std::string& text : compared) set->add(Glob::literal(text));
    for (const std::string& text : texts) patterns.push_back(Glob::literal(text).pattern());
    condition = about(field, Kind::kTextIn, space + "in " + listed(patterns));
    condition.set = std::move(set);
  }
  condition.nocase = nocase;
  if (kind == Kind::kEqual && isPath(field) && !std::ranges::all_of(texts, isWholePath)) {
    condition.text = asRegex(field, texts, nocase);
  }
  return condition;
}

std::optional<Condition> regexTest(const FieldRef& field, const std::string& pattern,
                                   std::string& problem) {
  Condition condition = about(field, Kind::kMatches, " matches " + inQuotes(pattern));
  condition.regex = compileRegex(pattern, problem);
  if (!condition.regex) return std::nullopt;
  return condition;
}

Condition globTest(const FieldRef& field, std::vector<Glob> globs) {
  std::vector<std::string> patterns;
  auto set = std::make_shared<TextSet>();
  for (Glob& glob : globs) {
    patterns.push_back(glob.pattern());
    set->add(std::move(glob));
  }
  Condition condition = about(field, Kind::kTextIn, " glob " + listed(patterns));
  condition.set = std::move(set);
  return condition;
}

Condition underTest(const FieldRef& field, std::vector<std::string> directories) {
  Condition condition = about(field, Kind::kUnder, " under " + listed(directories));
  condition.texts = std::move(directories);
  return condition;
}

Condition numberTest(const FieldRef& field, Operator op, std::int64_t number) {
  Condition condition =
      about(field, Kind::kNumber, " " + std::string(name(op)) + " " + std::to_string(number));
  condition.op = op;
  condition.number = number;
  return condition;
}

Condition lengthInstead(Condition condition) {
  if (condition.kind == Kind::kNumber) {
    condition.kind = Kind::kLength;
    condition.text = "length(" + fieldName(condition.left) + ") " +
                     std::string(name(condition.op)) + " " + std::to_string(condition.number);
    return condition;
  }
  std::vector<Condition> parts;
  for (Condition& child : condition.children) parts.push_back(lengthInstead(std::move(child)));
  return anyOf(std::move(parts));
}

Condition sameTest(const FieldRef& left, const FieldRef& right, bool nocase) {
  Condition condition =
      about(left, Kind::kEqual, (nocase ? " nocase == " : " == ") + fieldName(right));
  const auto found = resolveField(fieldName(left));
  if (found && found->type == Type::kNumber) condition.kind = Kind::kNumber;
  condition.right = right;
  condition.nocase = nocase;
  return condition;
}

Condition partTest(const FieldRef& left, Condition::Kind kind, const FieldRef& right, bool nocase) {
  Condition condition = about(
      left, kind, (nocase ? " nocase " : " ") + std::string(word(kind)) + " " + fieldName(right));
  condition.right = right;
  condition.nocase = nocase;
  return condition;
}

Condition booleanTest(const FieldRef& field) { return about(field, Kind::kBoolean, ""); }

Condition existsTest(const FieldRef& field) {
  Condition condition = about(field, Kind::kExists, "");
  condition.text = "exists(" + condition.text + ")";
  return condition;
}

Condition absentTest(const FieldRef& field) {
  Condition known = about(field, Kind::kTrust, "");
  known.text = "trust(" + known.text + ") >= external";
  known.op = Operator::kGreaterOrEqual;
  known.number = trustOf(trace::EvidenceClass::kExternal);
  return allOf({std::move(known), negation(existsTest(field))});
}

Condition isContainer(const std::vector<std::string>& ids) {
  constexpr std::size_t kWhole = 64;
  const FieldRef field = fieldRef("container.id");
  std::vector<std::string> whole;
  std::vector<std::string> beginnings;
  for (const std::string& id : ids) (id.size() < kWhole ? beginnings : whole).push_back(id);
  std::vector<Condition> parts;
  if (!whole.empty()) parts.push_back(textTest(field, Kind::kEqual, whole, false));
  if (!beginnings.empty()) {
    parts.push_back(textTest(field, Kind::kStartsWith, beginnings, false));
  }
  return anyOf(std::move(parts));
}

Condition anyElement(const FieldRef& list, Condition condition) {
  Condition result = about(list, Kind::kAny, "");
  result.text = "any(" + result.text + ", " + condition.text + ")";
  result.children.push_back(std::move(condition));
  return result;
}

Condition anyAncestor(Condition condition, std::uint32_t generation) {
  if (isNever(condition)) return condition;
  Condition result;
  result.kind = Kind::kAny;
  result.lineage = true;
  result.ancestors = true;
  result.generation = generation;
  result.text = "any(" + collectionOf(result) + ", " + condition.text + ")";
  result.children.push_back(std::move(condition));
  return result;
}

Condition knownToBe(Condition condition) {
  if (isAlways(condition) || isNever(condition)) return condition;
  if (!negates(condition)) return surely(std::move(condition));
  switch (condition.kind) {
    case Kind::kNot:
      return negation(knownToBe(std::move(condition.children.front())));
    case Kind::kAnd:
    case Kind::kOr: {
      // Those without a negation can share one surely().
      std::vector<Condition> plain;
      std::vector<Condition> parts;
      const bool all = condition.kind == Kind::kAnd;
      for (Condition& child : condition.children) {
        (negates(child) ? parts : plain).push_back(std::move(child));
      }
      for (Condition& child : parts) child = knownToBe(std::move(child));
      if (!plain.empty()) {
        Condition shared = all ? allOf(std::move(plain)) : anyOf(std::move(plain));
        parts.insert(parts.begin(), surely(std::move(shared)));
      }
      return all ? allOf(std::move(parts)) : anyOf(std::move(parts));
    }
    default:  // any() and its like: inside of it, too
      for (Condition& child : condition.children) child = knownToBe(std::move(child));
      if (condition.kind == Kind::kAny) {
        condition.text =
            "any(" + collectionOf(condition) + ", " + condition.children.front().text + ")";
      }
      return surely(std::move(condition));
  }
}

std::size_t sizeOf(const Condition& condition) {
  std::size_t size = 1;
  for (const Condition& child : condition.children) size += sizeOf(child);
  return size;
}

}  // namespace exectrail::analyzer::rules
