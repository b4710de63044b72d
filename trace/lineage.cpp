#include "trace/lineage.h"

#include <algorithm>
#include <utility>

namespace exectrail::trace {
namespace {

// What stands higher than this is forgotten: damaged data may hold a chain of any length.
constexpr std::size_t kMostAbove = 256;

}  // namespace

// Chains may be long: they are taken down link by link, without recursion.
LineageTracker::Node::~Node() {
  std::vector<NodePtr> toDrop;
  const auto take = [&toDrop](Node& node) {
    if (node.creator) toDrop.push_back(std::move(node.creator));
    if (node.previous) toDrop.push_back(std::move(node.previous));
  };
  take(*this);
  while (!toDrop.empty()) {
    const NodePtr node = std::move(toDrop.back());
    toDrop.pop_back();
    if (node.use_count() == 1) take(*node);
  }
}

void LineageTracker::learn(const Record& record, bool stated) {
  if (const auto* fork_ = std::get_if<Fork>(&record.body)) {
    fork(record.origin, *fork_, stated);
  } else if (const auto* exec = std::get_if<Exec>(&record.body)) {
    image(record.origin, exec->image, stated);
  } else if (const auto* snapshot = std::get_if<Snapshot>(&record.body)) {
    image(record.origin, snapshot->image, stated);
  } else if (const auto* exit = std::get_if<Exit>(&record.body)) {
    current_.erase({record.origin, exit->image.process()});
  }
}

std::vector<RecordBody> LineageTracker::unstated(const ProcessKey& process) {
  std::vector<RecordBody> bodies;
  for (NodePtr node = find(process); node && !(node->stated && find(node->process) == node);
       node = node->creator) {
    const std::size_t first = bodies.size();
    for (NodePtr image = node; image; image = image->previous) {
      image->stated = true;
      bodies.push_back(image->body());
    }
    std::reverse(bodies.begin() + static_cast<std::ptrdiff_t>(first), bodies.end());
  }
  return bodies;
}

void LineageTracker::putAbove(Node& node, NodePtr Node::*link, const NodePtr& above) {
  if (!above || above->depth >= kMostAbove) return;
  node.*link = above;
  node.depth = std::max(node.depth, above->depth + 1);
}

RecordBody LineageTracker::Node::body() const {
  if (image) return Snapshot{image->get()};
  return Fork{creatorId, id, comm};
}

void LineageTracker::fork(std::uint16_t origin, const Fork& fork, bool stated) {
  const ProcessKey key{origin, fork.child.process()};
  const auto child = std::make_shared<Node>(key);
  child->id = fork.child;
  child->creatorId = fork.creator;
  child->comm = fork.childComm;
  child->stated = stated;
  putAbove(*child, &Node::creator, find({origin, fork.creator.process()}));
  current_[key] = child;
}

void LineageTracker::image(std::uint16_t origin, const Image& image, bool stated) {
  const ProcessKey key{origin, image.id.process()};
  const NodePtr before = find(key);
  const auto node = std::make_shared<Node>(key);
  node->id = image.id;
  node->image.emplace(image);
  node->stated = stated;
  if (before) {
    putAbove(*node, &Node::creator, before->creator);
    // A copy of the creator's image adds nothing to that.
    if (before->image) putAbove(*node, &Node::previous, before);
  } else if (image.creator.value.edge == CreatorEdge::kFork) {
    putAbove(*node, &Node::creator, find({origin, image.creator.value.id.process()}));
  }
  current_[key] = node;
}

LineageTracker::NodePtr LineageTracker::find(const ProcessKey& process) const {
  const auto found = current_.find(process);
  return found == current_.end() ? nullptr : found->second;
}

}  // namespace exectrail::trace
