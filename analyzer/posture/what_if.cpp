#include "analyzer/posture/what_if.h"

#include <algorithm>
#include <cerrno>

#include "analyzer/engine/facts.h"
#include "analyzer/engine/judge.h"
#include "analyzer/paths/path.h"

namespace exectrail::analyzer {
namespace {

bool sameDevice(const MountFacts& a, const MountFacts& b) {
  return (a.deviceMajor != 0 || a.deviceMinor != 0) && a.deviceMajor == b.deviceMajor &&
         a.deviceMinor == b.deviceMinor;
}

}  // namespace

std::uint64_t total(const WhatIfReport::Group& group) {
  std::uint64_t sum = 0;
  for (const auto& [path, affected] : group) sum += affected.count;
  return sum;
}

const std::string* WhatIf::directoryOf(std::string_view path) const {
  for (const std::string& directory : directories_) {
    if (isUnder(path, directory)) return &directory;
  }
  return nullptr;
}

// Which files the kernel would have been asked to execute: the script and its interpreter, too.
void WhatIf::add(const Judged& judged, const PostureWatch& posture, std::int64_t realtimeNs) {
  ++report_.judged;
  const auto underOne = [&](const Place& place) {
    return place.kind == PlaceKind::kPath && directoryOf(place.path) != nullptr;
  };
  if (judged.attempt()) {
    const bool refused = judged.errorNumber() == EACCES && judged.mount() != nullptr &&
                         judged.mount()->has("noexec") && underOne(judged.filePlace());
    report_.already += refused ? 1 : 0;
    return;
  }
  Answer answer = Answer::kNot;
  std::string decided;
  const auto consider = [&](const Place& place) {
    if (!underOne(place)) return;
    const Answer of = ask(place.path, judged, posture);
    if (answer == Answer::kRefused || of == Answer::kNot) return;
    if (of == Answer::kUnknown && answer == Answer::kUnknown) return;
    answer = of;
    decided = place.path;
  };
  consider(judged.filePlace());
  if (!judged.isMapping() && judged.script() && judged.facts() != nullptr) {
    consider(judged.facts()->place());
  }
  if (answer == Answer::kUnknown) count(report_.undecided, decided, judged, Told::kNothing);
  if (answer == Answer::kRefused) {
    const Told told = whatRecipesSay(judged, realtimeNs);
    count(told == Told::kAlert ? report_.alerted : report_.benign, decided, judged, told);
  }
  if (answer != Answer::kNot || judged.isMapping() || judged.script()) return;
  const Judged::Script& script = judged.scriptArgument();
  if (!script.absent && underOne(script.place)) {
    count(report_.scripts, script.place.path, judged, whatRecipesSay(judged, realtimeNs));
  }
}

// Another mount namespace is decided like the host's if what it sees there is the same file system:
// a copy of a mount has its options. A mount of its own below the directory keeps its own.
WhatIf::Answer WhatIf::ask(const std::string& path, const Judged& judged,
                           const PostureWatch& posture) const {
  const MountFacts* mount = judged.mountOf(path);
  if (mount == nullptr || mount->has("noexec")) return Answer::kUnknown;
  const std::string& directory = *directoryOf(path);
  if (isUnder(mount->point, directory)) return Answer::kNot;
  // Known, or there were no mount.
  const std::uint64_t ownNamespace = judged.facts()->context().namespaces.value.mount;
  if (ownNamespace == posture.hostNamespace()) return Answer::kRefused;
  const MountFacts* host = posture.hostMount(directory);
  return host != nullptr && sameDevice(*host, *mount) ? Answer::kRefused : Answer::kUnknown;
}

WhatIf::Told WhatIf::whatRecipesSay(const Judged& judged, std::int64_t realtimeNs) const {
  Told told = Told::kNothing;
  for (const Recipe& recipe : program_.recipes()) {
    if (!recipe.enabled || recipe.count || recipe.sequence || !recipe.firstSeen.empty()) continue;
    const Verdict verdict = judge(recipe, judged, realtimeNs);
    if (verdict.kind != Verdict::Kind::kAlert) continue;
    if (!verdict.exemption.empty()) {
      told = std::max(told, Told::kExpected);
    } else if (verdict.severity >= least_) {
      told = Told::kAlert;
    }
  }
  return told;
}

void WhatIf::count(WhatIfReport::Group& group, const std::string& path, const Judged& judged,
                   Told told) {
  auto found = group.find(path);
  if (found == group.end()) {
    if (group.size() >= kMaxPaths) {
      ++report_.leftOut;
      return;
    }
    found = group.emplace(path, Affected{}).first;
  }
  Affected& affected = found->second;
  ++affected.count;
  affected.expected += told == Told::kExpected ? 1 : 0;
  const ImageNode* parent = judged.parent().node.get();
  const Facts* facts = parent == nullptr ? nullptr : knownFacts(*parent);
  if (facts == nullptr || affected.starters.size() >= kMaxStarters) return;
  affected.starters.insert(facts->place().kind == PlaceKind::kPath ? facts->place().path
                                                                   : displayName(*facts));
}

}  // namespace exectrail::analyzer
