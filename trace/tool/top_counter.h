// The most frequent of very many strings, in bounded memory: the algorithm of Misra and Gries.
// Counts are exact as long as there are no more different strings than it keeps; then they are
// lower bounds, each too low by no more than undercount().
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace exectrail::trace {

class TopCounter {
 public:
  explicit TopCounter(std::size_t mostKept = 4096) : mostKept_(mostKept) {}

  void add(std::string_view text) {
    const auto found = counts_.find(text);
    if (found != counts_.end()) {
      ++found->second;
    } else if (counts_.size() < mostKept_) {
      counts_.emplace(text, 1);
    } else {
      // This one and one of each of the others cancel each other out.
      ++undercount_;
      for (auto entry = counts_.begin(); entry != counts_.end();) {
        entry = --entry->second == 0 ? counts_.erase(entry) : std::next(entry);
      }
    }
  }

  std::uint64_t undercount() const { return undercount_; }

  // Most frequent first, then in order of the bytes.
  std::vector<std::pair<std::uint64_t, std::string>> top(std::size_t most) const {
    std::vector<std::pair<std::uint64_t, std::string>> top;
    for (const auto& [text, count] : counts_) top.emplace_back(count, text);
    std::sort(top.begin(), top.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    if (top.size() > most) top.resize(most);
    return top;
  }

 private:
  std::size_t mostKept_;
  std::uint64_t undercount_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace exectrail::trace
