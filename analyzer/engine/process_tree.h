// Who started whom. One node per image (ImageId), linked upwards: to the image it replaced by exec,
// or to the image that created its process. A node lives as long as its process runs or anything
// below it needs it, so that memory follows what is alive, not what has ever run.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "analyzer/engine/facts.h"
#include "analyzer/engine/flat_map.h"
#include "trace/record.h"

namespace exectrail::analyzer {

// How an image came to be, and what stands above it.
enum class Edge : std::uint8_t {
  kUnknown,  // nothing is known about what stands above
  kTop,      // nothing stands above it in this trace
  kFork,     // above is the image that created the process
  kExec,     // above is the image that this one replaced
};

struct ImageNode {
  trace::ImageId id;
  FactsRef facts;  // null: not known; use knownFacts()
  Counted<ImageNode> above;
  Edge edge = Edge::kUnknown;
  bool copied = false;      // the child of a fork that has not called exec: its facts are inherited
  bool snapshot = false;    // was there when the recording started
  bool hole = false;        // images of the same process between this one and `above` were not seen
  std::uint32_t depth = 0;  // links above it, at least
  std::uint32_t uses = 0;
  std::uint64_t timeNs = 0;
};

void unused(ImageNode* node);  // takes down a chain of any length without recursion

using Node = Counted<ImageNode>;

class ProcessTree {
 public:
  // A chain of more images than this is cut: what stands above counts as unknown.
  static constexpr std::uint32_t kMaxChain = 256;

  // Linux runs no more at a time (PID_MAX_LIMIT in include/linux/threads.h). Of what claims to,
  // some are forgotten, which is counted: their parents and children no longer know them.
  static constexpr std::size_t kMaxProcesses = 4'194'304;

  explicit ProcessTree(std::size_t maxProcesses = kMaxProcesses) : maxProcesses_(maxProcesses) {}

  void snapshot(const trace::Image& image, std::uint64_t timeNs);
  void fork(const trace::Fork& fork, std::uint64_t timeNs);
  void exit(const trace::Exit& exit);

  // The node of the new image.
  Node exec(const trace::Exec& exec, std::uint64_t timeNs);

  // The node of an image seen before, or one of which only the id is known.
  Node find(const trace::ImageId& id);

  // What the process of that number runs now; null if none is known.
  const ImageNode* current(std::uint32_t tgid) const;

  Texts& texts() { return store_.texts(); }

  std::size_t processes() const { return processes_.size(); }
  std::uint64_t evictions() const { return evictions_; }
  std::size_t awaited() const { return awaited_.size(); }

 private:
  struct Process {
    std::uint64_t startNs = 0;
    Node current;
  };
  struct IdHash {
    std::size_t operator()(const trace::ImageId& id) const;
  };

  Process* findProcess(const trace::ProcessId& id);
  Process& processAt(std::uint32_t tgid);
  Node seen(const trace::ImageId& id);
  Node await(const trace::ImageId& id);
  enum class Age { kNew, kKnown };  // known: other nodes may be below it
  void link(ImageNode& node, const trace::Field<trace::Creator>& creator, Age age);
  static void put(ImageNode& node, Edge edge, Node above, Age age);
  void linkOldest(const Node& newest, const trace::Field<trace::Creator>& creator);
  static void cutChain(const Node& node);

  std::size_t maxProcesses_;
  std::uint64_t evictions_ = 0;
  FactStore store_;  // before all that keeps facts: they give back what they have from it

  // By tgid: the kernel gives it to one process at a time, so a lost exit cannot leave two.
  FlatMap<Process> processes_;
  // Images that others named before their own record came, if it ever does.
  std::unordered_map<trace::ImageId, Node, IdHash> awaited_;
  std::size_t awaitedLimit_ = 1024;  // size at which entries nobody needs are swept out
};

// The image that created the node's process; null if it is not known, `top` if there is none.
struct ParentLink {
  Node node;
  bool top = false;
};
ParentLink parentOf(const Node& node);

// The image it replaced, null if none or not known.
const ImageNode* previousOf(const ImageNode& node);

// What is known about the node's image; null if only its id is.
const Facts* knownFacts(const ImageNode& node);

// A copy of it with the node's own id. Of a fork's child what may have changed since is `inferred`.
ImageFacts factsOf(const ImageNode& node);

// The images above a node, nearest first. A fork's child is left out: it is a copy of its creator's
// image, which follows.
struct Lineage {
  std::vector<const ImageNode*> above;
  bool complete = false;  // up to a process with nothing above it, without a hole
};
Lineage lineageOf(const ImageNode& node);

// The image that created the node's process, the one that created that one's, and so on: one for
// each process above.
Lineage ancestorsOf(const ImageNode& node);

}  // namespace exectrail::analyzer
