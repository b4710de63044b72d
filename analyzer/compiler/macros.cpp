#include "analyzer/compiler/macros.h"

#include <algorithm>

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMaxDepth = 64;  // macros inside macros

}  // namespace

MacroTable::MacroTable(const std::vector<MacroModel>& models, const Lists& lists,
                       Diagnostics& diagnostics)
    : lists_(lists), diagnostics_(diagnostics) {
  for (const MacroModel& model : models) {
    const Text& name = model.name;
    const auto [found, added] = entries_.emplace(name.text, Entry{&model, State::kNew, {}});
    if (!added) {
      const SourcePosition& first = found->second.model->name.position;
      diagnostics_.error(
          DiagnosticCode::kDuplicateName, name.position,
          "macro '" + name.text + "' is defined twice",
          "the other definition is " + first.file + ":" + std::to_string(first.line));
    }
    if (resolveField(name.text)) {
      diagnostics_.error(DiagnosticCode::kDuplicateName, name.position,
                         "macro '" + name.text + "' has the name of a field");
    }
  }
}

const Macro* MacroTable::find(const std::string& name) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return nullptr;
  Entry& entry = found->second;
  if (entry.state == State::kCompiling) reportCycle(entry);
  if (entry.state == State::kNew) compile(entry);
  return &entry.macro;
}

std::vector<std::string> MacroTable::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

void MacroTable::compileAll() {
  for (auto& [name, entry] : entries_) {
    if (entry.state == State::kNew) compile(entry);
  }
}

void MacroTable::compile(Entry& entry) {
  const MacroModel& model = *entry.model;
  if (compiling_.size() >= kMaxDepth) {
    diagnostics_.error(
        DiagnosticCode::kTooComplex, model.name.position,
        "macros stand inside one another more than " + std::to_string(kMaxDepth) + " deep");
    entry.state = State::kDone;
    return;
  }
  entry.state = State::kCompiling;
  compiling_.push_back(model.name.text);
  const ExpressionErrors errors = [&](DiagnosticCode code, std::size_t offset, std::string message,
                                      std::string help) {
    diagnostics_.error(code, positionIn(model.expression, offset, model.fileText),
                       std::move(message), std::move(help));
  };
  if (const auto parsed = parseExpression(model.expression.text, errors)) {
    const std::vector<std::string> noClasses;
    const Scope scope{lists_, noClasses, this, true};
    auto condition =
        bindExpression(*parsed, model.expression.text, scope, errors, &entry.macro.use);
    if (condition) {
      entry.macro.condition = std::make_shared<const Condition>(std::move(*condition));
    }
  }
  compiling_.pop_back();
  entry.state = State::kDone;
}

void MacroTable::reportCycle(const Entry& entry) {
  const std::string& name = entry.model->name.text;
  std::string circle;
  for (auto at = std::ranges::find(compiling_, name); at != compiling_.end(); ++at) {
    circle += *at + " -> ";
  }
  diagnostics_.error(DiagnosticCode::kCycle, entry.model->name.position,
                     "macro '" + name + "' stands for itself: " + circle + name);
}

}  // namespace exectrail::analyzer
