#include "analyzer/engine/judge.h"

#include <algorithm>

#include "analyzer/engine/evaluate.h"
#include "analyzer/engine/facts.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMaxMissing = 3;  // named per condition; one is mostly enough

std::string join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

std::string stepText(int step) {
  if (step == 0) return "tag";
  return step > 0 ? "+1" : "-1";
}

class Judge {
 public:
  Judge(const Recipe& recipe, const Judged& judged, std::int64_t realtimeNs, const Memory& memory)
      : recipe_(recipe), judged_(judged), realtimeNs_(realtimeNs), memory_(memory) {}

  Verdict run() {
    if (concerns()) decide();
    return std::move(verdict_);
  }

  // Finds path, class and severity.
  Tri triggerOfClass() {
    base_ = recipe_.severity.value_or(Severity::kInfo);
    if (!recipe_.classified) {
      const Place& place = recipe_.path == PathSource::kArgument ? judged_.scriptArgument().place
                                                                 : judged_.filePlace();
      if (place.kind == PlaceKind::kPath) verdict_.path = place.path;
      return Tri::kTrue;
    }
    match_ = recipe_.path == PathSource::kArgument ? classOfArgument() : findClass();
    if (!match_) return unknownPath_ ? Tri::kUnknown : Tri::kFalse;
    verdict_.directoryClass = match_->directoryClass->name;
    base_ = recipe_.severity.value_or(moved(match_->directoryClass->severity, recipe_.classStep));
    return Tri::kTrue;
  }

 private:
  void decide() {
    Tri trigger = triggerOfClass();
    if (trigger == Tri::kFalse) return;
    if (recipe_.when)
      trigger = both(trigger, evaluate(*recipe_.when, judged_, verdict_.directoryClass));
    Reason remembered;
    if (trigger == Tri::kTrue && memory_) trigger = memory_(verdict_.directoryClass, remembered);
    if (trigger == Tri::kUnknown) verdict_.kind = Verdict::Kind::kInconclusive;
    if (trigger != Tri::kTrue) return;
    verdict_.kind = Verdict::Kind::kAlert;
    tellTrigger();
    int steps = 0;
    if (verdict_.typedPathOnly) {
      --steps;
      verdict_.reasons.push_back(
          {"typed_path_only", "-1", "the file that ran is " + judged_.filePlace().path, {}});
    }
    for (const Modifier& modifier : recipe_.modifiers) {
      if (applies(modifier.condition, modifier.name)) {
        steps += modifier.step;
        verdict_.reasons.push_back(
            {modifier.name, stepText(modifier.step), join(because_), modifier.source});
      }
    }
    verdict_.severity = moved(base_, steps);
    applyExemption();
    if (!remembered.name.empty()) verdict_.reasons.push_back(std::move(remembered));
  }

  // Whether it is of the kind that the recipe is about.
  bool concerns() const {
    if (judged_.isMapping()) return std::ranges::count(recipe_.mappings, judged_.mapping()) > 0;
    return std::ranges::count(recipe_.results, judged_.errorNumber()) > 0;
  }

  // What made it an alert.
  void tellTrigger() {
    if (match_) {
      verdict_.reasons.push_back(
          {std::string(verdict_.directoryClass),
           "class " + std::string(name(base_)),
           std::string(verdict_.path) + " matches " + std::string(match_->pattern),
           {}});
    }
    if (!recipe_.when) return;
    Findings findings;
    evaluate(*recipe_.when, judged_, verdict_.directoryClass, findings);
    verdict_.reasons.push_back(
        {"when", "severity " + std::string(name(base_)), join(findings.because), {}});
  }

  // Of the script that an interpreter was given; `#!` lines are exec_from_unusual_dir's business.
  std::optional<Classifier::Match> classOfArgument() {
    if (judged_.script() || judged_.attempt()) return std::nullopt;
    const Judged::Script& script = judged_.scriptArgument();
    if (script.absent) return std::nullopt;
    verdict_.argument = true;
    unknownPath_ = script.place.kind == PlaceKind::kUnknown;
    std::optional<Classifier::Match> match;
    if (script.place.kind == PlaceKind::kPath) {
      verdict_.path = script.place.path;
      match = recipe_.classifier.classify(script.place.path);
    }
    return worseOfOthers(match);
  }

  // The interpreter may run or load more than the script.
  std::optional<Classifier::Match> worseOfOthers(std::optional<Classifier::Match> match) {
    for (const Judged::Script::Other& other : judged_.scriptArgument().others) {
      if (other.place.kind != PlaceKind::kPath) continue;
      const auto found = recipe_.classifier.classify(other.place.path);
      if (!found) continue;
      if (match && match->directoryClass->severity >= found->directoryClass->severity) continue;
      match = found;
      verdict_.path = other.place.path;
      verdict_.given = true;
      verdict_.interpreter = false;
      verdict_.evidence = other.evidence;
    }
    return match;
  }

