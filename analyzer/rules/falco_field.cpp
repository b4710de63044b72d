#include "analyzer/rules/falco_field.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "analyzer/rules/conditions.h"
#include "analyzer/rules/one_spelling.h"
#include "analyzer/rules/sigma_fields.h"
#include "analyzer/rules/sigma_text.h"

namespace exectrail::analyzer::falco {
namespace {

using Kind = Condition::Kind;
using rules::fieldRef;
using Texts = std::vector<std::string>;

enum class FieldKind : std::uint8_t {
  kText,
  kPath,
  kCommandLine,
  kArguments,
  kNumber,
  kUser,
  kAbove
};

struct Entry {
  std::string_view name;
  FieldKind kind;
  std::string_view field;
};

// proc.name is the executable's name (Falco has the first 15 bytes of it), proc.cmdline that name
// and the arguments behind argv[0], proc.args the latter alone.
constexpr std::array kFields = {
    Entry{"proc.name", FieldKind::kText, "process.name"},
    Entry{"proc.exe", FieldKind::kText, "process.args[0]"},
    Entry{"proc.exepath", FieldKind::kPath, "process.executable"},
    Entry{"proc.cmdline", FieldKind::kCommandLine, "command_line"},
    Entry{"proc.args", FieldKind::kArguments, "command_line"},
    Entry{"proc.cwd", FieldKind::kText, "cwd"},
    Entry{"proc.pid", FieldKind::kNumber, "process.pid"},
    Entry{"proc.sid", FieldKind::kNumber, "session.leader"},
    Entry{"proc.sname", FieldKind::kText, "leader.name"},
    Entry{"proc.pname", FieldKind::kText, "parent.name"},
    Entry{"proc.pexe", FieldKind::kText, "parent.args[0]"},
    Entry{"proc.pexepath", FieldKind::kPath, "parent.executable"},
    Entry{"proc.pcmdline", FieldKind::kCommandLine, "parent.command_line"},
    Entry{"proc.ppid", FieldKind::kNumber, "parent.pid"},
    Entry{"proc.aname", FieldKind::kAbove, ".name"},
    Entry{"proc.aexe", FieldKind::kAbove, ".args[0]"},
    Entry{"proc.aexepath", FieldKind::kAbove, ".executable"},
    Entry{"proc.acmdline", FieldKind::kAbove, ".command_line"},
    Entry{"user.uid", FieldKind::kNumber, "user.id"},
    Entry{"user.name", FieldKind::kUser, "user.id"},
    Entry{"user.loginuid", FieldKind::kNumber, "login.id"},
    Entry{"user.loginname", FieldKind::kUser, "login.id"},
    Entry{"group.gid", FieldKind::kNumber, "group.id"},
    Entry{"container.id", FieldKind::kText, "container.id"},
};

constexpr std::array<std::string_view, 14> kOperators = {
    "=",  "==",       "!=",        "<",          "<=",       ">",      ">=",
    "in", "contains", "icontains", "startswith", "endswith", "exists", "pmatch"};
constexpr std::array<std::string_view, 5> kMoreOperators = {"glob", "iglob", "regex", "intersects",
                                                            "bcontains"};

FieldRef refOf(std::string_view name) {
  constexpr std::string_view kFirst = "[0]";
  if (!name.ends_with(kFirst)) return fieldRef(name);
  FieldRef ref = fieldRef(name.substr(0, name.size() - kFirst.size()));
  ref.attribute = Attribute::kArgument;
  return ref;
}

class Comparer {
 public:
  explicit Comparer(const Comparison& comparison) : c_(comparison) {}

  ComparisonResult run() {
    ComparisonResult result;
    const bool known =
        std::ranges::count(kOperators, c_.op) + std::ranges::count(kMoreOperators, c_.op) > 0;
    result.condition = known ? condition() : mistake("unknown operator '" + c_.op + "'");
    result.note = note_;
    result.problem = problem_;
    result.mistaken = mistaken_;
    if (!problem_.empty()) result.condition = rules::never();
    return result;
  }

 private:
  Condition mistake(std::string why) {
    problem_ = std::move(why);
    mistaken_ = true;
    return rules::never();
  }

  Condition elsewhere(const std::string& why) {
    problem_ = "field '" + c_.field + "': " + why;
    return rules::never();
  }

