// What noexec on some directories would have refused over whole traces: what recipes alert on, and
// what they do not, which is what hardening would break. Executions that nobody can decide about
// are counted apart, and so are scripts that interpreters open themselves.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/judged.h"
#include "analyzer/posture/posture.h"

namespace exectrail::analyzer {

// What one executable did, or had done to it.
struct Affected {
  std::uint64_t count = 0;
  std::uint64_t expected = 0;      // of them, exempted by a recipe
  std::set<std::string> starters;  // executables of parents, the first few
};

struct WhatIfReport {
  using Group = std::map<std::string, Affected>;  // by path
  Group alerted;    // would have been refused, and a recipe alerts on it
  Group benign;     // would have been refused, and none does
  Group undecided;  // ran from there; which mount it was on is not known, or not the host's
  Group scripts;    // opened by an interpreter: noexec does not stop it
  std::uint64_t judged = 0;   // executions, attempts and mappings that were looked at
  std::uint64_t already = 0;  // attempts that a mount refused even so
  std::uint64_t leftOut = 0;  // of executables beyond kMaxPaths
};

class WhatIf {
 public:
  static constexpr std::size_t kMaxPaths = 16'384;
  static constexpr std::size_t kMaxStarters = 3;

  // `program` must outlive it; recipes about more than one execution have no say.
  WhatIf(std::vector<std::string> directories, const Program& program, Severity least)
      : directories_(std::move(directories)), program_(program), least_(least) {}

  // `posture` has seen all records up to this one.
  void add(const Judged& judged, const PostureWatch& posture, std::int64_t realtimeNs);

  const std::vector<std::string>& directories() const { return directories_; }
  const WhatIfReport& report() const { return report_; }

 private:
  enum class Answer : std::uint8_t { kRefused, kNot, kUnknown };
  enum class Told : std::uint8_t { kNothing, kExpected, kAlert };

  const std::string* directoryOf(std::string_view path) const;
  Answer ask(const std::string& path, const Judged& judged, const PostureWatch& posture) const;
  Told whatRecipesSay(const Judged& judged, std::int64_t realtimeNs) const;
  void count(WhatIfReport::Group& group, const std::string& path, const Judged& judged, Told told);

  std::vector<std::string> directories_;
  const Program& program_;
  Severity least_;
  WhatIfReport report_;
};

std::uint64_t total(const WhatIfReport::Group& group);

}  // namespace exectrail::analyzer
