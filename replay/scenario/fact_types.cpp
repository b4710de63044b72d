// What a scenario can ask of which kind of record.
#include <algorithm>

#include "replay/scenario/facts.h"

namespace exectrail::replay {
namespace {

constexpr bool kEvident = true;  // a Field of its own
constexpr bool kDerived = false;

const std::vector<FactType> kExecFacts = {
    {"typed", FactShape::kText, kEvident},
    {"executable", FactShape::kText, kEvident},
    {"interpreter", FactShape::kText, kEvident},
    {"args", FactShape::kList, kEvident},
    {"args_count", FactShape::kNumber, kEvident},
    {"working_directory", FactShape::kText, kEvident},
    {"comm", FactShape::kText, kEvident},
    {"file", FactShape::kMap, kEvident},
    {"file.owner", FactShape::kNumber, kDerived},
    {"file.group", FactShape::kNumber, kDerived},
    {"file.mode", FactShape::kMode, kDerived},
    {"file.links", FactShape::kNumber, kDerived},
    {"file.size", FactShape::kNumber, kDerived},
    {"identity", FactShape::kText, kEvident},
    {"user", FactShape::kMap, kEvident},
    {"user.id", FactShape::kNumber, kDerived},
    {"user.effective_id", FactShape::kNumber, kDerived},
    {"user.group", FactShape::kNumber, kDerived},
    {"user.effective_group", FactShape::kNumber, kDerived},
    {"secure", FactShape::kTruth, kEvident},
    {"environment", FactShape::kMap, kEvident},
    {"privileges", FactShape::kMap, kEvident},
    {"privileges.no_new", FactShape::kTruth, kDerived},
    {"privileges.seccomp", FactShape::kText, kDerived},
    {"namespaces", FactShape::kMap, kEvident},
    {"namespaces.mount", FactShape::kText, kDerived},
    {"namespaces.pid", FactShape::kText, kDerived},
    {"namespaces.user", FactShape::kText, kDerived},
    {"creator", FactShape::kText, kEvident},
    {"parent", FactShape::kText, kEvident},
    {"previous", FactShape::kText, kDerived},
    {"thread", FactShape::kText, kDerived},
    {"image", FactShape::kNumber, kDerived},
};

// An image that was there before the recording began: nobody saw how it was executed.
std::vector<FactType> withoutExec(std::vector<FactType> facts) {
  std::erase_if(facts, [](const FactType& each) {
    return each.name == "typed" || each.name == "interpreter" || each.name == "previous" ||
           each.name == "thread";
  });
  return facts;
}

const std::vector<FactType> kAttemptFacts = {
    {"typed", FactShape::kText, kEvident},
    {"args", FactShape::kList, kEvident},
    {"working_directory", FactShape::kText, kEvident},
    {"errno", FactShape::kErrno, kDerived},
    {"call", FactShape::kText, kDerived},
    {"caller", FactShape::kText, kDerived},
};

const std::vector<FactType> kTallyFacts = {
    {"errno", FactShape::kErrno, kDerived},
    {"caller", FactShape::kText, kDerived},
    {"count", FactShape::kNumber, kDerived},
    {"reason", FactShape::kText, kDerived},
};

const std::vector<FactType> kMappingFacts = {
    {"path", FactShape::kText, kEvident},
    {"identity", FactShape::kText, kEvident},
    {"role", FactShape::kText, kDerived},
    {"by", FactShape::kText, kDerived},
};

const std::vector<FactType> kMountFacts = {
    {"point", FactShape::kText, kDerived},         {"root", FactShape::kText, kDerived},
    {"options", FactShape::kText, kDerived},       {"file_system", FactShape::kText, kDerived},
    {"super_options", FactShape::kText, kDerived}, {"namespace", FactShape::kText, kDerived},
};

}  // namespace

std::vector<std::string> recordKinds() {
  return {"exec", "attempt", "tally", "mapping", "mount", "snapshot"};
}

const std::vector<FactType>& factsOf(std::string_view kind) {
  static const std::vector<FactType> kNone;
  static const std::vector<FactType> kSnapshotFacts = withoutExec(kExecFacts);
  if (kind == "exec") return kExecFacts;
  if (kind == "attempt") return kAttemptFacts;
  if (kind == "tally") return kTallyFacts;
  if (kind == "mapping") return kMappingFacts;
  if (kind == "mount") return kMountFacts;
  if (kind == "snapshot") return kSnapshotFacts;
  return kNone;
}

}  // namespace exectrail::replay
