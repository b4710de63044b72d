// What a header keeps of COMMAND: all of it, or head and tail with a note.
#include "recorder/kept_command.h"

#include <gtest/gtest.h>

namespace exectrail::recorder {
namespace {

TEST(KeptCommand, AllOfAnUsualOne) {
  const std::vector<std::string> command = {"sh", "-c", "", std::string(20'000, 'x'), ""};
  const KeptCommand kept = keepCommand(command);
  EXPECT_EQ(kept.words, command);
  EXPECT_EQ(kept.note, "");
}

TEST(KeptCommand, HeadAndTailOfALongOne) {
  std::vector<std::string> command = {"tool"};
  for (int i = 0; i < 1500; ++i) command.emplace_back(1000, static_cast<char>('a' + i % 26));
  command.emplace_back("last");
  const KeptCommand kept = keepCommand(command);
  ASSERT_EQ(kept.words.size(), 18U + 6U);
  EXPECT_EQ(kept.words[17], std::string(363, command[17][0]));
  EXPECT_EQ(kept.words[0], "tool");
  EXPECT_EQ(kept.words[1], command[1]);
  EXPECT_EQ(kept.words[16], command[16]);
  EXPECT_EQ(kept.words.back(), "last");
  EXPECT_EQ(kept.words[kept.words.size() - 2], command[1500]);
  std::size_t bytes = 0;
  for (const std::string& word : kept.words) bytes += word.size();
  EXPECT_LE(bytes, std::size_t{20} << 10);
  EXPECT_EQ(kept.note,
            "command: 1502 words of 1501510 bytes; the first 18 and the last 6 are kept, the words "
            "where it is cut in part");
}

TEST(KeptCommand, AWordThatIsTooLongByItself) {
  const KeptCommand kept = keepCommand({std::string(100'000, 'x')});
  ASSERT_EQ(kept.words.size(), 2U);
  EXPECT_EQ(kept.words[0], std::string(16384, 'x'));
  EXPECT_EQ(kept.words[1], std::string(4095, 'x'));
}

}  // namespace
}  // namespace exectrail::recorder
