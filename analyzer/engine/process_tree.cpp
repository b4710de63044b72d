#include "analyzer/engine/process_tree.h"

#include <algorithm>
#include <utility>

#include "analyzer/engine/facts.h"

namespace exectrail::analyzer {
namespace {

bool sameProcess(const trace::ImageId& a, const trace::ImageId& b) {
  return a.process() == b.process();
}

// Of a field that may have changed in a process since it was copied from its creator.
template <typename T>
void inherit(trace::Field<T>& field) {
  if (field.known()) field.evidence.evidenceClass = trace::EvidenceClass::kInferred;
}

}  // namespace

void unused(ImageNode* node) {
  while (node != nullptr) {
    ImageNode* above = node->above.release();
    delete node;
    node = above != nullptr && --above->uses == 0 ? above : nullptr;
  }
}

std::size_t ProcessTree::IdHash::operator()(const trace::ImageId& id) const {
  std::uint64_t hash = id.tgid;
  hash = hash * 0x9e3779b97f4a7c15U + id.startNs;
  return hash * 0x9e3779b97f4a7c15U + id.execNumber;
}

ProcessTree::Process* ProcessTree::findProcess(const trace::ProcessId& id) {
  Process* found = processes_.find(id.tgid);
  return found == nullptr || found->startNs != id.startNs ? nullptr : found;
}

// Of one that is about to be there: made if there is none.
ProcessTree::Process& ProcessTree::processAt(std::uint32_t tgid) {
  if (processes_.size() >= maxProcesses_ && processes_.find(tgid) == nullptr) {
    processes_.eraseAny();
    ++evictions_;
  }
  return processes_[tgid];
}

const ImageNode* ProcessTree::current(std::uint32_t tgid) const {
  const Process* found = processes_.find(tgid);
  return found == nullptr ? nullptr : found->current.get();
}

Node ProcessTree::seen(const trace::ImageId& id) {
  if (const Process* process = findProcess(id.process())) {
    for (Node node = process->current; node && sameProcess(node->id, id); node = node->above) {
      if (node->id == id) return node;
    }
  }
  if (awaited_.empty()) return nullptr;
  const auto found = awaited_.find(id);
  return found == awaited_.end() ? nullptr : found->second;
}

Node ProcessTree::find(const trace::ImageId& id) {
  Node node = seen(id);
  return node ? node : await(id);
}

Node ProcessTree::await(const trace::ImageId& id) {
  if (awaited_.size() >= awaitedLimit_) {
    std::erase_if(awaited_, [](const auto& entry) { return entry.second->uses == 1; });
    awaitedLimit_ = std::max<std::size_t>(1024, 2 * awaited_.size());
  }
  Node node(new ImageNode);
  node->id = id;
  awaited_[id] = node;
  return node;
}

void ProcessTree::link(ImageNode& node, const trace::Field<trace::Creator>& creator, Age age) {
  if (!creator.known()) return;
  const trace::Creator& value = creator.value;
  if (value.edge == trace::CreatorEdge::kTop) {
    node.edge = Edge::kTop;
  } else if (value.edge == trace::CreatorEdge::kFork && !sameProcess(value.id, node.id)) {
    put(node, Edge::kFork, find(value.id), age);
  }
}

void ProcessTree::put(ImageNode& node, Edge edge, Node above, Age age) {
  // Damaged or hostile records could close a circle, which nothing would ever take down. A new node
  // is above nobody.
  for (const ImageNode* up = age == Age::kNew ? nullptr : above.get(); up != nullptr;
       up = up->above.get()) {
    if (up == &node) return;
  }
  node.edge = edge;
  node.depth = above->depth + 1;
  node.above = std::move(above);
}

void ProcessTree::snapshot(const trace::Image& image, std::uint64_t timeNs) {
  Node node = seen(image.id);
  const Age age = node ? Age::kKnown : Age::kNew;
  if (!node) node = Node(new ImageNode);
  if (!awaited_.empty()) awaited_.erase(image.id);
  node->id = image.id;
  node->facts = store_.copy(image, nullptr, nullptr);
  node->snapshot = true;
  node->timeNs = timeNs;
  Process& process = processAt(image.id.tgid);
  // A trace that was cut restates the images of a process in the order in which they replaced one
  // another.
  const bool replaces = process.current && process.startNs == image.id.startNs &&
                        process.current->id.execNumber < image.id.execNumber;
  if (node->edge == Edge::kUnknown && replaces) {
    put(*node, Edge::kExec, process.current, age);
    node->hole = process.current->id.execNumber + 1 != image.id.execNumber;
    cutChain(node);
  }
  if (node->edge == Edge::kUnknown) link(*node, image.creator, age);
  // A snapshot is read while the host runs: what has been seen to happen since is newer.
  const bool newer = process.current && process.startNs == image.id.startNs &&
                     process.current->id.execNumber > image.id.execNumber;
  if (!newer) process = {image.id.startNs, std::move(node)};
}

void ProcessTree::fork(const trace::Fork& fork, std::uint64_t timeNs) {
  if (sameProcess(fork.creator, fork.child)) return;
  // A trace that was cut restates forks after what they led to.
  Node node = seen(fork.child);
  const Age age = node ? Age::kKnown : Age::kNew;
  if (!node) node = Node(new ImageNode);
  if (!awaited_.empty()) awaited_.erase(fork.child);
  if (node->edge != Edge::kUnknown) return;
  node->id = fork.child;
  node->timeNs = timeNs;
  put(*node, Edge::kFork, find(fork.creator), age);
  if (!node->above) return;
  node->copied = true;
  if (!node->facts) node->facts = node->above->facts;
  cutChain(node);
  Process& process = processAt(fork.child.tgid);
  const bool newer = process.current && process.startNs == fork.child.startNs &&
                     process.current->id.execNumber > fork.child.execNumber;
  if (!newer) process = {fork.child.startNs, std::move(node)};
}

Node ProcessTree::exec(const trace::Exec& exec, std::uint64_t timeNs) {
  const trace::Image& image = exec.image;
  Node node(new ImageNode);
  node->id = image.id;
  node->timeNs = timeNs;
  node->facts = store_.copy(image, &exec.typedPath, &exec.interpreter);
  Process* process = findProcess(image.id.process());
  if (process != nullptr) {
    node->edge = Edge::kExec;
    node->above = process->current;
    node->depth = node->above->depth + 1;
    node->hole = node->above->id.execNumber + 1 != image.id.execNumber;
    linkOldest(node, image.creator);
    process->current = node;
  } else {
    // Image 0 of a process is a copy of its creator's image: nothing is missing before image 1.
    link(*node, image.creator, Age::kNew);
    node->hole = image.id.execNumber > 1;
    processAt(image.id.tgid) = {image.id.startNs, node};
  }
  cutChain(node);
  return node;
}

void ProcessTree::exit(const trace::Exit& exit) {
  if (findProcess(exit.image.process()) != nullptr) processes_.erase(exit.image.tgid);
}

// A later record may know the creator that an earlier one did not.
void ProcessTree::linkOldest(const Node& newest, const trace::Field<trace::Creator>& creator) {
  ImageNode* oldest = newest.get();
  while (oldest->edge == Edge::kExec && oldest->above) oldest = oldest->above.get();
  if (oldest->edge == Edge::kUnknown && sameProcess(oldest->id, newest->id))
    link(*oldest, creator, Age::kKnown);
}

// Keeps a process that calls exec again and again, or forks and exits again and again, from growing
// a chain without end. A node that others use stays whole for them.
void ProcessTree::cutChain(const Node& node) {
  if (node->depth <= kMaxChain) return;
  ImageNode* at = node.get();
  Node* holder = nullptr;
  for (std::uint32_t i = 0; i < kMaxChain && at->above; ++i) {
    holder = &at->above;
    at = at->above.get();
  }
  if (holder == nullptr || (*holder)->uses > 1 || !at->above) return;
  at->above = nullptr;
  at->edge = Edge::kUnknown;
  at->hole = true;  // also if a later record names the creator of the process
}

ParentLink parentOf(const Node& node) {
  const Node* at = &node;
  while (*at && (*at)->edge == Edge::kExec) at = &(*at)->above;
  if (!*at) return {};
  return {(*at)->edge == Edge::kFork ? (*at)->above : nullptr, (*at)->edge == Edge::kTop};
}

const ImageNode* previousOf(const ImageNode& node) {
  return node.edge == Edge::kExec && !node.hole ? node.above.get() : nullptr;
}

const Facts* knownFacts(const ImageNode& node) {
  const ImageNode* at = &node;
  // The creator's own record may have come after the fork.
  while (!at->facts && at->copied && at->above) at = at->above.get();
  return at->facts.get();
}

ImageFacts factsOf(const ImageNode& node) {
  ImageFacts facts;
  if (const Facts* known = knownFacts(node)) facts = toAlert(*known);
  facts.id = node.id;
  if (node.copied) {
    inherit(facts.workingDirectory);
    inherit(facts.credentials);
    inherit(facts.login);
    inherit(facts.session);
  }
  return facts;
}

Lineage lineageOf(const ImageNode& node) {
  Lineage lineage;
  const ImageNode* at = &node;
  bool hole = false;
  for (std::uint32_t i = 0; i < ProcessTree::kMaxChain; ++i) {
    hole = hole || at->hole;
    if (!at->above) {
      lineage.complete = at->edge == Edge::kTop && !hole;
      break;
    }
    at = at->above.get();
    if (!at->copied) lineage.above.push_back(at);
  }
  return lineage;
}

Lineage ancestorsOf(const ImageNode& node) {
  Lineage lineage;
  const ImageNode* at = &node;
  for (std::uint32_t i = 0; i < ProcessTree::kMaxChain; ++i) {
    const Edge edge = at->edge;
    if (!at->above) {
      lineage.complete = edge == Edge::kTop;
      break;
    }
    at = at->above.get();
    if (edge == Edge::kFork) lineage.above.push_back(at);
  }
  return lineage;
}

}  // namespace exectrail::analyzer
