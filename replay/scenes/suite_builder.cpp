#include "replay/scenes/suite_builder.h"

#include <algorithm>
#include <set>

#include "replay/scenes/samples.h"

namespace exectrail::replay {
namespace {

using analyzer::Attribute;
using analyzer::Condition;
using analyzer::Recipe;

// Suppression begins after that many; more is not built.
constexpr unsigned kMostRepeats = 64;

void variables(const Condition& at, std::set<std::string>& names) {
  if (at.left.attribute == Attribute::kVariable) names.insert(at.left.key);
  if (at.right && at.right->attribute == Attribute::kVariable) names.insert(at.right->key);
  for (const Condition& each : at.children) variables(each, names);
}

class Builder {
 public:
  Builder(const Recipe& recipe, const Ask& ask) : recipe_(recipe), ask_(ask) {}

  Scenes run() {
    base();
    condition();
    classes();
    modifiers();
    exemptions();
    sequence();
    memory();
    return {std::move(scenes_), std::move(undecided_)};
  }

 private:
  // What it is asked about, the likeliest first.
  std::vector<Wish> triggers() const {
    std::vector<Wish> all;
    for (const std::uint16_t result : recipe_.results) {
      Wish wish;
      wish.result = result;
      all.push_back(std::move(wish));
    }
    for (const trace::MappingRole role : recipe_.mappings) {
      Wish wish;
      wish.mapping = role;
      all.push_back(std::move(wish));
    }
    for (Wish& each : all) {
      each.source = recipe_.path;
      if (!recipe_.classified) continue;
      each.classifier = &recipe_.classifier;
      for (const std::string& entry : recipe_.classifier.entries()) {
        for (std::string& path : pathsOf(entry)) each.paths.push_back(std::move(path));
      }
      each.path = [this](const std::string& path) {
        return recipe_.classifier.classify(path).has_value();
      };
    }
    return all;
  }

  // Of "temp: /tmp".
  static std::vector<std::string> pathsOf(const std::string& entry) {
    const std::string pattern = entry.substr(entry.find(": ") + 2);
    if (pattern.find_first_of("*?[{\\") != std::string::npos) return samplesOfGlob(pattern);
    return {pattern + "/x", pattern + "/x/y"};
  }

  Goals trigger() const {
    Goals goals;
    if (recipe_.when) goals.push_back({&*recipe_.when, true, {}, {}, {}});
    return goals;
  }

  // The scene, with what has to come before it: the steps of a sequence, all but one of a count.
  Scene whole(Scene scene) const {
    scene.before.insert(scene.before.begin(), steps_.begin(), steps_.end());
    for (SceneImage& each : scene.before) linked(each, scene);
    if (recipe_.count && base_ && scene.result == 0) {
      for (std::uint32_t i = 1; i < std::min(recipe_.count->atLeast, kMostRepeats); ++i) {
        SceneImage one = base_->process;
        one.executable.insert(one.executable.rfind('/'), "/before" + std::to_string(i));
        scene.before.push_back(std::move(one));
      }
    } else if (recipe_.count && scene.repeats == 1) {
      scene.repeats = std::min(recipe_.count->atLeast, kMostRepeats);
    }
    return scene;
  }

  // A step that is joined by a path names that path.
  void linked(SceneImage& step, const Scene& scene) const {
    if (!recipe_.sequence) return;
    const bool plain = scene.target.empty();
    const std::string& path = plain ? scene.process.executable : scene.target;
    for (const auto& each : recipe_.sequence->steps) {
      for (const analyzer::KeyField& key : each.key) {
        const Attribute about = key.ref.attribute;
        const bool named = about == Attribute::kArgumentPaths || about == Attribute::kArguments;
        if (named && std::ranges::count(step.args, path) == 0) step.args.push_back(path);
      }
    }
  }

