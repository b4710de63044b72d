#include "analyzer/engine/word_automaton.h"

namespace exectrail::analyzer {

// 0: there is none.
std::uint32_t WordAutomaton::child(std::uint32_t node, std::uint8_t byte) const {
  if (node == 0) return first_[byte];
  for (const auto& [each, to] : nodes_[node].next) {
    if (each == byte) return to;
  }
  return 0;
}

std::uint32_t WordAutomaton::next(std::uint32_t node, std::uint8_t byte) const {
  std::uint32_t to = child(node, byte);
  while (to == 0 && node != 0) {
    node = nodes_[node].fallback;
    to = child(node, byte);
  }
  return to;
}

void WordAutomaton::add(std::string_view word, std::uint32_t number) {
  std::uint32_t at = 0;
  for (const char c : word) {
    const std::uint8_t byte = small(c);
    std::uint32_t to = child(at, byte);
    if (to == 0) {
      to = static_cast<std::uint32_t>(nodes_.size());
      nodes_.emplace_back();
      if (at == 0) {
        first_[byte] = to;
      } else {
        nodes_[at].next.emplace_back(byte, to);
      }
    }
    at = to;
  }
  nodes_[at].numbers.push_back(number);
}

// Nearest to the first node first: what a node falls back to is nearer than itself.
void WordAutomaton::finish() {
  std::vector<std::uint32_t> order;
  for (const std::uint32_t node : first_) {
    if (node != 0) order.push_back(node);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const auto& [byte, to] : nodes_[order[i]].next) {
      Node& node = nodes_[to];
      node.fallback = next(nodes_[order[i]].fallback, byte);
      node.shorter =
          nodes_[node.fallback].numbers.empty() ? nodes_[node.fallback].shorter : node.fallback;
      order.push_back(to);
    }
  }
}

}  // namespace exectrail::analyzer
