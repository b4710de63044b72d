#include "analyzer/rules/kubearmor_match.h"

#include <algorithm>

#include "analyzer/paths/path.h"
#include "analyzer/rules/conditions.h"
#include "analyzer/rules/kubearmor_pattern.h"
#include "analyzer/rules/one_spelling.h"

namespace exectrail::analyzer::kubearmor {
namespace {

using Kind = Condition::Kind;
using rules::fieldRef;

std::string textOf(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  return node == nullptr ? std::string() : node->text;
}

// The file that ran or was to run is one of these: as the kernel names it, or as it was typed.
Condition fileIs(const std::string& path) {
  std::vector<Condition> parts;
  parts.push_back(
      rules::textTest(fieldRef("file.path"), Kind::kEqual, {rules::oneSpelling(path)}, false));
  parts.push_back(rules::textTest(fieldRef("typed_path"), Kind::kEqual, {path}, false));
  return rules::anyOf(std::move(parts));
}

class Entry {
 public:
  Entry(const YamlNode& node, EntryKind kind, Action action, KubeArmorGlobs globs,
        RuleReport& report)
      : node_(node), kind_(kind), action_(action), globs_(globs), report_(report) {
    for (const YamlEntry& each : node.entries) {
      if (mayHold(kind, each.key)) continue;
      report.warn(each.position.line, "'" + each.key + "' is not used: KubeArmor has it not here");
    }
  }

  std::optional<Condition> path() {
    const std::string name = textOf(node_, "execname");
    const std::string file = textOf(node_, "path");
    if (!name.empty()) {  // KubeArmor lets it win over a path
      if (name.find('/') != std::string::npos) return useless("execname", name, "holds a '/'");
      std::vector<Condition> parts;
      parts.push_back(rules::textTest(fieldRef("file.name"), Kind::kEqual, {name}, false));
      parts.push_back(
          rules::textTest(fieldRef("typed_path"), Kind::kEndsWith, {"/" + name}, false));
      return refined(rules::anyOf(std::move(parts)));
    }
    if (!soundPath("path", file)) return std::nullopt;
    if (file.ends_with('/')) return useless("path", file, "ends with '/', and no file does");
    if (file.find_first_of("*?") != std::string::npos) {
      report_.warn(line(), "path '" + file + "': a path is no pattern: it matches a file so named");
    }
    if (file.find(' ') != std::string::npos) {
      report_.warn(line(), "path '" + file +
                               "': arguments are not part of a path: it matches a "
                               "file so named");
    }
    return refined(fileIs(file));
  }

  std::optional<Condition> directory() {
    const std::string dir = textOf(node_, "dir");
    if (!soundPath("dir", dir)) return std::nullopt;
    if (!dir.ends_with('/')) return useless("dir", dir, "does not end with '/'");
    const bool recursive = folded(textOf(node_, "recursive")) == "true";
    const std::string spelled = rules::oneSpelling(dir);
    const FieldRef file = fieldRef("file.path");
    const FieldRef typed = fieldRef("typed_path");
    std::vector<Condition> parts;
    if (recursive && dir == "/") {
      parts.push_back(rules::textTest(file, Kind::kStartsWith, {"/"}, false));
    } else if (recursive) {
      const std::string below = spelled.substr(0, spelled.size() - 1);
      parts.push_back(rules::underTest(file, {below}));
      parts.push_back(rules::underTest(typed, {below}));
    } else {
      std::string problem;
      for (const FieldRef& field : {file, typed}) {
        const std::string directory = field == file ? spelled : dir;
        auto glob = Glob::compile(Glob::literal(directory).pattern() + "*", problem);
        if (!glob) return useless("dir", dir, problem);
        std::vector<Glob> globs;
        globs.push_back(std::move(*glob));
        parts.push_back(rules::globTest(field, std::move(globs)));
      }
    }
    return refined(rules::anyOf(std::move(parts)));
  }

  std::optional<Condition> pattern() {
    const std::string whole = textOf(node_, "pattern");
    if (!soundPath("pattern", whole)) return std::nullopt;
    std::string problem;
    auto condition = patternTest(whole, globs_, problem);
    if (!condition) return useless("pattern", whole, problem);
    if (const std::string other = otherReading(whole, globs_); !other.empty()) {
      report_.warn(line(), "pattern '" + whole + "': " + other);
    }
    return refined(std::move(*condition));
  }

 private:
  std::uint32_t line() const { return node_.position.line; }

  const YamlNode* find(std::string_view key) const {
    return mayHold(kind_, key) ? node_.find(key) : nullptr;
  }

