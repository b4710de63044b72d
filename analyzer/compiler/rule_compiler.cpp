// The parts of a recipe that need memory while a trace is read: suppression, counts, sequences and
// what is seen for the first time.
#include <algorithm>
#include <array>
#include <charconv>

#include "analyzer/compiler/recipe_compiler.h"

namespace exectrail::analyzer {
namespace {

constexpr std::uint64_t kNsPerMs = 1'000'000;
constexpr std::uint64_t kMaxDurationMs = std::uint64_t{7} * 24 * 60 * 60 * 1000;
constexpr std::size_t kMaxKeyFields = 8;
constexpr std::size_t kMaxSteps = 8;
constexpr std::uint32_t kMaxCount = 1000;  // triggers that are remembered for each key

struct Unit {
  std::string_view name;
  std::uint64_t milliseconds;
};
constexpr std::array kUnits = {Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                               Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};

template <typename Number>
std::optional<Number> numberIn(std::string_view text) {
  Number number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::uint64_t RecipeCompiler::compileDuration(const Text& text) {
  if (text.text.empty()) return 0;  // reported as missing
  const std::string_view all = text.text;
  const std::size_t digits = std::min(all.find_first_not_of("0123456789"), all.size());
  const auto number = numberIn<std::uint64_t>(all.substr(0, digits));
  const auto unit = std::ranges::find(kUnits, all.substr(digits), &Unit::name);
  if (number && unit != kUnits.end() && *number != 0 &&
      *number <= kMaxDurationMs / unit->milliseconds) {
    return *number * unit->milliseconds * kNsPerMs;
  }
  error(DiagnosticCode::kBadValue, text, "'" + text.text + "' is no duration",
        "write 500ms, 60s, 10m, 2h or 1d; at most 7d");
  return 0;
}

std::uint32_t RecipeCompiler::compileNumber(const Text& text, std::uint32_t least,
                                            std::uint32_t most) {
  if (text.text.empty()) return least;
  const auto number = numberIn<std::uint32_t>(text.text);
  if (number && *number >= least && *number <= most) return *number;
  error(DiagnosticCode::kBadValue, text, "'" + text.text + "' is no number that fits here",
        "from " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

std::optional<KeyField> RecipeCompiler::compileKeyField(const Text& field) {
  const auto found = resolveField(field.text);
  if (!found) {
    error(DiagnosticCode::kUnknownField, field,
          "unknown field '" + field.text + "'" + didYouMean(field.text, fieldNames()));
    return std::nullopt;
  }
  if (found->ref.subject == Subject::kItem) {
    error(DiagnosticCode::kNotHere, field, "'" + field.text + "' has no meaning here");
    return std::nullopt;
  }
  return KeyField{found->ref, found->type};
}

std::vector<KeyField> RecipeCompiler::compileKey(const std::vector<Text>& fields) {
  std::vector<KeyField> key;
  std::size_t lists = 0;
  for (const Text& field : fields) {
    auto found = compileKeyField(field);
    if (!found) continue;
    if (found->type == Type::kTextList && ++lists > 1) {
      error(DiagnosticCode::kConflict, field, "only one field of a key can be a list");
    }
    key.push_back(std::move(*found));
  }
  if (fields.size() > kMaxKeyFields) {
    error(DiagnosticCode::kTooComplex, fields[kMaxKeyFields],
          "a key has at most " + std::to_string(kMaxKeyFields) + " fields");
  }
  return key;
}

void RecipeCompiler::compileRules(const RecipeModel& model, const Scope& scope, Recipe& recipe) {
  if (model.suppress) {
    recipe.suppression = Suppression{compileKey(model.suppress->key),
                                     compileNumber(model.suppress->first, 1, 1'000'000),
                                     compileDuration(model.suppress->window)};
  }
  if (model.count) {
    CountRule rule;
    rule.atLeast = compileNumber(model.count->atLeast, 2, kMaxCount);
    rule.withinNs = compileDuration(model.count->within);
    rule.key = compileKey(model.count->key);
    if (model.count->distinct) rule.distinct = compileKeyField(*model.count->distinct);
    recipe.count = std::move(rule);
  }
  if (model.sequence) compileSequence(model, scope, recipe);
  recipe.firstSeen = compileKey(model.firstSeen);
  if (model.count && model.sequence) {
    diagnostics_.error(DiagnosticCode::kConflict, model.count->position.position,
                       "'count' and 'sequence' exclude one another", "write two recipes");
  }
}

void RecipeCompiler::compileSequence(const RecipeModel& model, const Scope& scope, Recipe& recipe) {
  const SequenceModel& sequence = *model.sequence;
  SequenceRule rule;
  rule.withinNs = compileDuration(sequence.within);
  rule.key = compileKey(sequence.key);
  for (const StepModel& step : sequence.steps) {
    auto condition =
        step.when.text.empty() ? std::nullopt : compileExpression(step.when, model.fileText, scope);
    if (step.key.size() != sequence.key.size()) {
      error(DiagnosticCode::kConflict, step.name,
            "step '" + step.name.text + "' has a key of " + std::to_string(step.key.size()) +
                " fields, the sequence one of " + std::to_string(sequence.key.size()),
            "steps belong together when their keys have the same values");
    }
    auto key = compileKey(step.key);
    if (condition) rule.steps.push_back({step.name.text, std::move(*condition), std::move(key)});
  }
  if (sequence.steps.size() > kMaxSteps) {
    error(DiagnosticCode::kTooComplex, sequence.steps[kMaxSteps].name,
          "a sequence has at most " + std::to_string(kMaxSteps) + " steps");
  }
  recipe.sequence = std::move(rule);
}

}  // namespace exectrail::analyzer
