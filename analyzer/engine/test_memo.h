// What patterns said of kept texts: each is asked once as long as there is room. A table of fixed
// size in which the newer answer replaces the older; what it has forgotten is found out again.
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/engine/texts.h"

namespace exectrail::analyzer {

class TestMemo {
 public:
  static constexpr std::size_t kEntries = 32'768;  // 768 KiB

  // A power of two.
  explicit TestMemo(std::size_t entries = kEntries) : entries_(entries) {}

  // `test` is the pattern's address: it must outlive the memo.
  template <typename Ask>
  bool answer(const void* test, const Text& text, Ask ask) {
    const auto address = reinterpret_cast<std::uintptr_t>(test);
    const std::uint64_t hash = (address ^ (text.id * 0x9e3779b97f4a7c15U)) * 0xff51afd7ed558ccdU;
    Entry& entry = entries_[(hash >> 32) & (entries_.size() - 1)];
    if (entry.test != test || entry.textId != text.id) entry = {test, text.id, ask()};
    return entry.answer;
  }

 private:
  struct Entry {
    const void* test = nullptr;
    std::uint64_t textId = 0;
    bool answer = false;
  };
  std::vector<Entry> entries_;
};

}  // namespace exectrail::analyzer
