#include "analyzer/rules/falco_field.h"

#include <algorithm>
#include <array>

#include "analyzer/rules/conditions.h"
#include "analyzer/rules/falco_container.h"
#include "analyzer/rules/falco_reason.h"
#include "analyzer/rules/falco_values.h"

namespace exectrail::analyzer::falco {
namespace {

using rules::fieldRef;

enum class FieldKind : std::uint8_t {
  kText,
  kPath,
  kCommandLine,
  kArguments,
  kNumber,
  kUser,
  kList
};

struct Entry {
  std::string_view name;
  FieldKind kind;
  std::string_view field;
};

// proc.name is the executable's name (Falco has the first 15 bytes of it), proc.cmdline that name
// and the arguments behind argv[0], proc.args the latter alone. A field that begins with a dot is
// one of the processes above.
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
    Entry{"proc.aname", FieldKind::kText, ".name"},
    Entry{"proc.aexe", FieldKind::kText, ".args[0]"},
    Entry{"proc.aexepath", FieldKind::kPath, ".executable"},
    Entry{"proc.acmdline", FieldKind::kCommandLine, ".command_line"},
    Entry{"proc.apid", FieldKind::kNumber, ".pid"},
    Entry{"proc.env", FieldKind::kList, "environment"},
    Entry{"thread.cap_effective", FieldKind::kList, "capabilities"},
    Entry{"thread.cap_permitted", FieldKind::kList, "capabilities.permitted"},
    // What exec stores of a user is the effective id: parameter 27 of its event in
    // falcosecurity/libs.
    Entry{"user.uid", FieldKind::kNumber, "user.effective_id"},
    Entry{"user.name", FieldKind::kUser, "user.name"},
    Entry{"user.loginuid", FieldKind::kNumber, "login.id"},
    Entry{"user.loginname", FieldKind::kUser, "login.name"},
    Entry{"group.gid", FieldKind::kNumber, "group.id"},
    Entry{"container.id", FieldKind::kText, "container.id"},
};

constexpr std::array<std::string_view, 14> kOperators = {
    "=",  "==",       "!=",        "<",          "<=",       ">",      ">=",
    "in", "contains", "icontains", "startswith", "endswith", "exists", "pmatch"};
constexpr std::array<std::string_view, 5> kMoreOperators = {"glob", "iglob", "regex", "intersects",
                                                            "bcontains"};

constexpr std::int64_t kMaxGeneration = 256;  // that the engine keeps

// What every execution has.
constexpr std::array<std::string_view, 9> kAlwaysThere = {
    "evt.type",   "syscall.type", "evt.dir",
    "evt.res",    "evt.rawres",   "evt.num",
    "evt.failed", "proc.tty",     "proc.is_exe_from_memfd"};

FieldRef refOf(std::string_view name) {
  constexpr std::string_view kFirst = "[0]";
  if (!name.ends_with(kFirst)) return fieldRef(name);
  FieldRef ref = fieldRef(name.substr(0, name.size() - kFirst.size()));
  ref.attribute = Attribute::kArgument;
  return ref;
}

class Comparer : private ValueTests {
 public:
  Comparer(const Comparison& comparison, const Workloads* workloads)
      : ValueTests(comparison), workloads_(workloads) {}

  ComparisonResult run() {
    ComparisonResult result;
    const bool known =
        std::ranges::count(kOperators, c_.op) + std::ranges::count(kMoreOperators, c_.op) > 0;
    result.condition = known ? condition() : mistake("unknown operator '" + c_.op + "'");
    result.note = note_;
    result.problem = problem_;
    result.mistaken = mistaken_;
    result.events = std::move(events_);
    if (!problem_.empty()) result.condition = rules::never();
    return result;
  }

 private:
  static Condition constant(bool answer) { return answer ? rules::always() : rules::never(); }