  // Adds the first scene that answers as wanted; failing that, the first of all.
  void add(const std::string& about, const Goals& goals, bool alerts,
           const std::function<void(Wish&)>& change = nullptr, const std::string& reason = {},
           bool withReason = true) {
    std::optional<Scene> any;
    for (Wish wish : triggers()) {
      wish.goals = goals;
      if (change) change(wish);
      const auto found = solve(wish, [&](const Scene& proposed) {
        Scene scene = whole(proposed);
        if (!any) any = scene;
        const Answer answer = ask_(scene);
        if (answer.alerts != alerts) return false;
        const bool has = std::ranges::count(answer.reasons, reason) > 0;
        return reason.empty() || has == withReason;
      });
      if (!found) continue;
      keep(about, whole(*found));
      return;
    }
    if (any) keep(about, *any);
    undecided_.emplace_back(about, any ? "no execution was found in which it decides"
                                       : "nothing was found that satisfies it and what surrounds "
                                         "it: they exclude one another, or the search missed it");
  }

  void keep(const std::string& about, Scene scene) {
    scene.about = about;
    scenes_.push_back(std::move(scene));
  }

  void base() {
    if (recipe_.sequence) solveSteps();
    for (const Wish& trigger : triggers()) {
      Wish wish = trigger;
      wish.goals = this->trigger();
      const bool counts = recipe_.count.has_value() && wish.result == 0;
      const auto found = solve(wish, [&](const Scene& scene) {
        if (counts) {
          Scene many = scene;
          many.repeats = std::min(recipe_.count->atLeast, kMostRepeats);
          many.varied = true;
          return ask_(many).alerts;
        }
        return ask_(whole(scene)).alerts;
      });
      if (!found) continue;
      if (!base_) base_ = *found;
      keep(wish.result == 0 ? "base" : "errno " + std::to_string(wish.result), whole(*found));
    }
  }

  void solveSteps() {
    for (const auto& step : recipe_.sequence->steps) {
      Wish wish;
      wish.goals = {{&step.condition, true, {}, {}, {}}};
      const auto found = solve(wish, [](const Scene& scene) { return !scene.script; });
      if (found) steps_.push_back(found->process);
    }
  }

  void condition() {
    if (!recipe_.when) return;
    for (const DecisiveCase& each : decisiveCases(*recipe_.when, made_)) {
      add(each.about, each.goals, each.value);
    }
  }

  void classes() {
    if (!recipe_.classified) return;
    for (const std::string& entry : recipe_.classifier.entries()) {
      const std::string pattern = entry.substr(entry.find(": ") + 2);
      const std::string name = entry.substr(0, entry.find(": "));
      add(entry, trigger(), true, [&](Wish& wish) {
        wish.paths = pathsOf(entry);
        wish.path = [this, pattern, name](const std::string& path) {
          const auto match = recipe_.classifier.classify(path);
          return match && match->pattern == pattern && match->directoryClass->name == name;
        };
      });
    }
    for (const analyzer::DirectoryClass& each : recipe_.classifier.classes()) {
      for (const analyzer::Glob& glob : each.except) {
        add(each.name + ": except " + glob.pattern(), trigger(), false, [&](Wish& wish) {
          wish.paths = samplesOfGlob(glob.pattern());
          wish.path = [&glob](const std::string& path) { return glob.matches(path); };
        });
      }
    }
    if (recipe_.typedPathOnly == analyzer::TypedPathOnly::kIgnore || !base_) return;
    Scene scene = *base_;
    scene.typed = scene.process.executable;
    scene.process.executable = "/usr/bin/elsewhere";
    keep("typed_path_only", scene);
  }

  void modifiers() {
    for (const analyzer::Modifier& modifier : recipe_.modifiers) {
      for (const DecisiveCase& each : decisiveCases(modifier.condition, made_)) {
        Goals goals = trigger();
        goals.insert(goals.end(), each.goals.begin(), each.goals.end());
        add(modifier.name + ": " + each.about, goals, true, nullptr, modifier.name, each.value);
      }
    }
  }

