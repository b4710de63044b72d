#include "replay/mutation/mutants.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace exectrail::replay {
namespace {

using analyzer::Condition;
using analyzer::Recipe;
using analyzer::Severity;
using Kind = Condition::Kind;

constexpr std::size_t kShown = 80;  // bytes of a clause in the name of a mutant

std::string inQuotes(const std::string& text) {
  std::string line;
  for (const char c : text) {
    if (c != '\n' && (c != ' ' || line.empty() || line.back() != ' ')) line += c;
  }
  if (line.size() > kShown) line = line.substr(0, kShown) + "…";
  return "`" + line + "`";
}

// Makes the change number `wanted` of all that can be made; counts them on its way.
class Mutator {
 public:
  Mutator(Recipe& recipe, std::size_t wanted) : recipe_(recipe), wanted_(wanted) {}

  // Nothing: there are not that many.
  std::optional<std::string> run() {
    judge();
    severity();
    classes();
    if (recipe_.when) condition(*recipe_.when, "when");
    modifiers();
    exemptions();
    rules();
    return change_;
  }
  bool isEntry() const { return entry_; }
  const std::optional<std::string>& equivalent() const { return equivalent_; }

 private:
  bool here(const std::string& change, bool entry = false) {
    if (change_ || next_++ != wanted_) return false;
    change_ = change;
    entry_ = entry;
    return true;
  }

