#include "recorder/output/mount_state.h"

#include <deque>
#include <utility>

namespace exectrail::recorder {

void MountState::apply(const trace::MountTable& table) {
  Table& kept = tables_[table.mountNamespace];
  if (table.complete) {
    clear(kept);
    kept.complete = true;
  }
  kept.evidence = table.evidence;
  for (const std::uint32_t id : table.removedIds) remove(kept, id);
  for (const trace::Mount& mount : table.mounts) {
    remove(kept, mount.id);
    if (count_ >= kMaxMounts) {
      ++forgotten_;
      continue;
    }
    trace::MountTable one;
    one.mounts.push_back(mount);
    EncodedRecord encoded = encodeRecord(builder_, {0, trace::kCpuNotKnown, std::move(one)});
    bytes_ += encoded.size();
    ++count_;
    kept.mounts.emplace(mount.id, std::move(encoded));
  }
}

void MountState::clear(Table& table) {
  while (!table.mounts.empty()) remove(table, table.mounts.begin()->first);
}

void MountState::remove(Table& table, std::uint32_t id) {
  const auto found = table.mounts.find(id);
  if (found == table.mounts.end()) return;
  bytes_ -= found->second.size();
  --count_;
  table.mounts.erase(found);
}

void MountState::emit(std::uint64_t timeNs,
                      const std::function<void(const trace::Record&)>& emit) const {
  for (const auto& [mountNamespace, kept] : tables_) {
    trace::MountTable table{mountNamespace, kept.complete, kept.evidence, {}, {}};
    std::deque<DecodedRecord> decoded;  // own what `table` points to
    for (const auto& [id, encoded] : kept.mounts) {
      const trace::Record& record = decoded.emplace_back(encoded).record;
      table.mounts.push_back(std::get<trace::MountTable>(record.body).mounts.at(0));
    }
    emit({timeNs, trace::kCpuNotKnown, std::move(table)});
  }
}

}  // namespace exectrail::recorder
