// A policy under which programs of some places may not run, as what would enforce it: mount
// options, a systemd unit's NoExecPaths, rules of an AppArmor profile. Whoever puts it in place
// decides for whom: selectors of policies have no word in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/rules/policy_entry.h"

namespace exectrail::analyzer {

enum class HardeningTarget : std::uint8_t { kMount, kSystemd, kAppArmor };

struct Hardening {
  std::string text;                // empty: nothing of it can be said so
  std::vector<std::string> left;   // entries that cannot, and why: "FILE:LINE: POLICY: …"
  std::vector<std::string> wider;  // entries that are in it, and refuse more than their policy
};

Hardening hardeningOf(const std::vector<kubearmor::PolicyEntry>& entries, HardeningTarget target);

}  // namespace exectrail::analyzer