  Condition condition() {
    if (c_.op != "exists" && c_.values.empty()) return constant(false);  // in ()
    const bool special = c_.field.starts_with("evt.") || c_.field == "syscall.type" ||
                         c_.field == "proc.tty" || c_.field == "proc.is_exe_from_memfd" ||
                         c_.field == "container.id" || c_.field.starts_with("proc.env");
    if (special && !c_.other.empty())
      return elsewhere("cannot be compared with '" + c_.other + "'");
    if (special && !c_.transformer.empty()) {
      return elsewhere("transformer '" + c_.transformer + "()' cannot be asked of it");
    }
    if (c_.op == "exists" && std::ranges::count(kAlwaysThere, c_.field) > 0) return constant(true);
    if (c_.field.starts_with("evt.") || c_.field == "syscall.type") return event();
    if (c_.field == "proc.tty") return terminal();
    if (c_.field == "proc.is_exe_from_memfd") {
      Condition memory =
          rules::textTest(fieldRef("process.executable"), Kind::kStartsWith, {"/memfd:"}, false);
      return (value() == "true") == (c_.op != "!=") ? memory : rules::negation(std::move(memory));
    }
    const std::string name = c_.field.substr(0, c_.field.find('['));
    const auto found = std::ranges::find(kFields, name, &Entry::name);
    const bool plain = c_.transformer.empty() && c_.other.empty();
    if (workloads_ != nullptr && found == kFields.end() && plain) {
      if (auto known = ofContainers(c_, *workloads_)) return std::move(*known);
    }
    if (c_.field.starts_with("proc.env[") && c_.field.ends_with(']')) {
      const std::string variable = c_.field.substr(9, c_.field.size() - 10);
      note_ = std::string("field '") + c_.field + "'" + kKept;
      if (variable.empty()) return mistake("'proc.env[]' names no variable");
      if (c_.op == "exists") return rules::existsTest(fieldRef("env." + variable));
      return different(fieldRef("env." + variable), FieldKind::kText);
    }
    if (found == kFields.end()) return elsewhere(reasonAgainst(c_.field));
    if (name == "container.id") return container();
    if (found->field.starts_with('.')) return above(*found, c_.field.substr(name.size()));
    if (name != c_.field) return mistake("field '" + name + "' takes no '[...]'");
    return asked(refOf(found->field), found->kind);
  }

  Condition asked(const FieldRef& ref, FieldKind kind) {
    if (!c_.other.empty()) return sameField(ref, kind);
    if (!c_.transformer.empty()) return transformed(ref, kind);
    if (c_.op == "exists") return rules::existsTest(ref);
    if (kind == FieldKind::kNumber) return numbers(ref);
    return different(ref, kind);
  }

  // Without a number the comparison, also `!=`, holds if it does of one of the processes above; [0]
  // is the process itself.
  Condition above(const Entry& entry, const std::string& index) {
    if (!c_.other.empty()) return elsewhere("cannot be compared with '" + c_.other + "'");
    if (index.empty()) return rules::anyAncestor(asked(refOf(entry.field), entry.kind));
    const auto number = numberOf(std::string_view(index).substr(1, index.size() - 2));
    if (!index.ends_with(']') || !number || *number < 0) {
      return mistake("'" + c_.field + "': '[...]' takes the number of an ancestor");
    }
    if (*number > kMaxGeneration) return elsewhere("no more than 256 ancestors are kept");
    if (*number == 0) return asked(refOf("process" + std::string(entry.field)), entry.kind);
    return rules::anyAncestor(asked(refOf(entry.field), entry.kind),
                              static_cast<std::uint32_t>(*number));
  }

  // Of fields of Falco itself and of executions: which are the same in another field.
  Condition sameField(const FieldRef& ref, FieldKind kind) {
    const auto found = std::ranges::find(kFields, c_.other, &Entry::name);
    const auto plain = [](FieldKind each) {
      return each == FieldKind::kText || each == FieldKind::kPath || each == FieldKind::kUser;
    };
    const bool comparable = found != kFields.end() && !found->field.starts_with('.') &&
                            (kind == found->kind || (plain(kind) && plain(found->kind)));
    if (!comparable || (!plain(kind) && kind != FieldKind::kNumber) || !c_.transformer.empty()) {
      return elsewhere("cannot be compared with '" + c_.other + "'");
    }
    if (!equality() && c_.op != "!=") return elsewhere("operator '" + c_.op + "' between fields");
    const FieldRef other = refOf(found->field);
    Condition same = rules::sameTest(ref, other, false);
    if (equality()) return same;
    return rules::allOf(
        {rules::existsTest(ref), rules::existsTest(other), rules::negation(std::move(same))});
  }

