#include "analyzer/engine/script_argument.h"

#include <algorithm>

namespace exectrail::analyzer {
namespace {

enum class Takes : unsigned char {
  kNothing,
  kValue,
  kCode,
  kEnds,
  kProgram,
  kLoads,
  kModule,
  kList,
  kDirectory,
  kWord,
  // From here on, no value as the others have it.
  kText,
  kNext,
  kRest,
  kNumber,
  kCheck,
};

struct Table {
  Words Interpreter::*words;
  Takes takes;
};
constexpr Table kTables[] = {
    {&Interpreter::text, Takes::kText},     {&Interpreter::next, Takes::kNext},
    {&Interpreter::value, Takes::kValue},   {&Interpreter::code, Takes::kCode},
    {&Interpreter::ends, Takes::kEnds},     {&Interpreter::program, Takes::kProgram},
    {&Interpreter::loads, Takes::kLoads},   {&Interpreter::modules, Takes::kModule},
    {&Interpreter::list, Takes::kList},     {&Interpreter::chdir, Takes::kDirectory},
    {&Interpreter::word, Takes::kWord},     {&Interpreter::rest, Takes::kRest},
    {&Interpreter::number, Takes::kNumber}, {&Interpreter::check, Takes::kCheck},
};

Takes takes(const Interpreter& of, std::string_view option) {
  for (const Table& table : kTables) {
    if (hasWord(of.*table.words, option)) return table.takes;
  }
  return Takes::kNothing;
}

bool hasValue(Takes kind) { return kind > Takes::kNothing && kind < Takes::kText; }

constexpr std::string_view kUrl = "file://";

// By its folder, and not by a name that is looked for.
bool isPath(std::string_view text) {
  return text.starts_with('/') || text.starts_with("./") || text.starts_with("../");
}

class Search {
 public:
  Search(const Interpreter& interpreter, const TextList& arguments, bool truncated)
      : table_(&interpreter), arguments_(arguments), truncated_(truncated) {}

  ScriptArgument run(std::size_t first) {
    at_ = first;
    options();
    ScriptArgument found{ScriptSource::kNone, std::move(beside_)};
    const bool asked = !noScript_ && !table_->noScript && (!checked_ || unchecked_);
    if (asked && at_ < arguments_.size()) {
      operand(found);
    } else if (missing_ || (at_ >= arguments_.size() && truncated_ &&
                            (asked || !noScript_ || table_->permutes))) {
      found.source = ScriptSource::kUnknown;
    }
    if (found.source == ScriptSource::kNone && !found.paths.empty()) {
      found.source = ScriptSource::kArgument;
    }
    return found;
  }

 private:
  void options() {
    for (; at_ < arguments_.size() && !ended_; ++at_) {
      const std::string_view argument = arguments_[at_];
      if (argument == "--" || (argument == "-" && table_->dashEnds)) {
        ++at_;
        return;
      }
      const bool plus = table_->plus && argument.starts_with('+');
      if (argument.size() < 2 || (argument[0] != '-' && !plus)) {
        if (hasWord(table_->subcommands, argument)) continue;
        if (!table_->permutes) return;
      } else if (!wholeOption(argument) && !argument.starts_with("--") && !table_->wholeOnly) {
        cluster(argument);
      }
    }
  }

  // --rcfile FILE, --eval=CODE, -encoding NAME.
  bool wholeOption(std::string_view argument) {
    const bool isLong = argument.starts_with("--");
    const bool whole = isLong || table_->wholeOnly;
    const std::size_t equals = whole ? argument.find('=') : std::string_view::npos;
    const std::string_view option = argument.substr(0, equals);
    if (option.size() < 3 && !whole) return false;
    const Takes kind = takes(*table_, option);
    if (kind == Takes::kCheck) checked_ = true;
    if (kind == Takes::kText) noScript_ = true;
    if (!hasValue(kind)) return kind != Takes::kNothing;
    if (equals != std::string_view::npos) {
      use(kind, argument.substr(equals + 1));
    } else {
      useNext(kind);
    }
    return true;
  }

  void cluster(std::string_view argument) {
    const bool minus = argument[0] == '-';
    std::size_t further = 0;
    for (std::size_t i = 1; i < argument.size(); ++i) {
      if (argument[i] == ':' || argument[i] == '=') break;  // perl -d:Trace
      const char letters[] = {'-', argument[i]};
      const std::string_view option(letters, sizeof letters);
      const Takes kind = takes(*table_, option);
      if (!minus || hasWord(table_->uncheck, option)) unchecked_ = true;
      if (kind == Takes::kText && minus) noScript_ = true;
      if (kind == Takes::kCheck && minus) checked_ = true;
      if (kind == Takes::kRest) break;
      if (kind == Takes::kNext) ++further;
      if (kind == Takes::kNumber) i = endOfNumber(argument, i);
      if (!hasValue(kind)) continue;
      if (i + 1 < argument.size()) {
        use(kind, argument.substr(i + 1));
      } else {
        useNext(kind);
      }
      break;
    }
    at_ += further;
  }