  const std::string& value() const { return c_.values.front(); }
  bool equality() const { return c_.op == "=" || c_.op == "==" || c_.op == "in"; }
  bool holds(std::string_view text) const { return std::ranges::count(c_.values, text) > 0; }

  static Condition constant(bool answer) { return answer ? rules::always() : rules::never(); }

  Condition condition() {
    if (c_.op != "exists" && c_.values.empty()) return constant(false);  // in ()
    if (c_.field.starts_with("evt.") || c_.field == "syscall.type") return event();
    if (c_.field == "proc.tty") return terminal();
    if (c_.field == "proc.is_exe_from_memfd") {
      Condition memory =
          rules::textTest(fieldRef("process.executable"), Kind::kStartsWith, {"/memfd:"}, false);
      return (value() == "true") == (c_.op != "!=") ? memory : rules::negation(std::move(memory));
    }
    std::string name = c_.field.substr(0, c_.field.find('['));
    if (name != c_.field) {
      if (c_.field == "proc.aname[1]") name = "proc.pname";
      if (c_.field == "proc.aexe[1]") name = "proc.pexe";
      if (c_.field == "proc.aexepath[1]") name = "proc.pexepath";
      if (c_.field == "proc.acmdline[1]") name = "proc.pcmdline";
    }
    const auto found = std::ranges::find(kFields, name, &Entry::name);
    if (found == kFields.end()) return elsewhere("executions say nothing about it");
    if (name == "container.id") return container();
    const FieldRef ref = refOf(found->field);
    if (c_.op == "exists") return rules::existsTest(ref);
    Condition result;
    switch (found->kind) {
      case FieldKind::kNumber:
        return numbers(ref);
      case FieldKind::kUser:
        result = users(ref);
        break;
      case FieldKind::kAbove:
        if (name != c_.field)
          note_ = "field '" + c_.field + "': any ancestor is asked, not that one";
        result = rules::anyAbove(texts(ref, false));
        break;
      case FieldKind::kCommandLine:
        result = commandLine(ref, "(?:[^ ]*/)?");
        break;
      case FieldKind::kArguments:
        result = commandLine(ref, "[^ ]* ");
        break;
      default:
        result = texts(ref, found->kind == FieldKind::kPath);
        break;
    }
    if (c_.op != "!=") return result;
    // What has no value is not different from one either.
    if (found->kind == FieldKind::kAbove) return rules::negation(std::move(result));
    return rules::allOf({rules::existsTest(ref), rules::negation(std::move(result))});
  }

  // An exec event is the end of a successful execve or execveat.
  Condition event() {
    const bool different = c_.op == "!=";
    if (c_.field == "evt.type" || c_.field == "syscall.type") {
      return constant((holds("execve") || holds("execveat")) != different);
    }
    if (c_.field == "evt.dir") return constant((value() == "<") != different);
    if (c_.field == "evt.res") return constant((value() == "SUCCESS") != different);
    if (c_.field == "evt.failed") return constant((value() == "false") != different);
    const auto number = numberOf(value());
    if (c_.field == "evt.rawres" && number) return constant(ordered(0, *number));
    if (c_.field == "evt.num" && number) return constant(ordered(1, *number));  // they begin with 1
    return elsewhere("executions say nothing about it");
  }

  bool ordered(std::int64_t left, std::int64_t right) const {
    if (c_.op == "<") return left < right;
    if (c_.op == "<=") return left <= right;
    if (c_.op == ">") return left > right;
    if (c_.op == ">=") return left >= right;
    return (left == right) != (c_.op == "!=");
  }

  Condition terminal() {
    const auto number = numberOf(value());
    Condition has = rules::booleanTest(fieldRef("session.terminal"));
    if (!number || *number != 0) return elsewhere("only whether there is a terminal is known");
    if (c_.op == "!=" || c_.op == ">") return has;
    if (!equality()) return elsewhere("operator '" + c_.op + "'");
    return rules::allOf({rules::existsTest(has.left), rules::negation(has)});
  }

