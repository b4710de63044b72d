// The engine against a naive one: generated recipes x generated traces. The naive one knows no
// program, no tree and no record: it asks its own model of what ran, formula by formula.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "analyzer/output/json.h"
#include "tests/analyzer/analysis.h"
#include "tests/support/traces.h"
#include "tests/support/tries.h"

namespace exectrail::analyzer {
namespace {

using test::image;

// One execution; what is empty or negative is not known.
struct Run {
  int parent = -1;  // index of another, or -1: nothing stands above
  std::string path;
  std::vector<std::string> args;
  bool argsKnown = true;
  int user = -1;
  bool refused = false;  // an attempt of `parent`
};
using Runs = std::vector<Run>;

constexpr const char* kFolders[] = {"/tmp", "/tmp/a", "/srv", "/usr/bin"};
constexpr const char* kNames[] = {"sh", "nginx", "x", "tool"};
constexpr const char* kArgs[] = {"-c", "-x", "evil", "plain"};

// -1 false, 0 not known, 1 true.
int answer(bool known, bool value) { return known ? (value ? 1 : -1) : 0; }

std::string nameIn(const std::string& path) { return path.substr(path.rfind('/') + 1); }

struct Formula {
  enum class Kind {
    kName,
    kUser,
    kFolder,
    kAnyArg,
    kCountArgs,
    kAnd,
    kOr,
    kNot,
    kAnyAbove,
    kAllAbove,
    kNearest,
    kCountAbove,
    kAnyAncestor,
    kAncestor
  };
  enum class Who { kSelf, kParent, kItem };

  Kind kind = Kind::kName;
  Who who = Who::kSelf;
  std::size_t choice = 0;
  std::vector<Formula> children;

  std::string field(const std::string& name) const {
    if (who == Who::kItem) return "." + name;
    return (who == Who::kParent ? "parent." : "process.") + name;
  }

  std::string text() const {
    const auto child = [this](std::size_t i) { return children[i].text(); };
    switch (kind) {
      case Kind::kName:
        return field("name") + " == '" + kNames[choice] + "'";
      case Kind::kUser:
        return field("user.id") + " == " + std::to_string(choice);
      case Kind::kFolder:
        return "file.path under '" + std::string(kFolders[choice]) + "'";
      case Kind::kAnyArg:
        return "any(args, it == '" + std::string(kArgs[choice]) + "')";
      case Kind::kCountArgs:
        return "count(args, it startswith '-') >= " + std::to_string(choice);
      case Kind::kAnd:
        return "(" + child(0) + " and " + child(1) + ")";
      case Kind::kOr:
        return "(" + child(0) + " or " + child(1) + ")";
      case Kind::kNot:
        return "not (" + child(0) + ")";
      case Kind::kAnyAbove:
        return "any(lineage, " + child(0) + ")";
      case Kind::kAllAbove:
        return "all(lineage, " + child(0) + ")";
      case Kind::kNearest:
        return "nearest(lineage, " + child(0) + ", " + child(1) + ")";
      case Kind::kCountAbove:
        return "count(lineage, " + child(0) + ") > " + std::to_string(choice);
      case Kind::kAnyAncestor:
        return "any(ancestors, " + child(0) + ")";
      case Kind::kAncestor:
        return "any(ancestors[" + std::to_string(choice + 1) + "], " + child(0) + ")";
    }
    return {};
  }
};

class Naive {
 public:
  explicit Naive(const Runs& runs) : runs_(runs) {}

  int ask(const Formula& formula, int self, int item = -1) const {
    const auto child = [&](std::size_t i) { return ask(formula.children[i], self, item); };
    switch (formula.kind) {
      case Formula::Kind::kName:
      case Formula::Kind::kUser:
        return askImage(formula, self, item);
      case Formula::Kind::kFolder: {
        const std::string& path = runs_[index(self)].path;
        return answer(!path.empty(), path.starts_with(std::string(kFolders[formula.choice]) + "/"));
      }
      case Formula::Kind::kAnyArg: {
        const Run& run = runs_[index(self)];
        return answer(run.argsKnown, std::ranges::count(run.args, kArgs[formula.choice]) > 0);
      }
      case Formula::Kind::kCountArgs: {
        const Run& run = runs_[index(self)];
        const auto options = std::ranges::count_if(
            run.args, [](const std::string& argument) { return argument.starts_with('-'); });
        return answer(run.argsKnown, static_cast<std::size_t>(options) >= formula.choice);
      }
      case Formula::Kind::kAnd:
        return std::min(child(0), child(1));
      case Formula::Kind::kOr:
        return std::max(child(0), child(1));
      case Formula::Kind::kNot:
        return -child(0);
      default:
        return askAbove(formula, self);
    }
  }

 private:
  static std::size_t index(int at) { return static_cast<std::size_t>(at); }

  // A failed attempt is its caller's: what runs is the caller.
  int imageOf(int self) const {
    const Run& run = runs_[index(self)];
    return run.refused ? run.parent : self;
  }