  template <typename List>
  void without(List& list, const std::string& what,
               const std::function<std::string(const typename List::value_type&)>& shown,
               bool entry = false) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!here(what + " without " + shown(list[i]), entry)) continue;
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }

  void judge() {
    without(recipe_.results, "judge: results",
            [](std::uint16_t result) { return "errno " + std::to_string(result); });
    without(recipe_.mappings, "judge: mappings", [](trace::MappingRole role) {
      return std::string(role == trace::MappingRole::kLibrary ? "library" : "loader_target");
    });
    if (recipe_.typedPathOnly == analyzer::TypedPathOnly::kOneLower &&
        here("judge: typed_path_only ignored")) {
      recipe_.typedPathOnly = analyzer::TypedPathOnly::kIgnore;
    }
  }

  void severity() {
    if (!recipe_.severity) return;
    const Severity was = *recipe_.severity;
    for (const int step : {-1, 1}) {
      const Severity moved = analyzer::moved(was, step);
      if (moved != was && here("severity: " + std::string(analyzer::name(moved)))) {
        recipe_.severity = moved;
      }
    }
  }

  void classes() {
    const auto& all = recipe_.classifier.classes();
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (const int step : {-1, 1}) {
        const Severity moved = analyzer::moved(all[i].severity, step);
        if (moved == all[i].severity) continue;
        if (here("class " + all[i].name + ": " + std::string(analyzer::name(moved)))) {
          const auto effect = [this](Severity of) {
            return analyzer::moved(of, recipe_.classStep);
          };
          if (effect(moved) == effect(all[i].severity) && !recipe_.severity) {
            equivalent_ = "a step below, both are " + std::string(analyzer::name(effect(moved)));
          }
          recipe_.classifier = recipe_.classifier.withSeverity(i, moved);
          return;
        }
      }
    }
    const std::vector<std::string> entries = recipe_.classifier.entries();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!here("classes without " + entries[i], true)) continue;
      recipe_.classifier = recipe_.classifier.withoutEntry(i);
      return;
    }
  }

  void condition(Condition& at, const std::string& where) {
    switch (at.kind) {
      case Kind::kAnd:
      case Kind::kOr:
        if (at.children.size() > 1) {
          without(at.children, where + ":",
                  [](const Condition& child) { return inQuotes(child.text); });
        }
        break;
      case Kind::kNot:
        if (here(where + ": without the `not` of " + inQuotes(at.text))) {
          Condition inner = at.children.front();
          at = std::move(inner);
          return;
        }
        break;
      case Kind::kAny:
        if (at.generation != 0) break;  // of one process both ask the same, if there is one
        if (here(where + ": all instead of any in " + inQuotes(at.text))) at.kind = Kind::kAll;
        break;
      case Kind::kNumber:
      case Kind::kLength:
      case Kind::kCount:
        if (!at.right) number(at, where);
        break;
      default:
        break;
    }
    if (at.numbers.size() > 1) {
      without(
          at.numbers, where + ": " + inQuotes(at.text),
          [](std::int64_t value) { return std::to_string(value); }, true);
    }
    if (at.texts.size() > 1) {
      without(
          at.texts, where + ": " + inQuotes(at.text),
          [](const std::string& text) { return "'" + text + "'"; }, true);
    }
    if (at.set) set(at, where);
    for (Condition& child : at.children) condition(child, where);
  }

  void number(Condition& at, const std::string& where) {
    for (const int step : {-1, 1}) {
      if (here(where + ": " + inQuotes(at.text) + " with " + std::to_string(at.number + step))) {
        at.number += step;
        return;
      }
    }
  }

  void set(Condition& at, const std::string& where) {
    std::vector<std::string> exact(at.set->exact().begin(), at.set->exact().end());
    std::sort(exact.begin(), exact.end());  // a hash set has no order
    const auto& globs = at.set->globs();
    if (exact.size() + globs.size() < 2) return;
    const auto rebuilt = [&](std::size_t left) {
      auto smaller = std::make_shared<analyzer::TextSet>();
      for (std::size_t i = 0; i < exact.size(); ++i) {
        if (i != left) smaller->add(analyzer::Glob::literal(exact[i]));
      }
      for (std::size_t i = 0; i < globs.size(); ++i) {
        if (i + exact.size() != left) smaller->add(globs[i]);
      }
      at.set = smaller;
    };
    for (std::size_t i = 0; i < exact.size() + globs.size(); ++i) {
      const std::string name = i < exact.size() ? exact[i] : globs[i - exact.size()].pattern();
      if (!here(where + ": " + inQuotes(at.text) + " without '" + name + "'", true)) continue;
      rebuilt(i);
      return;
    }
  }

  void modifiers() {
    const auto word = [](const analyzer::Modifier& each) {
      return std::string(each.step > 0 ? "raise " : each.step < 0 ? "lower " : "tag ") + each.name;
    };
    without(recipe_.modifiers, "recipe", word);
    for (analyzer::Modifier& each : recipe_.modifiers) condition(each.condition, word(each));
  }

  void exemptions() {
    without(recipe_.exemptions, "recipe",
            [](const analyzer::Exemption& each) { return "exempt " + each.name; });
    for (analyzer::Exemption& each : recipe_.exemptions) {
      if (here("exempt " + each.name + ": for any parent")) {
        each.parent = Condition{};  // the conjunction of nothing
        return;
      }
      if (here("exempt " + each.name + ": for any path")) {
        std::string problem;
        each.paths = {*analyzer::Glob::compile("/**", problem)};
        return;
      }
      condition(each.parent, "exempt " + each.name);
      if (each.paths.size() < 2) continue;
      without(
          each.paths, "exempt " + each.name,
          [](const analyzer::Glob& glob) { return "'" + glob.pattern() + "'"; }, true);
    }
  }

  void rules() {
    if (recipe_.suppression) {
      if (here("recipe without suppress")) {
        recipe_.suppression.reset();
        return;
      }
      if (recipe_.suppression->first != 1 && here("suppress: first 1")) {
        recipe_.suppression->first = 1;
      }
    }
    if (recipe_.count) {
      for (const int step : {-1, 1}) {
        const std::uint32_t changed = recipe_.count->atLeast + static_cast<std::uint32_t>(step);
        if (here("count: at_least " + std::to_string(changed))) {
          recipe_.count->atLeast = changed;
          return;
        }
      }
      time(recipe_.count->withinNs, "count");
    }
    if (recipe_.sequence) {
      without(recipe_.sequence->steps, "sequence",
              [](const analyzer::SequenceRule::Step& step) { return "step " + step.name; });
      for (auto& step : recipe_.sequence->steps) condition(step.condition, "step " + step.name);
      time(recipe_.sequence->withinNs, "sequence");
    }
  }

  void time(std::uint64_t& withinNs, const std::string& where) {
    if (here(where + ": within 1 µs")) withinNs = 1000;
  }

  Recipe& recipe_;
  const std::size_t wanted_;
  std::size_t next_ = 0;
  std::optional<std::string> change_;
  bool entry_ = false;
  std::optional<std::string> equivalent_;
};

}  // namespace

std::vector<Mutant> mutantsOf(const Recipe& recipe) {
  std::vector<Mutant> mutants;
  for (std::size_t number = 0;; ++number) {
    Mutant mutant{recipe, {}, false, {}};
    Mutator mutator(mutant.recipe, number);
    const std::optional<std::string> change = mutator.run();
    if (!change) return mutants;
    mutant.change = *change;
    mutant.entry = mutator.isEntry();
    mutant.equivalent = mutator.equivalent();
    mutants.push_back(std::move(mutant));
  }
}

}  // namespace exectrail::replay