  Condition transformed(const FieldRef& ref, FieldKind kind) {
    const bool text =
        kind == FieldKind::kText || kind == FieldKind::kPath || kind == FieldKind::kUser;
    const std::string& how = c_.transformer;
    const bool line = kind == FieldKind::kCommandLine || kind == FieldKind::kArguments;
    const bool part = c_.op == "contains" || c_.op == "endswith";
    if ((how == "tolower" || how == "toupper") && (text || (line && part))) {
      for (const std::string& each : c_.values) {
        // What has letters of the other case is never equal to it.
        if (how == "tolower" ? each == folded(each) : each == raised(each)) continue;
        return elsewhere("'" + each + "' is not what " + how + "() gives");
      }
      nocase_ = true;
      return different(ref, kind);
    }
    if (how == "basename" && text && (equality() || c_.op == "!=")) {
      std::vector<Condition> parts;
      for (const std::string& each : c_.values) {
        parts.push_back(rules::textTest(ref, Kind::kEqual, {each}, false));
        parts.push_back(rules::textTest(ref, Kind::kEndsWith, {"/" + each}, false));
      }
      Condition any = rules::anyOf(std::move(parts));
      if (equality()) return any;
      return rules::allOf({rules::existsTest(ref), rules::negation(std::move(any))});
    }
    if (how == "len" && text) {
      Condition length = numbers(ref);
      if (problem_.empty()) length = rules::lengthInstead(std::move(length));
      return length;
    }
    return elsewhere("transformer '" + how + "()' cannot be asked of an execution");
  }

  static std::string raised(std::string text) {
    for (char& c : text) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
  }

  // The comparison, and what `!=` makes of it.
  Condition different(const FieldRef& ref, FieldKind kind) {
    Condition result;
    switch (kind) {
      case FieldKind::kList:
        note_ = c_.field == "proc.env" ? std::string("field '") + c_.field + "'" + kKept : note_;
        result = elements(ref);
        break;
      case FieldKind::kUser:
        result = users(ref);
        break;
      case FieldKind::kCommandLine:
        result = commandLine(ref, true);
        break;
      case FieldKind::kArguments:
        result = commandLine(ref, false);
        break;
      default:
        result = texts(ref, kind == FieldKind::kPath);
        break;
    }
    if (c_.op != "!=") return result;
    // What has no value is not different from one either.
    if (kind == FieldKind::kList || kind == FieldKind::kUser) {
      return rules::negation(std::move(result));
    }
    return rules::allOf({rules::existsTest(ref), rules::negation(std::move(result))});
  }

  // An exec event is the end of a successful execve or execveat.
  static constexpr const char* kKept = ": only variables that the recorder was told to keep";

  Condition event() {
    const bool different = c_.op == "!=";
    if (c_.op == "exists") return elsewhere(reasonAgainst(c_.field));
    const bool type = c_.field == "evt.type" || c_.field == "syscall.type";
    const bool text =
        type || c_.field == "evt.dir" || c_.field == "evt.res" || c_.field == "evt.failed";
    if (text && !different && !equality() && c_.op != "intersects") {
      return elsewhere("operator '" + c_.op + "'");
    }
    if (type) {
      if (!different) {
        for (const std::string& event : c_.values) {
          if (event != "execve" && event != "execveat") events_.push_back(event);
        }
      }
      return constant((holds("execve") || holds("execveat")) != different);
    }
    if (c_.field == "evt.dir") return constant(holds("<") != different);
    if (c_.field == "evt.res") return constant(holds("SUCCESS") != different);
    if (c_.field == "evt.failed") return constant(holds("false") != different);
    if (c_.field == "evt.rawres") return constant(ordered(0));
    if (c_.field == "evt.num") return constant(ordered(1));  // they begin with 1
    return elsewhere(reasonAgainst(c_.field));
  }

  // A number that is the same of every execution, compared as the rule says.
  bool ordered(std::int64_t left) {
    constexpr std::array<std::string_view, 8> kOrders = {
        "=", "==", "in", "!=", "<", "<=", ">", ">="};
    if (std::ranges::count(kOrders, c_.op) == 0) {
      mistake("a number cannot be compared by '" + c_.op + "'");
      return false;
    }
    bool same = false;
    for (const std::string& text : c_.values) {
      const auto right = numberOf(text);
      if (!right) {
        mistake("'" + text + "' is no number");
        return false;
      }
      if (c_.op == "<") return left < *right;
      if (c_.op == "<=") return left <= *right;
      if (c_.op == ">") return left > *right;
      if (c_.op == ">=") return left >= *right;
      same = same || left == *right;
    }
    return same != (c_.op == "!=");
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

  const Workloads* workloads_;
  std::vector<std::string> events_;
};

}  // namespace

ComparisonResult compare(const Comparison& comparison, const Workloads* workloads) {
  return Comparer(comparison, workloads).run();
}

}  // namespace exectrail::analyzer::falco
