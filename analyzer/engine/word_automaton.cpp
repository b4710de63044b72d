#include "analyzer/engine/word_automaton.h"

#include <algorithm>

namespace exectrail::analyzer {
namespace {

std::uint8_t small(char c) {
  return static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

}  // namespace

WordAutomaton::WordAutomaton() : nodes_(1), ends_(1) {}

// 0: there is none.
std::uint32_t WordAutomaton::childOf(std::uint32_t node, Symbol symbol) const {
  std::uint32_t child = nodes_[node].child;
  while (child != 0 && nodes_[child].symbol != symbol) child = nodes_[child].sibling;
  return child;
}

std::uint32_t WordAutomaton::childMade(std::uint32_t node, Symbol symbol) {
  if (const std::uint32_t child = childOf(node, symbol); child != 0) return child;
  const auto made = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({symbol, 0, nodes_[node].child});
  nodes_[node].child = made;
  return made;
}

void WordAutomaton::add(std::string_view word, Where where, std::uint32_t number) {
  std::uint32_t at = 0;
  if (where == Where::kAtBeginning || where == Where::kWhole) at = childMade(at, kBegin);
  for (const char c : word) {
    const std::uint8_t byte = small(c);
    if (symbols_[byte] == kOther) {
      symbols_[byte] = static_cast<Symbol>(symbolCount_++);
      if (byte >= 'a' && byte <= 'z') symbols_[byte - 'a' + 'A'] = symbols_[byte];
    }
    at = childMade(at, symbols_[byte]);
  }
  if (where == Where::kAtEnd || where == Where::kWhole) at = childMade(at, kEnd);
  ends_.push_back({number, nodes_[at].words});
  nodes_[at].words = static_cast<std::uint32_t>(ends_.size() - 1);
}

// Nearest to the first node first, so that those that are walked through often lie together.
void WordAutomaton::sortNodes() {
  std::vector<std::uint32_t> order = {0};
  std::vector<std::uint32_t> placeOf(nodes_.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    placeOf[order[i]] = static_cast<std::uint32_t>(i);
    for (std::uint32_t child = nodes_[order[i]].child; child != 0; child = nodes_[child].sibling) {
      order.push_back(child);
    }
  }
  std::vector<Node> sorted;
  sorted.reserve(nodes_.size());
  for (const std::uint32_t node : order) {
    sorted.push_back(nodes_[node]);
    sorted.back().child = placeOf[nodes_[node].child];
    sorted.back().sibling = placeOf[nodes_[node].sibling];
  }
  nodes_ = std::move(sorted);
}

void WordAutomaton::finish() {
  sortNodes();
  quick_ = std::min(nodes_.size(), kMostWays / symbolCount_);
  ways_.resize(quick_ * symbolCount_);
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    const std::uint32_t fallback = nodes_[node].fallback;
    for (std::uint32_t child = nodes_[node].child; child != 0; child = nodes_[child].sibling) {
      Node& below = nodes_[child];
      if (node != 0) below.fallback = nodeOf(next(stateOf(fallback), below.symbol) & ~kFound);
      below.shorter =
          nodes_[below.fallback].words != 0 ? below.fallback : nodes_[below.fallback].shorter;
    }
    if (node >= quick_) continue;
    State* ways = &ways_[node * symbolCount_];
    if (node != 0) std::copy_n(&ways_[fallback * symbolCount_], symbolCount_, ways);
    for (std::uint32_t child = nodes_[node].child; child != 0; child = nodes_[child].sibling) {
      ways[nodes_[child].symbol] = withFound(child);
    }
  }
  start_ = next(0, kBegin) & ~kFound;
}

WordAutomaton::State WordAutomaton::slowNext(State state, Symbol symbol) const {
  std::uint32_t node = nodeOf(state);
  while (node >= quick_) {
    if (const std::uint32_t child = childOf(node, symbol); child != 0) return withFound(child);
    node = nodes_[node].fallback;
  }
  return ways_[node * symbolCount_ + symbol];
}

}  // namespace exectrail::analyzer
