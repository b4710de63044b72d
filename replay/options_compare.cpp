// diff and coverage.
#include <iostream>
#include <memory>

#include "replay/options.h"

namespace exectrail::replay {

Word addCompare(CLI::App& app) {
  struct Words {
    CompareOptions options;
    std::string format = "text";
  };
  const auto words = std::make_shared<Words>();
  CompareOptions& options = words->options;
  CLI::App* const diff =
      app.add_subcommand("diff", "Alerts that two sets of recipes do not agree on");
  diff->add_option("OLD", options.before, "Recipe file or folder, REVISION:FOLDER, or `shipped`")
      ->required();
  diff->add_option("NEW", options.after, "What to compare it with")->required();
  diff->add_option("PATH", options.paths, "Traces, and folders of some")
      ->option_text("... [corpus]");
  diff->add_flag("--beside-shipped", options.besideShipped,
                 "Both add to the shipped recipes, as --recipes does");
  diff->add_flag("--rules", options.rules,
                 "OLD and NEW are files or folders of rules of Sigma, KubeArmor or Falco; both add "
                 "to the shipped recipes");
  addJobs(*diff, options.jobs);
  addChoice(*diff, "--format", words->format, "For people, or one object a line", {"text", "json"});
  diff->footer(
      "Examples:\n"
      "  exectrail replay diff shipped recipes.new/\n"
      "  exectrail replay diff HEAD~1:analyzer/recipes analyzer/recipes corpus host7.trail\n"
      "  exectrail replay diff --beside-shipped old-site.yaml site.yaml traces/\n"
      "  exectrail replay diff --rules sigma-2025/ sigma-2026/ traces/\n\n"
      "REVISION:FOLDER is what git has. Alerts per host-day are estimated from traces that are\n"
      "no recordings of scenarios.\n\n"
      "Exit status: 0 the same alerts, 1 some differ, 2 usage or recipe error, 3 a trace cannot\n"
      "be read to its end, or there is none.");
  return {diff, [words] {
            if (words->format == "json") words->options.format = ReportFormat::kJson;
            return compareCommand(words->options, std::cout, std::cerr);
          }};
}

Word addCoverage(CLI::App& app) {
  struct Words {
    CoverageOptions options;
    std::string format = "text";
  };
  const auto words = std::make_shared<Words>();
  CoverageOptions& options = words->options;
  CLI::App* const coverage =
      app.add_subcommand("coverage", "Which recipes fire on which techniques and evasions");
  coverage->add_option("PATH", options.paths, "Scenario or folder of scenarios")
      ->option_text("... [corpus]");
  addRecipeOptions(*coverage, options.recipes);
  addJobs(*coverage, options.jobs);
  addChoice(*coverage, "--format", words->format,
            "Table, page with a matrix, layer of the ATT&CK Navigator",
            {"text", "html", "navigator"});
  coverage->footer(
      "Examples:\n"
      "  exectrail replay coverage\n"
      "  exectrail replay coverage --format html > coverage.html\n"
      "  exectrail replay coverage --format navigator > layer.json\n\n"
      "Counts what fired when the corpus was replayed, whatever recipes claim.\n\n"
      "Exit status: 0 done, 2 usage, scenario or recipe error, 3 environment or I/O error.");
  return {coverage, [words] {
            if (words->format == "html") words->options.format = CoverageFormat::kHtml;
            if (words->format == "navigator") words->options.format = CoverageFormat::kNavigator;
            return coverageCommand(words->options, std::cout, std::cerr);
          }};
}

}  // namespace exectrail::replay
