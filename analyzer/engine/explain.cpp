#include "analyzer/engine/explain.h"

#include <algorithm>

#include "analyzer/engine/evaluate.h"
#include "analyzer/engine/judge.h"
#include "analyzer/engine/value.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

using Kind = Condition::Kind;

constexpr std::size_t kMaxValue = 120;    // bytes of a value that are shown
constexpr std::size_t kMaxElements = 16;  // of a list, and images of the lineage

std::string_view word(Tri tri) {
  if (tri == Tri::kUnknown) return "unknown";
  return tri == Tri::kTrue ? "true" : "false";
}

std::string shown(std::string_view text) {
  const bool cut = text.size() > kMaxValue;
  return "'" + trace::escapeForTerminal(text.substr(0, kMaxValue)) + (cut ? "…'" : "'");
}

std::string shown(const Value& value, bool number) {
  if (value.state == Value::State::kUnknown) return "not known";
  if (value.state == Value::State::kAbsent) return "there is none";
  std::string text;
  if (value.isList) {
    text = "[";
    for (std::size_t i = 0; i < value.list.size(); ++i) {
      if (i == kMaxElements) {
        text += ", … " + std::to_string(value.list.size() - i) + " more";
        break;
      }
      text += (i == 0 ? "" : ", ") + shown(value.list[i]);
    }
    text += "]";
  } else {
    text = number ? std::to_string(value.number) : shown(value.text);
  }
  if (value.truncated) text += ", of which only the beginning is known";
  return text + "  [" + std::string(trace::name(value.evidence)) + "]";
}

class Explainer {
 public:
  Explainer(const Judged& judged, std::string_view className)
      : judged_(judged), className_(className) {}

  std::string explain(const Condition& condition, int depth) {
    Findings findings;
    const Tri answer = evaluate(condition, judged_, className_, findings);
    std::string text = line(depth, answer, condition.text);
    const bool parts = condition.kind == Kind::kAnd || condition.kind == Kind::kOr ||
                       condition.kind == Kind::kNot || condition.kind == Kind::kSurely;
    if (parts) {
      for (const Condition& child : condition.children) text += explain(child, depth + 1);
    } else if (condition.lineage || condition.kind == Kind::kGenuine) {
      text += details(findings, depth + 1);
    } else {
      text += valueLine(condition.left, depth + 1);
      if (condition.right) text += valueLine(*condition.right, depth + 1);
    }
    return text;
  }

  static std::string line(int depth, Tri answer, std::string_view what) {
    std::string verdict(word(answer));
    verdict.resize(9, ' ');
    return verdict + std::string(static_cast<std::size_t>(2 * depth), ' ') +
           trace::escapeForTerminal(what) + "\n";
  }

 private:
  static std::string note(int depth, const std::string& what) {
    return std::string(9 + static_cast<std::size_t>(2 * depth), ' ') + what + "\n";
  }

  std::string valueLine(const FieldRef& field, int depth) {
    const auto found = resolveField(fieldName(field));
    const bool number = found && (found->type == Type::kNumber || found->type == Type::kBoolean);
    return note(depth,
                fieldName(field) + " = " + shown(valueOf(field, judged_, className_, {}), number));
  }

  static std::string details(const Findings& findings, int depth) {
    std::string text;
    for (const std::string& because : findings.because) {
      text += note(depth, "because of " + trace::escapeForTerminal(because));
    }
    for (std::size_t i = 0; i < std::min(findings.missing.size(), kMaxElements); ++i) {
      text += note(depth, "not known: " + trace::escapeForTerminal(findings.missing[i]));
    }
    return text;
  }

  const Judged& judged_;
  std::string_view className_;
};

std::string classLine(const Recipe& recipe, const Judged& judged, const Verdict& verdict) {
  if (!recipe.classified) return {};
  const bool argument = recipe.path == PathSource::kArgument;
  const Place& place = argument ? judged.scriptArgument().place : judged.filePlace();
  std::string path = place.kind == PlaceKind::kPath ? shown(place.path) : "not known";
  if (argument && judged.scriptArgument().absent) path = "there is none";
  std::string what = argument ? "script.path = " : "file.path = ";
  what += path;
  Tri answer = triOf(!verdict.directoryClass.empty());
  if (place.kind == PlaceKind::kUnknown && !(argument && judged.scriptArgument().absent)) {
    answer = Tri::kUnknown;
  }
  what += verdict.directoryClass.empty() ? " is in no class"
                                         : " is in class " + std::string(verdict.directoryClass);
  return Explainer::line(0, answer, what);
}

std::string resultLine(const Recipe& recipe, const Judged& judged) {
  const auto name = resultName(judged.errorNumber());
  const bool concerned = judged.isMapping()
                             ? std::ranges::count(recipe.mappings, judged.mapping()) > 0
                             : std::ranges::count(recipe.results, judged.errorNumber()) > 0;
  std::string what = judged.isMapping() ? "mapping" : "result";
  what += " is one that the recipe judges";
  if (!judged.isMapping()) what += ": " + std::string(name.value_or("?"));
  return Explainer::line(0, triOf(concerned), what);
}

std::string verdictLine(const Verdict& verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::kNothing:
      return "verdict  nothing\n";
    case Verdict::Kind::kInconclusive:
      return "verdict  inconclusive: the trigger hangs on what is not known\n";
    case Verdict::Kind::kAlert:
      break;
  }
  std::string text = "verdict  alert, " + std::string(name(verdict.severity));
  if (!verdict.exemption.empty()) text += ", exempted by " + verdict.exemption;
  return text + "\n";
}

}  // namespace

std::string explainCondition(const Condition& condition, const Judged& judged,
                             std::string_view className, int depth) {
  return Explainer(judged, className).explain(condition, depth);
}

std::string explainRecipe(const Recipe& recipe, const Judged& judged, std::int64_t realtimeNs) {
  const Verdict verdict = judge(recipe, judged, realtimeNs);
  Explainer explainer(judged, verdict.directoryClass);
  std::string text = resultLine(recipe, judged) + classLine(recipe, judged, verdict);
  if (recipe.when) text += explainer.explain(*recipe.when, 0);
  for (const Modifier& modifier : recipe.modifiers) {
    const std::string effect = modifier.step == 0 ? "tag" : modifier.step > 0 ? "raise" : "lower";
    text += effect + "." + modifier.name + "\n" + explainer.explain(modifier.condition, 1);
  }
  for (const Exemption& exemption : recipe.exemptions) {
    const bool path = std::ranges::any_of(
        exemption.paths, [&](const Glob& glob) { return glob.matches(verdict.path); });
    if (!path) continue;  // of the many exemptions, those that could apply
    text += "exempt." + exemption.name + "\n" + explainer.explain(exemption.parent, 1);
    if (exemption.untilNs && realtimeNs >= *exemption.untilNs) text += "         it has ended\n";
  }
  if (recipe.count) text += "         a count decides: one trigger alone makes no alert\n";
  if (recipe.sequence) text += "         a sequence decides: what came before matters\n";
  if (!recipe.firstSeen.empty()) text += "         only what the baseline does not know alerts\n";
  return text + verdictLine(verdict);
}

}  // namespace exectrail::analyzer
