#include "trace/subtree.h"

#include <vector>

namespace exectrail::trace {
namespace {

constexpr std::size_t kEndedThatStay = 4096;

struct SubjectOf {
  const ImageId* operator()(const std::monostate&) const { return nullptr; }
  const ImageId* operator()(const Snapshot& record) const { return &record.image.id; }
  const ImageId* operator()(const Fork& record) const { return &record.creator; }
  const ImageId* operator()(const Exec& record) const { return &record.image.id; }
  const ImageId* operator()(const Attempt& record) const { return &record.caller; }
  const ImageId* operator()(const Exit& record) const { return &record.image; }
  const ImageId* operator()(const Gap&) const { return nullptr; }
  const ImageId* operator()(const Mapping& record) const { return &record.image; }
  const ImageId* operator()(const AttemptTally& record) const { return &record.caller; }
  const ImageId* operator()(const MountTable&) const { return nullptr; }
  const ImageId* operator()(const Heartbeat&) const { return nullptr; }
  const ImageId* operator()(const FileHash& record) const { return &record.image; }
};

bool hasCreator(const Image& image) {
  return image.creator.known() && image.creator.value.edge == CreatorEdge::kFork;
}

}  // namespace

std::size_t ProcessKeyHash::operator()(const ProcessKey& key) const {
  std::uint64_t hash = key.process.startNs * 0x9e3779b97f4a7c15;
  hash ^= (std::uint64_t{key.origin} << 32 | key.process.tgid) * 0xbf58476d1ce4e5b9;
  return static_cast<std::size_t>(hash ^ hash >> 31);
}

const ImageId* subjectOf(const Record& record) { return std::visit(SubjectOf{}, record.body); }

void Subtree::add(const ProcessKey& process) {
  std::vector<ProcessKey> toAdd = {process};
  while (!toAdd.empty()) {
    const ProcessKey next = toAdd.back();
    toAdd.pop_back();
    if (!members_.insert(next).second) continue;
    const auto [begin, end] = snapshotChildren_.equal_range(next);
    for (auto child = begin; child != end; ++child) toAdd.push_back(child->second);
  }
}

void Subtree::learn(const Record& record) {
  const std::uint16_t origin = record.origin;
  if (const auto* fork = std::get_if<Fork>(&record.body)) {
    link({origin, fork->child.process()}, {origin, fork->creator.process()});
  } else if (const auto* exec = std::get_if<Exec>(&record.body)) {
    if (!hasCreator(exec->image)) return;
    link({origin, exec->image.id.process()}, {origin, exec->image.creator.value.id.process()});
  } else if (const auto* snapshot = std::get_if<Snapshot>(&record.body)) {
    if (!hasCreator(snapshot->image)) return;
    const ProcessKey child{origin, snapshot->image.id.process()};
    const ProcessKey creator{origin, snapshot->image.creator.value.id.process()};
    link(child, creator);
    if (!contains(child)) snapshotChildren_.emplace(creator, child);
  } else if (const auto* exit = std::get_if<Exit>(&record.body)) {
    const ProcessKey process{origin, exit->image.process()};
    if (!contains(process)) return;
    ended_.push_back(process);
    if (ended_.size() <= kEndedThatStay) return;
    members_.erase(ended_.front());
    ended_.pop_front();
  }
}

void Subtree::link(const ProcessKey& child, const ProcessKey& creator) {
  if (contains(creator)) add(child);
}

}  // namespace exectrail::trace
