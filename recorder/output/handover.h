// Hands items from one thread to one other, in order, without a lock: the one that gives runs with
// real-time priority and must never wait for the one that takes.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace exectrail::recorder {

template <typename Item>
class Handover {
 public:
  Handover() = default;
  ~Handover() { clear(newest_.exchange(nullptr)); }
  Handover(const Handover&) = delete;
  Handover& operator=(const Handover&) = delete;

  // True if nothing was there: the taker may have gone to sleep.
  bool give(Item&& item) {
    Node* older = newest_.load(std::memory_order_relaxed);
    auto* node = new Node{std::move(item), older};
    while (!newest_.compare_exchange_weak(older, node, std::memory_order_release,
                                          std::memory_order_relaxed)) {
      node->older = older;
    }
    return older == nullptr;  // `node` may be taken and gone by now
  }

  // Takes all that is there and calls `use`, which must not throw, with each item, oldest
  // first.
  template <typename Use>
  void takeAll(const Use& use) {
    Node* newest = newest_.exchange(nullptr, std::memory_order_acquire);
    std::unique_ptr<Node> oldest;  // of those left
    while (newest != nullptr) {
      Node* older = std::exchange(newest->older, oldest.release());
      oldest.reset(newest);
      newest = older;
    }
    while (oldest != nullptr) {
      use(std::move(oldest->item));
      oldest.reset(std::exchange(oldest->older, nullptr));
    }
  }

 private:
  struct Node {
    Item item;
    Node* older = nullptr;
  };

  static void clear(Node* node) {
    while (node != nullptr) delete std::exchange(node, node->older);
  }

  std::atomic<Node*> newest_{nullptr};
};

}  // namespace exectrail::recorder
