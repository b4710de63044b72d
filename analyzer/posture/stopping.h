// Whether what an alert is about was stopped, and which mount options would have stopped it, or
// would have taken its privilege. Without a mount table that was recorded before it the answer is
// that nobody knows, never "none".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/engine/alert.h"

namespace exectrail::analyzer {

enum class Stopped : std::uint8_t {
  kNo,         // it ran, or was mapped
  kByMount,    // refused with EACCES, on a mount with noexec
  kOtherwise,  // refused, and by no mount option
  kSomehow,    // refused; which mount it was on is not known
};

struct WouldStop {
  std::string control;   // "noexec on /tmp"
  std::string_view why;  // "refused": it would not have run; "unprivileged": without its privilege
  std::vector<std::string_view> compliance;
};

struct Stopping {
  Stopped stopped = Stopped::kNo;
  // What would have changed something, had it been set; decided only if `known`.
  std::vector<WouldStop> would;
  bool known = false;
  std::string missing;    // what it takes to know, if not
  std::string directory;  // to name in words: "/tmp", or the mount's point; empty: none
};

Stopping stoppingOf(const Alert& alert);

// One line for people, bytes as recorded; empty if there is nothing to say, because a program in
// its usual place is no business of mount options.
std::string describe(const Stopping& stopping, const Alert& alert);

}  // namespace exectrail::analyzer
