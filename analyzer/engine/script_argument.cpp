// The tables are from dash(1), bash(1), zsh(1), ksh(1), python(1), perlrun(1), ruby(1), node(1),
// php(1), lua(1), tclsh(1) and awk(1).
#include "analyzer/engine/script_argument.h"

#include <algorithm>
#include <array>
#include <span>

namespace exectrail::analyzer {
namespace {

struct Interpreter {
  std::span<const std::string_view> names;  // followed by nothing, or by a version: 3.11
  // Letters of short options: those that bring the program themselves, and those with a value.
  std::string_view program;
  std::string_view withValue;
  std::string_view withRest;  // whose value is what follows in the same argument
  std::span<const std::string_view> longWithValue;
  std::string_view scriptOption;  // letters of options whose value is the script: awk -f
};

constexpr std::string_view kShells[] = {"sh",   "dash", "bash", "rbash", "ash",  "ksh",    "ksh93",
                                        "mksh", "zsh",  "csh",  "tcsh",  "fish", "busybox"};
constexpr std::string_view kShellLong[] = {"--rcfile", "--init-file"};
constexpr std::string_view kPython[] = {"python", "pypy"};
constexpr std::string_view kPythonLong[] = {"--check-hash-based-pycs"};
constexpr std::string_view kPerl[] = {"perl"};
constexpr std::string_view kRuby[] = {"ruby"};
constexpr std::string_view kNode[] = {"node", "nodejs"};
constexpr std::string_view kNodeLong[] = {"--require", "--import", "--loader", "--env-file"};
constexpr std::string_view kPhp[] = {"php", "php-cgi"};
constexpr std::string_view kLua[] = {"lua", "luajit", "tclsh", "wish", "expect"};
constexpr std::string_view kAwk[] = {"awk", "gawk", "mawk", "sed"};
constexpr std::array kInterpreters = {
    Interpreter{kShells, "cs", "oO", "", kShellLong, ""},
    Interpreter{kPython, "cm", "WX", "", kPythonLong, ""},
    Interpreter{kPerl, "eE", "", "MmIDixCF0", {}, ""},
    Interpreter{kRuby, "e", "rIEC", "TKWix0", {}, ""},
    Interpreter{kNode, "ep", "r", "", kNodeLong, ""},
    Interpreter{kPhp, "rBRE", "cdz", "", {}, "fF"},
    Interpreter{kLua, "e", "l", "", {}, ""},
    Interpreter{kAwk, "", "vF", "", {}, "f"},
};

bool isVersion(std::string_view text) {
  return text.find_first_not_of("0123456789.-") == std::string_view::npos;
}

const Interpreter* find(std::string_view program) {
  for (const Interpreter& interpreter : kInterpreters) {
    for (const std::string_view name : interpreter.names) {
      if (program.starts_with(name) && isVersion(program.substr(name.size()))) return &interpreter;
    }
  }
  return nullptr;
}

class Search {
 public:
  Search(const Interpreter& interpreter, const TextList& arguments, bool truncated)
      : interpreter_(interpreter), arguments_(arguments), truncated_(truncated) {}

  ScriptArgument run(std::size_t first) {
    // awk and sed: the first operand is the program, unless -f named a file.
    const bool onlyByOption = interpreter_.program.empty() && !interpreter_.scriptOption.empty();
    for (at_ = first; at_ < arguments_.size(); ++at_) {
      const std::string_view argument = arguments_[at_];
      if (argument == "--") {
        ++at_;
        break;
      }
      if (argument.size() < 2 || (argument[0] != '-' && argument[0] != '+')) break;
      const ScriptArgument found = option(argument);
      if (found.source != ScriptSource::kArgument && !ended_) continue;
      return found;
    }
    if (at_ >= arguments_.size()) return end();
    // "-" is standard input; of the last argument recorded, only the beginning may be there.
    if (onlyByOption || arguments_[at_] == "-" || arguments_[at_].empty()) return {};
    if (truncated_ && at_ + 1 == arguments_.size()) return {ScriptSource::kUnknown, {}};
    return {ScriptSource::kArgument, arguments_[at_]};
  }

 private:
  ScriptArgument end() const {
    return {truncated_ ? ScriptSource::kUnknown : ScriptSource::kNone, {}};
  }

  ScriptArgument stop() {
    ended_ = true;
    return {};
  }

  ScriptArgument option(std::string_view argument) {
    if (argument.starts_with("--")) {
      if (std::ranges::count(interpreter_.longWithValue, argument) > 0) ++at_;
      const bool program = argument == "--eval" || argument.starts_with("--eval=") ||
                           argument == "--print" || argument == "--execute";
      return program ? stop() : ScriptArgument{};
    }
    for (std::size_t i = 1; i < argument.size(); ++i) {
      const char letter = argument[i];
      if (interpreter_.program.find(letter) != std::string_view::npos && argument[0] == '-') {
        return stop();
      }
      if (interpreter_.withRest.find(letter) != std::string_view::npos) return {};
      const bool script = interpreter_.scriptOption.find(letter) != std::string_view::npos;
      if (!script && interpreter_.withValue.find(letter) == std::string_view::npos) continue;
      const bool attached = i + 1 < argument.size();
      if (!attached) ++at_;
      if (!script) return {};
      if (attached) return {ScriptSource::kArgument, argument.substr(i + 1)};
      if (at_ >= arguments_.size()) return end();
      return {ScriptSource::kArgument, arguments_[at_]};
    }
    return {};
  }

  const Interpreter& interpreter_;
  const TextList& arguments_;
  bool truncated_;
  bool ended_ = false;
  std::size_t at_ = 0;
};

}  // namespace

bool isInterpreter(std::string_view program) { return find(program) != nullptr; }

ScriptArgument scriptArgument(std::string_view program, const TextList& arguments, bool truncated) {
  const Interpreter* interpreter = find(program);
  if (interpreter == nullptr) return {};
  std::size_t first = 1;
  if (program == "busybox" && !arguments.empty()) {
    // busybox sh FILE, or an applet by the name it was called.
    const std::string_view called = arguments[0];
    const std::string_view name = called.substr(called.rfind('/') + 1);
    const bool byName = name == "sh" || name == "ash" || name == "hush";
    const bool byWord = arguments.size() > 1 &&
                        (arguments[1] == "sh" || arguments[1] == "ash" || arguments[1] == "hush");
    if (!byName && !byWord) return {};
    first = byName ? 1 : 2;
  }
  return Search(*interpreter, arguments, truncated).run(first);
}

}  // namespace exectrail::analyzer