  std::nullopt_t useless(const std::string& key, const std::string& text, const std::string& why) {
    report_.warn(line(), key + " '" + text + "' " + why + ": this entry matches nothing");
    return std::nullopt;
  }

  bool soundPath(const std::string& key, const std::string& text) {
    const bool up = text.find("/../") != std::string::npos || text.ends_with("/..");
    if (text.empty()) {
      useless(key, text, "is empty");
    } else if (text.front() != '/') {
      useless(key, text, "does not begin with '/'");
    } else if (up || text.find("//") != std::string::npos) {
      useless(key, text, "holds '//' or '..', and no path of the kernel does");
    } else {
      return true;
    }
    return false;
  }

  // What else an entry may ask.
  std::optional<Condition> refined(Condition condition) {
    std::vector<Condition> parts;
    parts.push_back(std::move(condition));
    if (const YamlNode* sources = find("fromSource")) {
      auto source = fromSource(*sources);
      if (!source) return std::nullopt;
      parts.push_back(std::move(*source));
    }
    if (folded(textOf(node_, "ownerOnly")) == "true") parts.push_back(owner());
    const YamlNode* terminal = find("pts");
    if (terminal != nullptr && folded(terminal->text) == "false") {
      parts.push_back(rules::booleanTest(fieldRef("session.terminal")));
    }
    if (const YamlNode* allowed = find("allowedArgs")) parts.push_back(otherThan(*allowed));
    return rules::allOf(std::move(parts));
  }

  // The program that called execve: the parent, if it forked first, or the one that was replaced;
  // of a failed attempt, the caller.
  std::optional<Condition> fromSource(const YamlNode& sources) {
    std::vector<std::string> paths;
    for (const YamlNode& source : sources.items) {
      const std::string path = textOf(source, "path");
      if (soundPath("fromSource", path)) paths.push_back(rules::oneSpelling(path));
    }
    if (paths.empty()) return useless("fromSource", "", "names no program");
    std::vector<Condition> callers;
    for (const std::string_view name : {"parent.executable", "previous.executable"}) {
      callers.push_back(rules::textTest(fieldRef(name), Kind::kEqual, paths, false));
    }
    std::vector<Condition> attempt;
    attempt.push_back(rules::booleanTest(fieldRef("attempt")));
    attempt.push_back(rules::textTest(fieldRef("process.executable"), Kind::kEqual, paths, false));
    callers.push_back(rules::allOf(std::move(attempt)));
    return rules::anyOf(std::move(callers));
  }

  // Of Audit and Block: somebody other than the file's owner. Nobody looks at the owner of what was
  // refused, and KubeArmor does not ask then.
  Condition owner() {
    Condition same = rules::sameTest(fieldRef("user.id"), fieldRef("file.uid"), false);
    if (action_ == Action::kAllow) return same;
    same.op = Operator::kNotEqual;
    same.text = "user.id != file.uid";
    if (action_ == Action::kAudit) return same;
    std::vector<Condition> parts;
    parts.push_back(std::move(same));
    parts.push_back(rules::booleanTest(fieldRef("attempt")));
    return rules::anyOf(std::move(parts));
  }

  // An argument that is none of those allowed.
  static Condition otherThan(const YamlNode& allowed) {
    std::vector<std::string> texts;
    for (const YamlNode& item : allowed.items) texts.push_back(item.text);
    if (texts.empty()) texts.emplace_back();
    Condition other =
        rules::negation(rules::textTest(*resolveItem(), Kind::kEqual, std::move(texts), false));
    Condition count = rules::anyElement(fieldRef("args"), std::move(other));
    count.kind = Kind::kCount;
    count.op = Operator::kGreaterOrEqual;
    count.number = 2;  // argv[0] is the first
    count.text = "count(args, " + count.children.front().text + ") >= 2";
    return count;
  }

  static const FieldRef* resolveItem() {
    static const FieldRef kItem = fieldRef("it");
    return &kItem;
  }

  const YamlNode& node_;
  EntryKind kind_;
  Action action_;
  KubeArmorGlobs globs_;
  RuleReport& report_;
};

}  // namespace

std::optional<Condition> matchEntry(const YamlNode& entry, EntryKind kind, Action action,
                                    KubeArmorGlobs globs, RuleReport& report) {
  Entry reader(entry, kind, action, globs, report);
  switch (kind) {
    case EntryKind::kPath:
      return reader.path();
    case EntryKind::kDirectory:
      return reader.directory();
    case EntryKind::kPattern:
      return reader.pattern();
  }
  return std::nullopt;
}

}  // namespace exectrail::analyzer::kubearmor
