// Results for people (text), for programs (JSON lines), for CI servers (JUnit XML) and for the
// discussion of a change (Markdown).
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>
#include <vector>

#include "replay/verdict/exercise.h"
#include "replay/verdict/verdict.h"

namespace exectrail::replay {

struct Totals {
  std::size_t scenarios = 0;
  std::size_t recordings = 0;
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t inconclusive = 0;
  std::size_t skipped = 0;
  std::size_t warned = 0;         // passed, with a warning
  std::size_t benign = 0;         // scenarios
  BySeverity unexpectedBenign{};  // alerts on them that nobody expected
  BySeverity unexpectedOthers{};  // and on the other scenarios
  std::chrono::microseconds duration{};
  Exercise exercise;  // of a run of the whole corpus; empty otherwise

  bool allPassed() const { return failed == 0 && inconclusive == 0 && exercise.untested.empty(); }
};

Totals total(const std::vector<Result>& results);

enum class Detail {
  kProblems,    // only what did not pass
  kEverything,  // a line for what passed as well
};

class Report {
 public:
  virtual ~Report() = default;
  virtual void add(const Result& result) = 0;
  virtual void finish(const Totals& totals) = 0;

  // What `exectrail replay run` was told beside the scenarios: " --no-builtin --recipes x.yaml".
  void rerunWith(std::string options) { rerunOptions_ = std::move(options); }

 protected:
  std::string rerunOptions_;
};

// As in
//   FAIL          evasion/forged-go-build                                     4 ms
//       exec_from_unusual_dir, exactly 1
//     - expected  high  /tmp/go-build1/evil  go → bash → evil
//     + got       info  /tmp/go-build1/evil  go(70) → bash(71) → evil(72)
//       because   go-test  exempt  ...
//       rerun     exectrail replay run corpus/evasion/forged-go-build
class TextReport : public Report {
 public:
  TextReport(std::ostream& out, Detail detail) : out_(out), detail_(detail) {}
  void add(const Result& result) override;
  void finish(const Totals& totals) override;

 private:
  std::ostream& out_;
  Detail detail_;
};

// A suite for each category, a case for each recording, and one for each recipe that is untested.
class JUnitReport : public Report {
 public:
  explicit JUnitReport(std::ostream& out) : out_(out) {}
  void add(const Result& result) override { results_.push_back(result); }
  void finish(const Totals& totals) override;

 private:
  std::ostream& out_;
  std::vector<Result> results_;  // a suite opens with its counts
};

// For the description of a change: the counts first, then what did not pass.
class MarkdownReport : public Report {
 public:
  explicit MarkdownReport(std::ostream& out) : out_(out) {}
  void add(const Result& result) override;
  void finish(const Totals& totals) override;

 private:
  std::ostream& out_;
  std::vector<Result> notPassed_;
};

// One object for each result and one, with the key "totals", at the end.
class JsonReport : public Report {
 public:
  explicit JsonReport(std::ostream& out) : out_(out) {}
  void add(const Result& result) override;
  void finish(const Totals& totals) override;

 private:
  std::ostream& out_;
};

// "exectrail replay run corpus/attack/x", with `options` behind it, in words that a shell takes.
std::string rerunCommand(const Result& result, const std::string& options = {});

// What a text report says of one result that is no mere pass.
std::string accountOf(const Result& result, const std::string& rerunOptions);

// "1 high, 0 medium": high and medium always, the others if there are some; info never.
std::string countsOf(const BySeverity& counts);

}  // namespace exectrail::replay