  // Its last digit, from the letter or digit before it: -0777, -0xA, -l012.
  static std::size_t endOfNumber(std::string_view argument, std::size_t at) {
    std::string_view digits = "01234567";
    if (argument[at] == '0' && at + 1 < argument.size() &&
        (argument[at + 1] == 'x' || argument[at + 1] == 'X')) {
      digits = "0123456789abcdefABCDEF";
      ++at;
    }
    const std::size_t end = argument.find_first_not_of(digits, at + 1);
    return (end == std::string_view::npos ? argument.size() : end) - 1;
  }

  void useNext(Takes kind) {
    ++at_;
    if (at_ < arguments_.size()) {
      // Of the last argument recorded, only the beginning may be there.
      const bool cut = truncated_ && at_ + 1 == arguments_.size();
      if (!cut || kind < Takes::kProgram) return use(kind, arguments_[at_]);
    }
    if (truncated_) missing_ = true;
  }

  void use(Takes kind, std::string_view value) {
    switch (kind) {
      case Takes::kCode:
        noScript_ = true;
        return;
      case Takes::kEnds:
        if (hasWord(table_->launchers, value)) {
          table_ = &launched();
          return;
        }
        noScript_ = true;
        ended_ = true;
        return;
      case Takes::kProgram:
        noScript_ = true;
        return add(value);
      case Takes::kLoads:
        return add(value);
      case Takes::kModule:
        if (value.starts_with(kUrl)) value.remove_prefix(kUrl.size());
        if (isPath(value)) add(value);
        return;
      case Takes::kList:
        while (!value.empty()) {
          const std::size_t end = std::min(value.find(':'), value.size());
          if (isPath(value.substr(0, end))) add(value.substr(0, end));
          value.remove_prefix(std::min(end + 1, value.size()));
        }
        return;
      case Takes::kDirectory:
        directory_ = joined(value);
        return;
      case Takes::kWord:
        wholeOption("--" + std::string(value));
        return;
      default:
        return;
    }
  }

  void operand(ScriptArgument& found) const {
    const std::string_view argument = arguments_[at_];
    // "-" is standard input; of the last argument recorded, only the beginning may be there.
    if (argument == "-" || argument.empty()) return;
    if (truncated_ && at_ + 1 == arguments_.size()) {
      found.source = ScriptSource::kUnknown;
    } else if (isScript(argument)) {
      found.paths.insert(found.paths.begin(), joined(argument));
    }
  }

  bool isScript(std::string_view operand) const {
    if (isNothing(operand)) return false;
    if (table_->suffixes.empty()) return true;
    const std::size_t dot = operand.rfind('.');
    return dot != std::string_view::npos && hasWord(table_->suffixes, operand.substr(dot));
  }

  static bool isNothing(std::string_view path) {
    return path.empty() || path == "-" || path == "/dev/null";
  }

  void add(std::string_view path) {
    if (!isNothing(path)) beside_.push_back(joined(path));
  }

  std::string joined(std::string_view path) const {
    if (directory_.empty() || path.starts_with('/')) return std::string(path);
    return directory_ + "/" + std::string(path);
  }

  const Interpreter* table_;
  const TextList& arguments_;
  bool truncated_;
  std::size_t at_ = 0;
  std::vector<std::string> beside_;
  std::string directory_;  // that it changes to first
  bool noScript_ = false;  // no operand is one
  bool ended_ = false;
  bool missing_ = false;  // an argument that would tell
  bool checked_ = false;
  bool unchecked_ = false;
};

// Of busybox, which applet it is: by the name it was called, or by the word after its own.
struct Applet {
  std::string_view name;
  std::size_t first = 1;  // of its arguments
};

Applet appletOf(const TextList& arguments) {
  Applet applet;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view name = arguments[i];
    name = name.substr(name.rfind('/') + 1);
    if (i == 0 && name.starts_with('-')) name.remove_prefix(1);  // of a login
    applet = {name, i + 1};
    if (!name.starts_with("busybox")) break;
  }
  return applet;
}

}  // namespace

ScriptArgument scriptArgument(std::string_view program, const TextList& arguments, bool truncated) {
  const Interpreter* interpreter = findInterpreter(program);
  if (interpreter == nullptr) return {};
  return scriptArgument(*interpreter, program, arguments, truncated);
}

ScriptArgument scriptArgument(const Interpreter& interpreter, std::string_view program,
                              const TextList& arguments, bool truncated) {
  if (!program.starts_with("busybox") || arguments.empty()) {
    return Search(interpreter, arguments, truncated).run(1);
  }
  const Applet applet = appletOf(arguments);
  if (!hasWord("sh ash hush awk sed", applet.name)) return {};
  return Search(*findInterpreter(applet.name), arguments, truncated).run(applet.first);
}

}  // namespace exectrail::analyzer
