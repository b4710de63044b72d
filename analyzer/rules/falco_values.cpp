#include "analyzer/rules/falco_values.h"

#include <re2/re2.h>

#include <charconv>

#include "analyzer/rules/one_spelling.h"
#include "analyzer/rules/sigma_text.h"

namespace exectrail::analyzer::falco {
namespace {

using rules::fieldRef;

Condition held(const FieldRef& ref, Condition::Kind kind, const std::vector<std::string>& values,
               bool nocase) {
  if (std::ranges::count(values, "") > 0) return rules::existsTest(ref);
  return rules::textTest(ref, kind, values, nocase);
}

Condition prefixes(const FieldRef& ref, const std::vector<std::string>& values) {
  std::vector<Condition> parts;
  std::vector<std::string> below;
  for (const std::string& text : values) below.push_back(text.ends_with('/') ? text : text + "/");
  parts.push_back(rules::textTest(ref, Condition::Kind::kEqual, values, false));
  parts.push_back(rules::textTest(ref, Condition::Kind::kStartsWith, std::move(below), false));
  return rules::anyOf(std::move(parts));
}

}  // namespace

Condition ValueTests::numbers(const FieldRef& ref) {
  std::vector<Condition> parts;
  for (const std::string& text : c_.values) {
    const auto number = numberOf(text);
    if (!number) return mistake("'" + text + "' is no number");
    if (*number < 0 || *number == 4294967295) {  // a login that never was
      const bool without = equality() || c_.op == "<=" || c_.op == "<";
      parts.push_back(without ? rules::absentTest(ref) : rules::existsTest(ref));
      continue;
    }
    Operator op = Operator::kEqual;
    if (c_.op == "<") op = Operator::kLess;
    if (c_.op == "<=") op = Operator::kLessOrEqual;
    if (c_.op == ">") op = Operator::kGreater;
    if (c_.op == ">=") op = Operator::kGreaterOrEqual;
    if (c_.op == "!=") op = Operator::kNotEqual;
    if (op == Operator::kEqual && !equality())
      return mistake("a number cannot be compared by '" + c_.op + "'");
    parts.push_back(rules::numberTest(ref, op, *number));
  }
  return rules::anyOf(std::move(parts));
}

// Falco has a name for everybody: of one that nobody knows, "<NA>".
Condition ValueTests::users(const FieldRef& ref) {
  Texts names;
  for (const std::string& name : c_.values) {
    if (name == "<NA>" || name == "N/A" || name.empty()) {
      note_ = "field '" + c_.field + "': a user without a name is not known to have none";
    } else {
      names.push_back(name);
    }
  }
  if (names.empty()) return rules::never();
  if (!equality() && c_.op != "!=") return texts(ref, false);
  return rules::textTest(ref, Kind::kEqual, std::move(names), nocase_);
}

// Of a list, which Falco sees as one text with single spaces.
Condition ValueTests::elements(const FieldRef& ref) {
  if (c_.op != "contains" && c_.op != "icontains") {
    return elsewhere("operator '" + c_.op + "' on a list");
  }
  std::vector<Condition> parts;
  for (std::string text : c_.values) {
    const bool end = text.ends_with(' ');
    while (text.ends_with(' ')) text.pop_back();
    if (text.empty()) return elsewhere("an empty value");
    parts.push_back(rules::textTest(fieldRef("it"), end ? Kind::kEndsWith : Kind::kContains, {text},
                                    c_.op == "icontains"));
  }
  return rules::anyElement(ref, rules::anyOf(std::move(parts)));
}

// Equality, also for "!=", which the caller turns round.
Condition ValueTests::texts(const FieldRef& ref, bool path) {
  Texts values = c_.values;
  if (path && (equality() || c_.op == "!=" || c_.op == "startswith" || c_.op == "pmatch")) {
    for (std::string& text : values) text = rules::oneSpelling(text);
  }
  if (c_.op == "contains") return held(ref, Kind::kContains, values, nocase_);
  if (c_.op == "icontains") return held(ref, Kind::kContains, values, true);
  if (c_.op == "startswith") return held(ref, Kind::kStartsWith, values, nocase_);
  if (c_.op == "endswith") return held(ref, Kind::kEndsWith, values, nocase_);
  if (nocase_ && (c_.op == "pmatch" || c_.op == "glob" || c_.op == "regex")) {
    return elsewhere("operator '" + c_.op + "' behind a transformer");
  }
  if (c_.op == "pmatch") return prefixes(ref, values);
  if (c_.op == "glob" || c_.op == "iglob") return globs(ref);
  if (c_.op == "regex") return expression(ref, "^(?:" + value() + ")$");
  if (equality() || c_.op == "!=" || c_.op == "intersects") {
    return rules::textTest(ref, Kind::kEqual, std::move(values), nocase_);
  }
  if (nocase_) return elsewhere("operator '" + c_.op + "' behind a transformer");
  return mistake("text cannot be compared by '" + c_.op + "'");
}

Condition ValueTests::globs(const FieldRef& ref) {
  std::vector<Condition> parts;
  for (const std::string& text : c_.values) {
    if (text.find('[') != std::string::npos) return elsewhere("sets of characters in a glob");
    std::string regex = c_.op == "iglob" ? "(?i)^" : "^";
    const sigma::Pattern pattern = sigma::Pattern::parse(text);
    for (const sigma::Pattern::Piece& piece : pattern.pieces()) {
      using Wildcard = sigma::Pattern::Wildcard;
      regex += piece.wildcard == Wildcard::kAny   ? ".*"
               : piece.wildcard == Wildcard::kOne ? "."
                                                  : re2::RE2::QuoteMeta(piece.text);
    }
    parts.push_back(expression(ref, regex + "$"));
  }
  return rules::anyOf(std::move(parts));
}

Condition ValueTests::expression(const FieldRef& ref, const std::string& regex) {
  std::string why;
  auto test = rules::regexTest(ref, regex, why);
  return test ? std::move(*test) : mistake("regular expression: " + why);
}

// What begins or is a command line begins behind the directory of argv[0], if with its `name`, or
// behind all of it.
Condition ValueTests::commandLine(const FieldRef& ref, bool name) {
  const std::string before = name ? "(?:[^ ]*/)?" : "[^ ]* ";
  const bool begins = c_.op == "startswith";
  if (!begins && !equality() && c_.op != "!=") return texts(ref, false);
  std::vector<Condition> parts;
  for (const std::string& text : c_.values) {
    const std::size_t space = std::min(text.find(' '), text.size());
    if (text.empty() && begins) {
      parts.push_back(rules::existsTest(ref));
    } else if (text.empty() && name) {
      continue;                 // the name is always there
    } else if (text.empty()) {  // no argument behind argv[0], or an empty one
      parts.push_back(expression(ref, "^[^ ]* ?$"));
    } else if (name && text.substr(0, space).find('/') != std::string::npos) {
      note_ = "'" + text + "' begins with a path, where '" + c_.field +
              "' has a name: it never matches";
    } else {
      parts.push_back(
          expression(ref, "^" + before + re2::RE2::QuoteMeta(text) + (begins ? "" : "$")));
    }
  }
  return rules::anyOf(std::move(parts));
}

std::optional<std::int64_t> ValueTests::numberOf(std::string_view text) {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace exectrail::analyzer::falco
