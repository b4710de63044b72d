#include "analyzer/engine/mounts.h"

#include <algorithm>

#include "analyzer/paths/path.h"

namespace exectrail::analyzer {
namespace {

std::vector<std::string> split(std::string_view options) {
  std::vector<std::string> parts;
  while (!options.empty()) {
    const std::size_t comma = std::min(options.find(','), options.size());
    parts.emplace_back(options.substr(0, comma));
    options.remove_prefix(std::min(comma + 1, options.size()));
  }
  return parts;
}

bool holds(std::string_view point, std::string_view path) {
  return path == point || isUnder(path, point);
}

}  // namespace

bool MountFacts::has(std::string_view option) const {
  return std::ranges::count(options, option) > 0;
}

void Mounts::apply(const trace::MountTable& table, std::uint64_t timeNs) {
  if (!tables_.contains(table.mountNamespace) && tables_.size() >= kMaxNamespaces) return;
  Table& known = tables_[table.mountNamespace];
  known.timeNs = timeNs;
  if (table.complete) {
    known.mounts.clear();
    known.whole = table.leftOut == 0;
  } else if (table.leftOut != 0) {
    known.whole = false;
  }
  for (const std::uint32_t id : table.removedIds) known.mounts.erase(id);
  for (const trace::Mount& mount : table.mounts) {
    if (known.mounts.size() >= kMaxMounts) {
      known.whole = false;
      return;
    }
    known.mounts[mount.id] = {
        mount.parentId,
        ++order_,
        {std::string(mount.point), std::string(mount.fileSystem), split(mount.options),
         table.evidence, mount.deviceMajor, mount.deviceMinor, table.complete ? 0 : timeNs}};
  }
}

const MountFacts* Mounts::find(std::uint64_t mountNamespace, std::string_view path) const {
  const auto found = tables_.find(mountNamespace);
  if (found == tables_.end() || !found->second.whole) return nullptr;
  const Entry* best = nullptr;
  for (const auto& [id, entry] : found->second.mounts) {
    const std::string_view point = entry.facts.point;
    if (!holds(point, path)) continue;
    const bool better = best == nullptr || point.size() > best->facts.point.size() ||
                        (point.size() == best->facts.point.size() && entry.order > best->order);
    if (better) best = &entry;
  }
  return best == nullptr ? nullptr : &best->facts;
}

const MountFacts* Mounts::findAt(std::uint64_t mountNamespace, std::string_view path,
                                 std::uint64_t timeNs, const trace::FileIdentity* identity) const {
  const MountFacts* found = find(mountNamespace, path);
  if (found == nullptr) return nullptr;
  if (identity != nullptr && (found->deviceMajor != 0 || found->deviceMinor != 0)) {
    if (identity->deviceMajor == found->deviceMajor &&
        identity->deviceMinor == found->deviceMinor) {
      return found;
    }
    if (found->fileSystem != "overlay") return nullptr;
  }
  const std::uint64_t tableNs = tables_.find(mountNamespace)->second.timeNs;
  const bool settled = timeNs > tableNs && timeNs - tableNs > kSettleNs;
  const bool justMade = found->sinceNs != 0 && found->sinceNs == tableNs;
  return settled || justMade || found->has("noexec") ? found : nullptr;
}

}  // namespace exectrail::analyzer