  int askImage(const Formula& formula, int self, int item) const {
    int at = imageOf(self);
    if (formula.who == Formula::Who::kParent) at = runs_[index(at)].parent;
    if (formula.who == Formula::Who::kItem) at = item;
    if (at < 0) return -1;  // nobody is there to be anything
    const Run& run = runs_[index(at)];
    if (formula.kind == Formula::Kind::kUser) {
      return answer(run.user >= 0, run.user == static_cast<int>(formula.choice));
    }
    return answer(!run.path.empty(), nameIn(run.path) == kNames[formula.choice]);
  }

  // Every process of these runs one image. Above an attempt, its caller is an image that stands
  // above, and not an ancestor of its own.
  int askAbove(const Formula& formula, int self) const {
    using Kind = Formula::Kind;
    std::vector<int> above;
    const bool ancestors = formula.kind == Kind::kAnyAncestor || formula.kind == Kind::kAncestor;
    const int from = ancestors ? imageOf(self) : self;
    for (int at = runs_[index(from)].parent; at >= 0; at = runs_[index(at)].parent) {
      above.push_back(at);
    }
    if (formula.kind == Kind::kNearest) return nearest(formula, self, above, 0);
    if (formula.kind == Kind::kAncestor) {
      return formula.choice < above.size() ? ask(formula.children[0], self, above[formula.choice])
                                           : -1;
    }
    int best = formula.kind == Formula::Kind::kAllAbove ? 1 : -1;
    int surely = 0;
    int possibly = 0;
    for (const int at : above) {
      const int one = ask(formula.children[0], self, at);
      best = formula.kind == Formula::Kind::kAllAbove ? std::min(best, one) : std::max(best, one);
      surely += one == 1 ? 1 : 0;
      possibly += one >= 0 ? 1 : 0;
    }
    if (formula.kind != Formula::Kind::kCountAbove) return best;
    const int limit = static_cast<int>(formula.choice);
    return surely > limit ? 1 : possibly > limit ? 0 : -1;
  }

  // By its definition: if this one is it, its answer; if it may be, only what both ways give.
  int nearest(const Formula& formula, int self, const std::vector<int>& above,
              std::size_t from) const {
    if (from == above.size()) return -1;
    const int found = ask(formula.children[0], self, above[from]);
    if (found < 0) return nearest(formula, self, above, from + 1);
    const int then = ask(formula.children[1], self, above[from]);
    if (found == 1) return then;
    const int otherwise = nearest(formula, self, above, from + 1);
    return then == otherwise ? then : 0;
  }

  const Runs& runs_;
};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  Formula formula(int depth, bool inLineage) {
    using Kind = Formula::Kind;
    Formula formula;
    const std::size_t kinds = depth == 0 ? 5 : inLineage ? 8 : 14;
    formula.kind = static_cast<Kind>(below(kinds));
    formula.choice = below(4);
    formula.who = static_cast<Formula::Who>(below(inLineage ? 3 : 2));
    if (formula.kind <= Kind::kCountArgs) return formula;
    const bool above = formula.kind >= Kind::kAnyAbove;
    const bool two =
        formula.kind == Kind::kAnd || formula.kind == Kind::kOr || formula.kind == Kind::kNearest;
    for (int i = 0; i < (two ? 2 : 1); ++i) {
      formula.children.push_back(this->formula(depth - 1, inLineage || above));
    }
    return formula;
  }

  Runs runs() {
    Runs runs(3 + below(6));
    for (std::size_t i = 0; i < runs.size(); ++i) {
      Run& run = runs[i];
      run.parent = i == 0 ? -1 : static_cast<int>(below(i));
      while (run.parent >= 0 && runs[static_cast<std::size_t>(run.parent)].refused) --run.parent;
      run.refused = i != 0 && run.parent >= 0 && below(5) == 0;
      if (run.refused || below(6) != 0) {
        run.path = std::string(kFolders[below(4)]) + "/" + kNames[below(4)];
      }
      run.user = below(5) == 0 ? -1 : static_cast<int>(below(4));
      run.argsKnown = below(5) != 0;
      for (std::size_t n = below(4); n > 0; --n) run.args.emplace_back(kArgs[below(4)]);
    }
    return runs;
  }

 private:
  std::mt19937 random_;
};

test::Records recordsOf(const Runs& runs) {
  test::Records records;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Run& run = runs[i];
    const auto pid = static_cast<std::uint32_t>(i + 1);
    const auto caller = image(static_cast<std::uint32_t>(run.parent + 1));
    if (run.refused) {
      auto record = test::attempt(run.path, 13, caller).number(pid).args(run.args);
      if (!run.argsKnown) record.noArgs();
      records.push_back(record);
      continue;
    }
    auto record = test::exec(run.path).pid(pid).args(run.args);
    record = run.parent < 0 ? record.top() : record.by(caller);
    if (run.path.empty()) record.noExecutable().noTyped();
    if (!run.argsKnown) record.noArgs();
    if (run.user < 0) {
      record.noUser();
    } else {
      record.user(static_cast<std::uint32_t>(run.user));
    }
    records.push_back(record);
  }
  return records;
}

