// exectrail recipes explain: a recipe's conditions for one execution, with values and evidence.
#include <algorithm>
#include <iostream>

#include "analyzer/commands.h"
#include "analyzer/engine/alert_builder.h"
#include "analyzer/engine/explain.h"
#include "analyzer/engine/facts.h"
#include "analyzer/engine/judge.h"
#include "analyzer/judged_trace.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMaxExplained = 20;

std::string nameOf(const Judged& judged) {
  return judged.facts() == nullptr ? "?" : displayName(*judged.facts());
}

class Explanation {
 public:
  Explanation(const RecipesOptions& options, const Program& program)
      : options_(options), program_(program) {
    for (const Recipe& recipe : program.recipes()) {
      if (recipe.info->name == options.what) recipe_ = &recipe;
    }
  }

  int run() {
    if (recipe_ == nullptr && !looksLikeId()) return noSuchRecipe();
    const Answered answered = askTrace(
        options_.trace, {[this](const Judged& judged, std::int64_t ns) { look(judged, ns); }});
    if (found_ > kMaxExplained) {
      std::cerr << found_ - kMaxExplained << " more are not shown; name one: exectrail recipes "
                << "explain " << options_.what << ' ' << trace::quoteForTerminal(options_.trace)
                << " PID\n";
    }
    if (found_ == 0) {
      std::cerr << "exectrail: nothing in " << (answered.whole ? "" : "what could be read of ")
                << trace::quoteForTerminal(options_.trace)
                << " fits; exectrail trace dump shows what it holds\n";
    }
    if (!answered.whole) return kExitEnvironment;
    return found_ == 0 ? kExitUsage : kExitDone;
  }

 private:
  bool looksLikeId() const {
    return options_.what.size() >= 6 && options_.what.size() <= 32 &&
           options_.what.find_first_not_of("0123456789abcdef") == std::string::npos;
  }

  int noSuchRecipe() const {
    std::vector<std::string> names;
    for (const Recipe& recipe : program_.recipes()) names.push_back(recipe.info->name);
    std::cerr << "exectrail: there is no recipe '" << trace::escapeForTerminal(options_.what) << "'"
              << didYouMean(options_.what, names) << "; exectrail recipes list names them\n";
    return kExitUsage;
  }

  void look(const Judged& judged, std::int64_t realtimeNs) {
    for (const Recipe& recipe : program_.recipes()) {
      if (recipe_ != nullptr && recipe_ != &recipe) continue;
      if (!asked(judged, recipe, realtimeNs)) continue;
      if (++found_ <= kMaxExplained) print(judged, recipe, realtimeNs);
    }
  }

  bool asked(const Judged& judged, const Recipe& recipe, std::int64_t realtimeNs) const {
    const trace::ImageId& id = judged.node()->id;
    if (recipe_ == nullptr) {
      const std::string alert = alertIdOf(recipe, judged, judged.world().header->host.bootId);
      return alert.starts_with(options_.what);
    }
    if (options_.exec.empty()) {
      return judge(recipe, judged, realtimeNs).kind != Verdict::Kind::kNothing;
    }
    const std::string pid = std::to_string(id.tgid);
    return options_.exec == pid || options_.exec == pid + "." + std::to_string(id.execNumber);
  }

  static void print(const Judged& judged, const Recipe& recipe, std::int64_t realtimeNs) {
    const trace::ImageId& id = judged.node()->id;
    std::cout << recipe.info->name << ' ' << recipe.info->version << " on " << id.tgid << '.'
              << id.execNumber << ' ' << trace::escapeForTerminal(nameOf(judged));
    if (judged.attempt()) std::cout << ", attempt " << judged.attemptNumber();
    if (judged.isMapping()) std::cout << ", a mapping";
    std::cout << '\n' << explainRecipe(recipe, judged, realtimeNs) << '\n';
  }

  const RecipesOptions& options_;
  const Program& program_;
  const Recipe* recipe_ = nullptr;
  std::size_t found_ = 0;
};

}  // namespace

int explain(const RecipesOptions& options, const Program& program) {
  return Explanation(options, program).run();
}

}  // namespace exectrail::analyzer