  void exemptions() {
    for (const analyzer::Exemption& exemption : recipe_.exemptions) {
      const auto inside = [&](std::size_t only) {
        return [&exemption, only](Wish& wish) {
          const auto other = wish.path;
          wish.paths = samplesOfGlob(exemption.paths[only].pattern());
          wish.path = [&exemption, only, other](const std::string& path) {
            if (other && !other(path)) return false;
            for (std::size_t i = 0; i < exemption.paths.size(); ++i) {
              if (exemption.paths[i].matches(path) != (i == only)) return false;
            }
            return true;
          };
        };
      };
      Goals goals = trigger();
      goals.push_back({&exemption.parent, true, {}, {}, {}});
      for (std::size_t i = 0; i < exemption.paths.size(); ++i) {
        add(exemption.name + ": '" + exemption.paths[i].pattern() + "'", goals, true, inside(i),
            exemption.name, true);
      }
      add(
          exemption.name + ": for any path", goals, true,
          [&](Wish& wish) {
            const auto other = wish.path;
            wish.path = [&exemption, other](const std::string& path) {
              const auto matches = [&](const analyzer::Glob& glob) { return glob.matches(path); };
              return (!other || other(path)) && !std::ranges::any_of(exemption.paths, matches);
            };
          },
          exemption.name, false);
      for (const DecisiveCase& each : decisiveCases(exemption.parent, made_)) {
        Goals one = trigger();
        one.insert(one.end(), each.goals.begin(), each.goals.end());
        add(exemption.name + ": " + each.about, one, true, inside(0), exemption.name, each.value);
      }
    }
  }

  void sequence() {
    if (!recipe_.sequence || !base_ || steps_.size() != recipe_.sequence->steps.size()) return;
    keep("without its steps", *base_);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const auto& step = recipe_.sequence->steps[i];
      const SceneImage usual = steps_[i];
      for (const DecisiveCase& each : decisiveCases(step.condition, made_)) {
        Wish wish;
        wish.goals = each.goals;
        const auto found = solve(wish, [&](const Scene& scene) {
          steps_[i] = scene.process;
          return !scene.script && ask_(whole(*base_)).alerts == each.value;
        });
        if (found) {
          steps_[i] = found->process;
          keep(step.name + ": " + each.about, whole(*base_));
        }
      }
      steps_[i] = usual;
    }
  }

  // What hangs on more than one: counts and suppression.
  void memory() {
    if (!base_) return;
    const std::uint32_t each = recipe_.count ? recipe_.count->atLeast : 1;
    std::set<std::uint32_t> times = {2};
    if (recipe_.count) times = {each - 1, each, each + 1, 2 * each - 1, 2 * each, 2 * each + 2};
    if (recipe_.suppression) {
      times.insert((recipe_.suppression->first + 2) * each);
      times.insert(2 * each);
    }
    for (const std::uint32_t number : times) {
      if (number == 0 || number > kMostRepeats) continue;
      for (const bool varied : {false, true}) {
        Scene scene = recipe_.count ? *base_ : whole(*base_);
        scene.repeats = number;
        scene.varied = varied;
        keep(std::to_string(number) + " times", scene);
      }
    }
  }

  const Recipe& recipe_;
  const Ask& ask_;
  MadeConditions made_;
  std::vector<SceneImage> steps_;
  std::optional<Scene> base_;
  std::vector<Scene> scenes_;
  std::vector<std::pair<std::string, std::string>> undecided_;
};

}  // namespace

Scenes scenesOf(const Recipe& recipe, const Ask& ask) { return Builder(recipe, ask).run(); }

std::vector<std::string> variablesOf(const Recipe& recipe) {
  std::set<std::string> names;
  if (recipe.when) variables(*recipe.when, names);
  for (const auto& each : recipe.modifiers) variables(each.condition, names);
  for (const auto& each : recipe.exemptions) variables(each.parent, names);
  if (recipe.sequence) {
    for (const auto& each : recipe.sequence->steps) variables(each.condition, names);
  }
  if (recipe.suppression) {
    for (const auto& key : recipe.suppression->key) {
      if (key.ref.attribute == Attribute::kVariable) names.insert(key.ref.key);
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace exectrail::replay