struct GeneratedRecipe {
  std::optional<Formula> when;
  std::vector<Formula> raise;
  std::vector<Formula> lower;

  std::string text() const {
    std::string text =
        "recipe: test\nversion: 1.0.0\ntitle: T\nseverity: per class\n"
        "judge: {results: [ok, EACCES], path: file.path}\n"
        "classes:\n  outer: {severity: medium, under: [/tmp, /srv]}\n"
        "  inner: {severity: high, under: [/tmp/a]}\n";
    const auto quoted = [](const Formula& formula) {
      std::string result = "'";
      for (const char c : formula.text()) result += c == '\'' ? "''" : std::string(1, c);
      return result + "'";
    };
    if (when) text += "when: " + quoted(*when) + "\n";
    const auto add = [&](const char* key, const char* name, const std::vector<Formula>& formulas) {
      if (!formulas.empty()) text += std::string(key) + ":\n";
      for (std::size_t i = 0; i < formulas.size(); ++i) {
        text += "  " + (name + std::to_string(i)) + ": " + quoted(formulas[i]) + "\n";
      }
    };
    add("raise", "up", raise);
    add("lower", "down", lower);
    return text;
  }

  // "class severity", "?" or "-" for one execution.
  std::string verdict(const Runs& runs, int self) const {
    const Naive naive(runs);
    const std::string& path = runs[static_cast<std::size_t>(self)].path;
    const bool inner = path.starts_with("/tmp/a/");
    const bool outer = path.starts_with("/tmp/") || path.starts_with("/srv/");
    int trigger = answer(!path.empty(), inner || outer);
    if (when && trigger >= 0) trigger = std::min(trigger, naive.ask(*when, self));
    if (trigger < 0) return "-";
    if (trigger == 0) return "?";
    int severity = inner ? 3 : 2;
    for (const Formula& formula : raise) severity += naive.ask(formula, self) == 1 ? 1 : 0;
    for (const Formula& formula : lower) severity -= naive.ask(formula, self) == 1 ? 1 : 0;
    return std::string(inner ? "inner " : "outer ") +
           std::string(kSeverityNames.at(static_cast<std::size_t>(std::clamp(severity, 0, 4))));
  }
};

GeneratedRecipe generate(Generator& generator) {
  GeneratedRecipe recipe;
  if (generator.below(2) == 0) recipe.when = generator.formula(3, false);
  for (std::size_t n = generator.below(3); n > 0; --n) {
    recipe.raise.push_back(generator.formula(3, false));
  }
  for (std::size_t n = generator.below(3); n > 0; --n) {
    recipe.lower.push_back(generator.formula(2, false));
  }
  return recipe;
}

std::string jsonOf(const test::Analysis& analysis) {
  std::string json;
  for (const Alert& alert : analysis.alerts) json += toJsonLine(alert, test::header(), "0");
  return json;
}

TEST(ProgramOracle, AgreesWithTheNaiveOneAndOnAnyBatchSize) {
  std::size_t alerts = 0;
  std::size_t inconclusive = 0;
  for (unsigned seed = 0; seed < test::tries(200); ++seed) {
    Generator generator(seed);
    const GeneratedRecipe recipe = generate(generator);
    const auto program = test::compiled(recipe.text());
    for (int trace = 0; trace < 4; ++trace) {
      const Runs runs = generator.runs();
      const test::Records records = recordsOf(runs);
      const test::Analysis analysis = test::analyze(*program, records);
      std::vector<std::string> expected;
      std::size_t unknown = 0;
      for (std::size_t i = 0; i < runs.size(); ++i) {
        const std::string verdict = recipe.verdict(runs, static_cast<int>(i));
        if (verdict == "?") ++unknown;
        if (verdict != "-" && verdict != "?") expected.push_back(verdict);
      }
      std::vector<std::string> got;
      for (const Alert& alert : analysis.alerts) {
        got.push_back(alert.directoryClass + " " + std::string(name(alert.severity)));
      }
      ASSERT_EQ(got, expected) << "seed " << seed << "\n" << recipe.text();
      ASSERT_EQ(analysis.summary.recipes.at("test").inconclusive, unknown)
          << "seed " << seed << "\n"
          << recipe.text();
      alerts += got.size();
      inconclusive += unknown;
      for (const std::size_t perBatch : {1U, 3U, 1000U}) {
        const auto again = test::analyzeBytes(*program, test::traceBytes(records, perBatch));
        ASSERT_EQ(jsonOf(again), jsonOf(analysis)) << "seed " << seed << ", batch " << perBatch;
      }
    }
  }
  // The test tests something.
  EXPECT_GT(alerts, test::tries(500));
  EXPECT_GT(inconclusive, test::tries(100));
}

}  // namespace
}  // namespace exectrail::analyzer
