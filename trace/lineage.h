// The images of all processes that live, and of those above them: what a cut has to restate about
// processes that are older than itself.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "trace/owned_image.h"
#include "trace/subtree.h"

namespace exectrail::trace {

class LineageTracker {
 public:
  // Learns from a record. `stated` says that the record goes into the cut, which then says itself
  // what it says about its images.
  void learn(const Record& record, bool stated);

  // What the cut does not know yet of this process's image and of those above it, as bodies of
  // records that say it: a Snapshot of an image, a Fork of a child that has not called exec. A
  // process comes before its creator, and of each the images in the order in which they replaced
  // one another. The cut is taken to know them from now on, each as long as it is its process's
  // latest. The bodies point to what lives until the next learn().
  std::vector<RecordBody> unstated(const ProcessKey& process);

 private:
  struct Node {
    explicit Node(const ProcessKey& of) : process(of) {}
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    RecordBody body() const;

    ProcessKey process;
    std::optional<OwnedImage> image;  // nothing: a copy of its creator's
    ImageId id;
    ImageId creatorId;
    std::string comm;                // of a copy
    std::shared_ptr<Node> creator;   // the image that created the process, null: not known
    std::shared_ptr<Node> previous;  // the image that this one replaced, null: none, or not known
    std::size_t depth = 0;           // nodes above, at most
    bool stated = false;
  };
  using NodePtr = std::shared_ptr<Node>;

  void fork(std::uint16_t origin, const Fork& fork, bool stated);
  void image(std::uint16_t origin, const Image& image, bool stated);
  static void putAbove(Node& node, NodePtr Node::*link, const NodePtr& above);
  NodePtr find(const ProcessKey& process) const;

  std::unordered_map<ProcessKey, NodePtr, ProcessKeyHash> current_;
};

}  // namespace exectrail::trace