  // `#!` in an open file: it lies in memory, or where nobody is to see. The interpreter is told to
  // read /dev/fd/N.
  std::optional<Classifier::Match> classOfOpenScript() {
    verdict_.path = judged_.typedPath().value;
    verdict_.evidence = judged_.typedPath().evidence;
    const auto match = recipe_.classifier.classify(verdict_.path);
    return match ? match : recipe_.classifier.classify("/dev/fd");
  }

  // Sets what decided; sets unknownPath_ if that hangs on what is not known.
  std::optional<Classifier::Match> findClass() {
    const Place& file = judged_.filePlace();
    std::optional<Classifier::Match> match;
    if (file.kind == PlaceKind::kPath) {
      match = recipe_.classifier.classify(file.path);
      verdict_.path = file.path;
    }
    if (judged_.script()) {
      if (judged_.typedPlace().kind == PlaceKind::kHandle) match = classOfOpenScript();
      match = worseOfOthers(worseOfInterpreter(match));
    }
    if (match) return match;
    if (file.kind != PlaceKind::kPath) {
      unknownPath_ = true;
      return std::nullopt;
    }
    if (!judged_.fileResolved()) {
      // What ran may lie elsewhere than what was typed says: behind a link, below another root.
      unknownPath_ = !judged_.attempt() && !judged_.script();
      return std::nullopt;
    }
    if (recipe_.typedPathOnly == TypedPathOnly::kIgnore) return std::nullopt;
    const Place& typed = judged_.typedPlace();
    if (typed.kind == PlaceKind::kPath) {
      verdict_.path = typed.path;
      verdict_.typedPathOnly = true;
      return recipe_.classifier.classify(typed.path);
    }
    // An open file that was named instead of a place (/dev/fd/3) is the resolved one.
    const bool handle = typed.kind == PlaceKind::kHandle;
    unknownPath_ = !handle;
    return std::nullopt;
  }

  // A script in a good place may name an interpreter in a bad one.
  std::optional<Classifier::Match> worseOfInterpreter(std::optional<Classifier::Match> script) {
    if (judged_.facts() == nullptr) return script;
    const Place& interpreter = judged_.facts()->place();
    if (interpreter.kind != PlaceKind::kPath) return script;
    auto match = recipe_.classifier.classify(interpreter.path);
    if (!match) return script;
    if (script && script->directoryClass->severity >= match->directoryClass->severity) {
      return script;
    }
    verdict_.path = interpreter.path;
    verdict_.interpreter = true;
    return match;
  }

  // What is unknown does not apply, and is said.
  bool applies(const Condition& condition, const std::string& conditionName) {
    // Mostly it does not, and then nobody needs words for it.
    if (evaluate(condition, judged_, verdict_.directoryClass) == Tri::kFalse) return false;
    Findings findings;
    const Tri result = evaluate(condition, judged_, verdict_.directoryClass, findings);
    because_ = std::move(findings.because);
    if (result != Tri::kUnknown) return result == Tri::kTrue;
    std::vector<std::string> missing;
    for (std::string& what : findings.missing) {
      if (missing.size() < kMaxMissing && std::ranges::count(missing, what) == 0) {
        missing.push_back(std::move(what));
      }
    }
    verdict_.unknown.push_back(conditionName);
    verdict_.unknownBecause[conditionName] = join(missing);
    return false;
  }

  void applyExemption() {
    for (const Exemption& exemption : recipe_.exemptions) {
      const auto matches = [this](const Glob& glob) { return glob.matches(verdict_.path); };
      if (!std::ranges::any_of(exemption.paths, matches)) continue;
      if (exemption.untilNs && realtimeNs_ >= *exemption.untilNs) continue;
      if (!applies(exemption.parent, exemption.name)) continue;
      verdict_.exemption = exemption.name;
      verdict_.severity = Severity::kInfo;
      verdict_.reasons.push_back(
          {exemption.name, "exempt", join(because_) + ": " + exemption.why, exemption.source});
      return;
    }
  }

  const Recipe& recipe_;
  const Judged& judged_;
  std::int64_t realtimeNs_;
  const Memory& memory_;
  Verdict verdict_;
  std::optional<Classifier::Match> match_;
  Severity base_ = Severity::kInfo;
  bool unknownPath_ = false;
  std::vector<std::string> because_;
};

}  // namespace

Tri triggerOfClass(const Recipe& recipe, const Judged& judged) {
  return Judge(recipe, judged, 0, {}).triggerOfClass();
}

Verdict judge(const Recipe& recipe, const Judged& judged, std::int64_t realtimeNs,
              const Memory& memory) {
  return Judge(recipe, judged, realtimeNs, memory).run();
}

}  // namespace exectrail::analyzer
