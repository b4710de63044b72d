#include "recorder/proc/mount_table.h"

#include <algorithm>
#include <utility>

namespace exectrail::recorder {

MountChanges MountList::update(std::string_view text) {
  MountChanges changes;
  ++round_;
  std::size_t mounts = 0;
  std::size_t bytes = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size()));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (mounts >= kMostMounts || bytes + line.size() > kMostBytes) {
      ++changes.leftOut;
      continue;
    }
    const auto id = mountIdOf(line);
    const auto known = id ? lines_.find(*id) : lines_.end();
    if (known == lines_.end() || known->second.line != line) {
      auto parsed = parseMountLine(line);
      if (!parsed) {
        ++changes.badLines;
        continue;
      }
      lines_[*id].line = line;
      changes.mounts.push_back(std::move(*parsed));
    }
    lines_[*id].round = round_;
    ++mounts;
    bytes += line.size();
  }
  for (auto known = lines_.begin(); known != lines_.end();) {
    if (known->second.round == round_) {
      ++known;
      continue;
    }
    changes.removedIds.push_back(known->first);
    known = lines_.erase(known);
  }
  std::sort(changes.removedIds.begin(), changes.removedIds.end());
  return changes;
}

}  // namespace exectrail::recorder
