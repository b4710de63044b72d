// The most frequent strings, exactly while there is room and within the promised bound beyond.
#include "trace/tool/top_counter.h"

#include <gtest/gtest.h>

#include <random>

namespace exectrail::trace {
namespace {

using Top = std::vector<std::pair<std::uint64_t, std::string>>;

TEST(TopCounter, IsExactWhileThereIsRoom) {
  TopCounter counter(3);
  for (const char* text : {"b", "a", "c", "b", "", "b"}) {
    if (*text != '\0') counter.add(text);
  }
  EXPECT_EQ(counter.undercount(), 0U);
  EXPECT_EQ(counter.top(2), (Top{{3, "b"}, {1, "a"}}));
  EXPECT_EQ(counter.top(9).size(), 3U);
}

TEST(TopCounter, BeyondThatCountsAreTooLowByNoMoreThanItSays) {
  TopCounter counter(50);
  std::map<std::string, std::uint64_t> exact;
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const bool frequent = random() % 3 == 0;
    const std::string text = std::to_string(frequent ? random() % 4 : random() % 5000 + 10);
    counter.add(text);
    ++exact[text];
  }
  EXPECT_GT(counter.undercount(), 0U);
  EXPECT_LE(counter.undercount(), 20'000U / 51);
  for (const auto& [count, text] : counter.top(4)) {
    EXPECT_LT(text.size(), 2U) << "not one of the frequent ones";
    EXPECT_LE(count, exact[text]);
    EXPECT_GE(count + counter.undercount(), exact[text]);
  }
}

}  // namespace
}  // namespace exectrail::trace
