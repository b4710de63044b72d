// Results for people (text) and for programs (JSON lines).
#pragma once

#include <chrono>
#include <iosfwd>
#include <vector>

#include "replay/verdict.h"

namespace exectrail::replay {

struct Totals {
  std::size_t scenarios = 0;
  std::size_t recordings = 0;
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t inconclusive = 0;
  std::size_t skipped = 0;
  std::size_t benign = 0;         // scenarios
  BySeverity unexpectedBenign{};  // alerts on them that nobody expected
  std::chrono::microseconds duration{};

  bool allPassed() const { return failed == 0 && inconclusive == 0; }
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

// One object for each result and one, with the key "totals", at the end.
class JsonReport : public Report {
 public:
  explicit JsonReport(std::ostream& out) : out_(out) {}
  void add(const Result& result) override;
  void finish(const Totals& totals) override;

 private:
  std::ostream& out_;
};

// "exectrail replay run corpus/attack/x"
std::string rerunCommand(const Result& result);

}  // namespace exectrail::replay
