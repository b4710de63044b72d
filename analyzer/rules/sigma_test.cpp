#include "analyzer/rules/sigma_test.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "analyzer/rules/conditions.h"
#include "analyzer/rules/one_spelling.h"

namespace exectrail::analyzer::sigma {
namespace {

using Kind = Condition::Kind;
using FieldKind = MappedField::Kind;
using NodeKind = YamlNode::Kind;

// What tests of a rule may come to, in bytes of their texts and what each costs beside: 5,000
// regular expressions, or 30,000 short texts. A value can stand for 256 of them.
constexpr std::size_t kMaxBytes = 512 << 10;
constexpr std::size_t kRegexBytes = 100;
constexpr std::size_t kTextBytes = 10;
constexpr std::string_view kNotSet = "4294967295";  // (uid_t)-1: nobody logged in

// "FIELD|one|two" -> FIELD, and its modifiers.
std::string_view splitKey(std::string_view key, std::vector<std::string_view>& modifiers) {
  const std::size_t bar = key.find('|');
  const std::string_view field = key.substr(0, bar);
  while (bar != std::string_view::npos && !key.empty()) {
    const std::size_t at = key.find('|');
    if (at == std::string_view::npos) break;
    key.remove_prefix(at + 1);
    modifiers.push_back(key.substr(0, key.find('|')));
  }
  return field;
}

std::optional<std::int64_t> numberOf(std::string_view text) {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

bool isExecRecord(std::string_view type) {
  constexpr std::array<std::string_view, 4> kTypes = {"execve", "syscall", "cwd", "proctitle"};
  return std::ranges::count(kTypes, folded(type)) > 0;
}

// Tests of one field, gathered so that those of one kind become one condition.
class Gathered {
 public:
  Gathered(const FieldRef& field, bool nocase) : field_(field), nocase_(nocase) {}

  void add(const TextTest& test, bool path) {
    if (test.kind == Kind::kExists || (test.text.empty() && test.kind != Kind::kEqual)) {
      parts_.push_back(rules::existsTest(field_));
      return;
    }
    std::vector<std::string>& texts = texts_[test.kind];
    const bool spelled = path && (test.kind == Kind::kEqual || test.kind == Kind::kStartsWith);
    const std::string other = spelled ? rules::oneSpelling(test.text) : test.text;
    if (other == test.text || test.kind == Kind::kStartsWith) texts.push_back(test.text);
    if (other != test.text) texts.push_back(other);
  }

  void add(Condition condition) { parts_.push_back(std::move(condition)); }

  Condition any() {
    for (auto& [kind, texts] : texts_) {
      parts_.push_back(rules::textTest(field_, kind, std::move(texts), nocase_));
    }
    return rules::anyOf(std::move(parts_));
  }

 private:
  FieldRef field_;
  bool nocase_;
  std::map<Kind, std::vector<std::string>> texts_;
  std::vector<Condition> parts_;
};

}  // namespace

Condition FieldTests::neverTrue(std::uint32_t line, std::string why) {
  report_.warn(line, std::move(why) + ": this part is never true");
  return rules::never();
}

Condition FieldTests::undecidable(std::uint32_t line, std::string why) {
  undecidable_ = true;
  return neverTrue(line, std::move(why));
}

void FieldTests::beginMap(const YamlNode& map) {
  const YamlNode* type = source_ == LogSource::kAuditd ? map.find("type") : nullptr;
  systemCallArguments_ = type != nullptr && folded(type->text) == "syscall";
}

Condition FieldTests::of(const YamlEntry& entry) {
  const std::uint32_t line = entry.position.line;
  std::vector<std::string_view> words;
  const std::string_view name = splitKey(entry.key, words);
  const auto modifiers = parseModifiers(words, line, report_);
  if (!modifiers) return rules::never();
  Values values;
  if (entry.value.kind == NodeKind::kSequence) {
    for (const YamlNode& item : entry.value.items) values.push_back(&item);
  } else {
    values.push_back(&entry.value);
  }
  for (const YamlNode* value : values) {
    if (value->kind == NodeKind::kScalar || value->kind == NodeKind::kNull) continue;
    report_.refuse(value->position.line,
                   "the value of '" + entry.key + "' is " + std::string(describe(value->kind)));
    return rules::never();
  }
  if (values.empty()) {
    report_.refuse(line, "'" + entry.key + "' has an empty list of values");
    return rules::never();
  }
  if (name.empty()) return keyword(values, *modifiers, line);
  const MappedField field = mapped(name);
  const std::string what = "field '" + std::string(name) + "'";
  if (field.kind == FieldKind::kUnknown) {
    report_.refuse(line, "unknown " + what);
    return rules::never();
  }
  if (field.kind == FieldKind::kElsewhere) return undecidable(line, what + ": " + field.why);
  Condition result = rules::never();
  if (field.kind != FieldKind::kAbsent) {
    result = compare(field, *modifiers, values, line);
  } else if (modifiers->exists ? folded(values[0]->text) == "false"
                               : values[0]->kind == NodeKind::kNull) {
    result = rules::always();
  } else {
    result = neverTrue(line, what + " has no value on Linux (" + field.why + ")");
  }
  return modifiers->negated ? rules::negation(std::move(result)) : result;
}

Condition FieldTests::compare(const MappedField& field, const Modifiers& modifiers,
                              const Values& values, std::uint32_t line) {
  if (field.kind == FieldKind::kRecordType) return recordType(values);
  if (field.kind == FieldKind::kSystemCall) return systemCall(values);
  if (field.kind == FieldKind::kSuccess) {
    return folded(values[0]->text) == "yes" ? rules::always()
                                            : neverTrue(line, "only what ran is asked about");
  }
  if (modifiers.exists) {
    Condition exists = rules::existsTest(field.ref);
    const std::string answer = folded(values[0]->text);
    if (answer == "true" || answer == "yes") return exists;
    if (answer == "false" || answer == "no") return rules::negation(std::move(exists));
    report_.refuse(line, "'exists' is neither true nor false");
    return rules::never();
  }
  if (modifiers.fieldReference) return reference(field, modifiers, values, line);
  switch (field.kind) {
    case FieldKind::kNumber:
      return compareNumber(field, modifiers, values);
    case FieldKind::kUser:
      return compareUser(field, modifiers, values, line);
    case FieldKind::kHashes:
      return compareHashes(field, values);
    default:
      return compareText(field, modifiers, values, line);
  }
}

Condition FieldTests::compareText(const MappedField& field, const Modifiers& modifiers,
                                  const Values& values, std::uint32_t line) {
  if (modifiers.order != Modifiers::Order::kNone) {
    report_.refuse(line, "lt, lte, gt and gte compare numbers, and this is text");
    return rules::never();
  }
  const bool nocase = !modifiers.cased;
  std::vector<Condition> all;
  Gathered any(field.ref, nocase);
  for (const YamlNode* value : values) {
    Gathered one(field.ref, nocase);
    Gathered& into = modifiers.all ? one : any;
    const std::uint32_t at = value->position.line;
    if (value->kind == NodeKind::kNull) {
      into.add(rules::negation(rules::existsTest(field.ref)));
    } else if (modifiers.regex) {
      if (tooLarge(kRegexBytes + value->text.size(), at)) return rules::never();
      auto test = regex(field.ref, *value, modifiers);
      if (!test) return rules::never();
      into.add(std::move(*test));
    } else {
      const auto patterns = encoded(Pattern::parse(value->text), modifiers, at, report_);
      if (!patterns) return rules::never();
      for (const Pattern& pattern : *patterns) {
        TextTest test = testOf(pattern);
        const std::size_t own = test.kind == Kind::kMatches ? kRegexBytes : kTextBytes;
        if (tooLarge(own + test.text.size(), at)) return rules::never();
        if (field.kind == FieldKind::kPath) warnOfPath(test, at);
        if (field.ref.attribute == Attribute::kCommandLine) warnOfCommandLine(test, at);
        if (test.kind != Kind::kMatches) {
          into.add(test, field.kind == FieldKind::kPath);
          continue;
        }
        std::string problem;
        auto wild = rules::regexTest(field.ref, (nocase ? "(?i)" : "") + test.text, problem);
        if (!wild) {
          report_.refuse(at, "the pattern is too complex: " + problem);
          return rules::never();
        }
        into.add(std::move(*wild));
      }
    }
    if (modifiers.all) all.push_back(one.any());
  }
  return modifiers.all ? rules::allOf(std::move(all)) : any.any();
}

bool FieldTests::tooLarge(std::size_t bytes, std::uint32_t line) {
  bytes_ += bytes;
  if (bytes_ <= kMaxBytes) return false;
  report_.refuse(line, "the rule is too large");
  return true;
}

std::optional<Condition> FieldTests::regex(const FieldRef& field, const YamlNode& value,
                                           const Modifiers& modifiers) {
  const auto has = [&](char flag) { return modifiers.regexFlags.find(flag) != std::string::npos; };
  // A dot is no line break unless `s` says so, which is the other way round in recipes.
  std::string flags = has('s') ? "" : "(?-s)";
  if (has('i')) flags += "(?i)";
  if (has('m')) flags += "(?m)";
  std::string problem;
  auto test = rules::regexTest(field, flags + value.text, problem);
  if (!test) {
    report_.refuse(value.position.line, "regular expression: " + problem);
    return std::nullopt;
  }
  return test;
}

void FieldTests::warnOfPath(const TextTest& test, std::uint32_t line) {
  const std::string& text = test.text;
  const bool whole = test.kind == Kind::kEqual;
  const std::string shown = "'" + text + "'";
  if (text.find('\\') != std::string::npos && test.kind != Kind::kMatches) {
    report_.warn(line, shown + " is a path of Windows: it never matches");
  } else if ((whole || test.kind == Kind::kStartsWith) && !text.starts_with('/')) {
    report_.warn(line, shown + " begins without '/', and no executable does: it never matches");
  } else if ((whole || test.kind == Kind::kEndsWith) && text.ends_with('/')) {
    report_.warn(line, shown + " ends with '/', and no executable does: it never matches");
  } else if ((whole || test.kind == Kind::kEndsWith) && text.ends_with(' ')) {
    report_.warn(line, shown + " ends with a space: it matches only a file so named");
  }
}

void FieldTests::warnOfCommandLine(const TextTest& test, std::uint32_t line) {
  if (test.kind == Kind::kMatches) return;
  if (test.kind == Kind::kEndsWith && test.text.ends_with(' ')) {
    report_.warn(line, "'" + test.text +
                           "' ends with a space: arguments are joined by single ones, with none "
                           "behind the last");
  }
  constexpr std::array<std::string_view, 4> kShell = {" >", ">>", "| ", "&&"};
  for (const std::string_view word : kShell) {
    if (test.text.find(word) == std::string::npos) continue;
    report_.warn(line, "'" + test.text +
                           "' is what a shell reads: it matches only where a shell is given it as "
                           "an argument (sh -c)");
    return;
  }
}

Condition FieldTests::compareNumber(const MappedField& field, const Modifiers& modifiers,
                                    const Values& values) {
  using Order = Modifiers::Order;
  std::vector<Condition> parts;
  for (const YamlNode* value : values) {
    const auto number = numberOf(value->text);
    const bool unset = value->text == kNotSet || value->text == "-1" || value->text == "unset";
    const bool login = field.ref.attribute == Attribute::kLoginId ||
                       field.ref.attribute == Attribute::kLoginSession;
    if (login && unset) {
      parts.push_back(rules::absentTest(field.ref));
    } else if (value->kind == NodeKind::kNull) {
      parts.push_back(rules::negation(rules::existsTest(field.ref)));
    } else if (!number || !modifiers.encodings.empty() || modifiers.regex || modifiers.contains ||
               modifiers.startsWith || modifiers.endsWith) {
      parts.push_back(neverTrue(value->position.line, "'" + value->text + "' compares a number"));
    } else {
      constexpr std::array kOperators = {Operator::kEqual, Operator::kLess, Operator::kLessOrEqual,
                                         Operator::kGreater, Operator::kGreaterOrEqual};
      static_assert(static_cast<int>(Order::kGreaterOrEqual) == 4);
      parts.push_back(rules::numberTest(
          field.ref, kOperators.at(static_cast<std::size_t>(modifiers.order)), *number));
    }
  }
  return modifiers.all ? rules::allOf(std::move(parts)) : rules::anyOf(std::move(parts));
}

// Those whose number is the same everywhere by number, also in containers, others by the host's
// list.
Condition FieldTests::compareUser(const MappedField& field, const Modifiers& modifiers,
                                  const Values& values, std::uint32_t line) {
  const bool whole = !modifiers.contains && !modifiers.startsWith && !modifiers.endsWith &&
                     !modifiers.regex && !modifiers.all && modifiers.encodings.empty();
  std::vector<Condition> parts;
  Values named;
  for (const YamlNode* value : values) {
    const auto id = whole ? userId(value->text) : std::nullopt;
    if (value->kind == NodeKind::kNull) {
      parts.push_back(rules::negation(rules::existsTest(field.ref)));
    } else if (id) {
      parts.push_back(rules::numberTest(field.ref, Operator::kEqual, *id));
    } else {
      named.push_back(value);
    }
  }
  if (!named.empty()) {
    MappedField names{FieldKind::kText, field.ref, {}};
    names.ref.attribute = Attribute::kUserName;
    parts.push_back(compareText(names, modifiers, named, line));
  }
  return rules::anyOf(std::move(parts));
}

// "SHA256=..." among the hashes of the executable, each with the name of its algorithm.
Condition FieldTests::compareHashes(const MappedField& field, const Values& values) {
  constexpr std::string_view kAlgorithm = "sha256=";
  std::vector<Condition> parts;
  for (const YamlNode* value : values) {
    const std::string text = folded(value->text);
    if (text.starts_with(kAlgorithm)) {
      parts.push_back(
          rules::textTest(field.ref, Kind::kEqual, {text.substr(kAlgorithm.size())}, true));
    } else {
      parts.push_back(undecidable(value->position.line, "only SHA-256 is recorded"));
    }
  }
  return rules::anyOf(std::move(parts));
}

Condition FieldTests::recordType(const Values& values) {
  std::string others;
  for (const YamlNode* value : values) {
    if (isExecRecord(value->text)) return rules::always();
    others += (others.empty() ? "" : ", ") + value->text;
  }
  return undecidable(values.front()->position.line,
                     "a record of type " + others + " is not about an execution");
}

Condition FieldTests::systemCall(const Values& values) {
  std::string others;
  for (const YamlNode* value : values) {
    const std::string name = folded(value->text);
    if (name == "execve" || name == "execveat") return rules::always();
    others += (others.empty() ? "" : ", ") + value->text;
  }
  return undecidable(values.front()->position.line,
                     "the system call " + others + " is not an execution");
}

Condition FieldTests::reference(const MappedField& field, const Modifiers& modifiers,
                                const Values& values, std::uint32_t line) {
  const auto plain = [](const MappedField& each) {
    return each.kind == FieldKind::kText || each.kind == FieldKind::kPath;
  };
  const bool part = modifiers.contains || modifiers.startsWith || modifiers.endsWith;
  const Kind kind = modifiers.startsWith ? Kind::kStartsWith
                    : modifiers.endsWith ? Kind::kEndsWith
                                         : Kind::kContains;
  std::vector<Condition> tests;
  for (const YamlNode* value : values) {
    const MappedField other = mapped(value->text);
    const bool numbers =
        field.kind == other.kind && !plain(field) && field.kind <= FieldKind::kUser;
    const bool texts = plain(field) && plain(other);
    if (!texts && (part || !numbers)) {
      report_.refuse(line, "'fieldref' needs another field of the same kind");
      return rules::never();
    }
    const bool nocase = texts && !modifiers.cased;
    tests.push_back(part ? rules::partTest(field.ref, kind, other.ref, nocase)
                         : rules::sameTest(field.ref, other.ref, nocase));
  }
  return modifiers.all ? rules::allOf(std::move(tests)) : rules::anyOf(std::move(tests));
}

Condition FieldTests::keyword(const Values& values, const Modifiers& modifiers,
                              std::uint32_t line) {
  constexpr std::array<std::string_view, 5> kTexts = {"process.executable", "command_line", "cwd",
                                                      "parent.executable", "parent.command_line"};
  Modifiers anywhere = modifiers;
  anywhere.contains = !modifiers.regex;
  anywhere.startsWith = anywhere.endsWith = anywhere.all = false;
  if (modifiers.exists || modifiers.fieldReference) {
    report_.refuse(line, "this modifier needs a field");
    return rules::never();
  }
  std::vector<Condition> words;
  for (const YamlNode* value : values) {
    std::vector<Condition> places;
    for (const std::string_view name : kTexts) {
      // The records of an execve have no line about the parent.
      if (source_ == LogSource::kAuditd && name.starts_with("parent")) continue;
      const MappedField field{FieldKind::kText, rules::fieldRef(name), {}};
      places.push_back(compareText(field, anywhere, {value}, line));
    }
    words.push_back(rules::anyOf(std::move(places)));
  }
  return modifiers.all ? rules::allOf(std::move(words)) : rules::anyOf(std::move(words));
}

}  // namespace exectrail::analyzer::sigma
