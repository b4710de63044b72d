#include "replay/scenes/goals.h"

#include <algorithm>

#include "replay/scenes/samples.h"

namespace exectrail::replay {
namespace {

using analyzer::Condition;
using Kind = Condition::Kind;
using Cases = std::vector<DecisiveCase>;

class Collector {
 public:
  explicit Collector(MadeConditions& made) : made_(made) {}

  Cases of(const Condition& at) {
    switch (at.kind) {
      case Kind::kAnd:
      case Kind::kOr:
        return among(at);
      case Kind::kNot: {
        Cases cases = of(at.children.front());
        for (DecisiveCase& each : cases) each.value = !each.value;
        return cases;
      }
      case Kind::kSurely:
        return of(at.children.front());
      case Kind::kAny:
      case Kind::kAll:
      case Kind::kCount:
        return quantified(at);
      case Kind::kNearest:
        return nearest(at);
      default:
        return leaf(at);
    }
  }

 private:
  // Each child decides in turn, its siblings do not.
  Cases among(const Condition& at) {
    const bool others = at.kind == Kind::kAnd;
    Cases all;
    for (std::size_t i = 0; i < at.children.size(); ++i) {
      for (DecisiveCase& each : of(at.children[i])) {
        for (std::size_t j = 0; j < at.children.size(); ++j) {
          if (j != i) each.goals.push_back({&at.children[j], others, {}, {}, {}});
        }
        all.push_back(std::move(each));
      }
    }
    return all;
  }

  Cases quantified(const Condition& at) {
    Cases all = {{{{&at, true, {}, {}, {}}}, true, at.text},
                 {{{&at, false, {}, {}, {}}}, false, at.text}};
    const Condition& body = at.children.front();
    if (at.kind == Kind::kCount) {
      for (std::int64_t n = std::max<std::int64_t>(at.number - 1, 0); n <= at.number + 1; ++n) {
        all.push_back({{{&at, true, {{&body, true, {}, {}, {}}}, {}, n}}, true, at.text});
      }
    }
    for (DecisiveCase& each : of(body)) {
      const bool must = at.kind == Kind::kAll ? each.value : !each.value;
      Goals goals = {{&at, true, std::move(each.goals), {}, {}}};
      // What holds for all elements has to hold for the others as well.
      if (must) goals.push_back({&at, at.kind == Kind::kAll, {}, {}, {}});
      all.push_back({std::move(goals), each.value, std::move(each.about)});
    }
    return all;
  }

  Cases nearest(const Condition& at) {
    Cases all;
    for (const bool second : {false, true}) {
      for (DecisiveCase& each : of(at.children[second ? 1 : 0])) {
        each.goals.push_back({&at.children[second ? 0 : 1], true, {}, {}, {}});
        all.push_back({{{&at, true, std::move(each.goals), {}, {}}}, each.value, each.about});
      }
    }
    return all;
  }

  Cases leaf(const Condition& at) {
    Cases all = {{{{&at, true, {}, {}, {}}}, true, at.text},
                 {{{&at, false, {}, {}, {}}}, false, at.text}};
    const bool number = at.kind == Kind::kNumber || at.kind == Kind::kLength;
    if (number && !at.right) {
      for (std::int64_t n = at.number - 1; n <= at.number + 1; ++n) {
        if (n >= 0) all.push_back({{{&at, true, {}, {}, n}}, true, at.text});
      }
    }
    for (std::size_t i = 0; at.numbers.size() > 1 && i < at.numbers.size(); ++i) {
      all.push_back({{{&at, true, {}, {}, at.numbers[i]}}, true, std::to_string(at.numbers[i])});
    }
    for (std::size_t i = 0; at.texts.size() > 1 && i < at.texts.size(); ++i) {
      Condition& only = made_.emplace_back(at);
      only.texts = {at.texts[i]};
      Condition& rest = made_.emplace_back(at);
      rest.texts.erase(rest.texts.begin() + static_cast<std::ptrdiff_t>(i));
      all.push_back(byOne(at, samplesOf(only), rest, at.texts[i]));
    }
    if (at.set) entries(at, all);
    return all;
  }

  void entries(const Condition& at, Cases& all) {
    std::vector<std::string> exact(at.set->exact().begin(), at.set->exact().end());
    std::sort(exact.begin(), exact.end());
    const auto& globs = at.set->globs();
    if (exact.size() + globs.size() < 2) return;
    for (std::size_t left = 0; left < exact.size() + globs.size(); ++left) {
      auto smaller = std::make_shared<analyzer::TextSet>();
      for (std::size_t i = 0; i < exact.size(); ++i) {
        if (i != left) smaller->add(analyzer::Glob::literal(exact[i]));
      }
      for (std::size_t i = 0; i < globs.size(); ++i) {
        if (i + exact.size() != left) smaller->add(globs[i]);
      }
      Condition& rest = made_.emplace_back(at);
      rest.set = smaller;
      if (left < exact.size()) {
        all.push_back(byOne(at, {exact[left]}, rest, exact[left]));
      } else {
        const std::string& pattern = globs[left - exact.size()].pattern();
        all.push_back(byOne(at, samplesOfGlob(pattern), rest, pattern));
      }
    }
  }

  // True by this entry alone.
  static DecisiveCase byOne(const Condition& at, std::vector<std::string> samples,
                            const Condition& rest, const std::string& entry) {
    return {{{&at, true, {}, std::move(samples), {}}, {&rest, false, {}, {}, {}}},
            true,
            "'" + entry + "'"};
  }

  MadeConditions& made_;
};

}  // namespace

std::vector<DecisiveCase> decisiveCases(const Condition& condition, MadeConditions& made) {
  return Collector(made).of(condition);
}

}  // namespace exectrail::replay