  // "host" is what runs in no container.
  Condition container() {
    const FieldRef ref = fieldRef("container.id");
    if (c_.op == "exists") return rules::existsTest(ref);
    Texts ids = c_.values;
    for (std::string& id : ids) {
      if (id == "host") id.clear();
    }
    if (equality()) return rules::textTest(ref, Kind::kEqual, std::move(ids), false);
    if (c_.op != "!=") return elsewhere("operator '" + c_.op + "'");
    return rules::allOf({rules::existsTest(ref), rules::negation(rules::textTest(
                                                     ref, Kind::kEqual, std::move(ids), false))});
  }

  Condition numbers(const FieldRef& ref) {
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

  // By those of the names that have the same number everywhere.
  Condition users(const FieldRef& ref) {
    if (!equality() && c_.op != "!=") return elsewhere("users are recorded by number");
    std::vector<Condition> parts;
    std::string others;
    for (const std::string& name : c_.values) {
      if (const auto id = sigma::userId(name)) {
        parts.push_back(rules::numberTest(ref, Operator::kEqual, *id));
      } else {
        others += (others.empty() ? "'" : ", '") + name + "'";
      }
    }
    const std::string why =
        "users are recorded by number, which differs from host to host of " + others;
    if (parts.empty()) return elsewhere(why);
    if (!others.empty()) note_ = "field '" + c_.field + "': " + why + ": these match nobody";
    return rules::anyOf(std::move(parts));
  }

  // Equality, also for "!=", which the caller turns round.
  Condition texts(const FieldRef& ref, bool path) {
    Texts values = c_.values;
    if (path && (equality() || c_.op == "!=" || c_.op == "startswith" || c_.op == "pmatch")) {
      for (std::string& text : values) text = rules::oneSpelling(text);
    }
    if (c_.op == "contains") return held(ref, Kind::kContains, values, false);
    if (c_.op == "icontains") return held(ref, Kind::kContains, values, true);
    if (c_.op == "startswith") return held(ref, Kind::kStartsWith, values, false);
    if (c_.op == "endswith") return held(ref, Kind::kEndsWith, values, false);
    if (c_.op == "pmatch") return prefixes(ref, values);
    if (c_.op == "glob" || c_.op == "iglob") return globs(ref);
    if (c_.op == "regex") return expression(ref, "^(?:" + value() + ")$");
    if (equality() || c_.op == "!=" || c_.op == "intersects") {
      return rules::textTest(ref, Kind::kEqual, std::move(values), false);
    }
    return mistake("text cannot be compared by '" + c_.op + "'");
  }

  static Condition held(const FieldRef& ref, Kind kind, const Texts& values, bool nocase) {
    if (std::ranges::count(values, "") > 0) return rules::existsTest(ref);
    return rules::textTest(ref, kind, values, nocase);
  }

  static Condition prefixes(const FieldRef& ref, const Texts& values) {
    std::vector<Condition> parts;
    Texts below;
    for (const std::string& text : values) below.push_back(text.ends_with('/') ? text : text + "/");
    parts.push_back(rules::textTest(ref, Kind::kEqual, values, false));
    parts.push_back(rules::textTest(ref, Kind::kStartsWith, std::move(below), false));
    return rules::anyOf(std::move(parts));
  }

  Condition globs(const FieldRef& ref) {
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

  Condition expression(const FieldRef& ref, const std::string& regex) {
    std::string why;
    auto test = rules::regexTest(ref, regex, why);
    return test ? std::move(*test) : mistake("regular expression: " + why);
  }

  // What begins or is a command line begins behind what `before` matches: the directory of argv[0],
  // or all of it.
  Condition commandLine(const FieldRef& ref, const std::string& before) {
    const bool begins = c_.op == "startswith";
    if (!begins && !equality() && c_.op != "!=") return texts(ref, false);
    std::vector<Condition> parts;
    for (const std::string& text : c_.values) {
      if (text.empty()) {  // no argument behind argv[0]
        parts.push_back(expression(ref, "^[^ ]*$"));
      } else {
        parts.push_back(
            expression(ref, "^" + before + re2::RE2::QuoteMeta(text) + (begins ? "" : "$")));
      }
    }
    return rules::anyOf(std::move(parts));
  }

  static std::optional<std::int64_t> numberOf(std::string_view text) {
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    return number;
  }

  const Comparison& c_;
  std::string note_;
  std::string problem_;
  bool mistaken_ = false;
};

}  // namespace

ComparisonResult compare(const Comparison& comparison) { return Comparer(comparison).run(); }

}  // namespace exectrail::analyzer::falco
