// Rules of other tools -> recipes, with an account of each rule: what could not be used is refused
// with the reason and its line, and what differs from its own engine is a warning. Nothing is
// dropped silently, and one bad rule or file does not keep the others from being used.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/rules/kubearmor_globs.h"
#include "analyzer/rules/policy_entry.h"

namespace exectrail::analyzer {

// A file of rules, or why it cannot be read.
struct RuleFile {
  std::string path;
  std::string text;
  std::string problem;  // empty: it was read
};

enum class RuleStatus : std::uint8_t { kLoaded, kWarning, kRefused };

struct RuleNote {
  std::uint32_t line = 1;
  std::string text;
};

// One rule, or a document or file in which nobody can find one.
struct RuleReport {
  RuleStatus status = RuleStatus::kLoaded;
  std::string ruleset;  // "sigma", "kubearmor", "falco"; empty: not one of them
  std::string file;
  std::uint32_t line = 1;
  std::string title;
  std::vector<RuleNote> notes;
  bool unread = false;  // of a file or folder, which is refused whole

  void warn(std::uint32_t at, std::string text);
  void refuse(std::uint32_t at, std::string text);
  void mention(std::uint32_t at, std::string text);  // nothing is wrong
  bool refused() const { return status == RuleStatus::kRefused; }
};

struct RuleSet {
  std::vector<Recipe> recipes;
  std::vector<kubearmor::PolicyEntry> entries;  // of the policies that are used
  std::vector<RuleReport> reports;              // in the order of files, and of rules in them
  std::size_t files = 0;
  std::string sha256;  // of names and contents of the files

  std::size_t count(RuleStatus status) const;
  bool unread() const;  // a file or folder could not be read
};

// The files that `paths` name: a folder stands for the *.yaml and *.yml below it, in order of path.
// Links to folders are not followed; a folder below that cannot be read is an entry with its
// problem. Throws EnvironmentError for a path that is not there, and for a folder that cannot be
// read or has no such files. Behind `maxBytes` of text no further file is read.
std::vector<RuleFile> loadRuleFiles(const std::vector<std::string>& paths,
                                    std::size_t maxBytes = 256 << 20);

// `workloads` decides selectors of policies; null: they are not used, and that is a warning. With
// it, executions in containers that it does not name become alerts of a recipe of their own,
// "kubearmor/unnamed-container", of severity info: no selector was asked about them.
RuleSet compileRules(const std::vector<RuleFile>& files, const Workloads* workloads = nullptr,
                     KubeArmorGlobs globs = KubeArmorGlobs::kAppArmor);

// For `rules check`: a line for each rule, its notes below it, and the totals.
std::string ruleTable(const RuleSet& rules);
// The same as JSON, an object a line for each rule, and a last one with the totals.
std::string ruleLines(const RuleSet& rules);
// "122 rules in 122 files: 120 loaded, 2 loaded with a warning, 0 refused"
std::string ruleTotals(const RuleSet& rules);

}  // namespace exectrail::analyzer
