// Lines of mountinfo as kernels write them and as people with the right to mount choose them.
#include "recorder/proc/mount_info.h"

#include <gmock/gmock.h>

#include <random>
#include <string>

#include "recorder/proc/mount_table.h"

namespace exectrail::recorder {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MountInfo, ALineOfTheManualPage) {
  const auto mount = parseMountLine(
      "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue");
  ASSERT_TRUE(mount.has_value());
  EXPECT_EQ(mount->view(), (trace::Mount{36, 35, 98, 0, "/mnt1", "/mnt2", "rw,noatime", "ext3",
                                         "/dev/root", "rw,errors=continue"}));
}

TEST(MountInfo, NoneOrManyOptionalFields) {
  EXPECT_EQ(parseMountLine("1 2 0:3 / /a rw - tmpfs tmpfs rw")->fileSystem, "tmpfs");
  EXPECT_EQ(
      parseMountLine("1 2 0:3 / /a rw shared:1 master:2 propagate_from:3 unbindable - tmpfs t rw")
          ->fileSystem,
      "tmpfs");
  EXPECT_EQ(parseMountLine("1 2 0:3 / /a rw new_word - tmpfs t rw")->source, "t");
}

TEST(MountInfo, EscapedBlanks) {
  const auto mount = parseMountLine(
      R"(1 2 0:3 /a\040b /tmp/\011x\012y\134z rw - fuse.x my\040-\040tmpfs\040/dev/sda rw,a=\043)");
  ASSERT_TRUE(mount.has_value());
  EXPECT_EQ(mount->root, "/a b");
  EXPECT_EQ(mount->point, "/tmp/\tx\ny\\z");
  EXPECT_EQ(mount->source, "my - tmpfs /dev/sda");
  EXPECT_EQ(mount->superOptions, "rw,a=#");
}

TEST(MountInfo, AnEmptySource) {
  const auto mount = parseMountLine("1 2 0:3 / /a rw - tmpfs  rw,size=1k");
  ASSERT_TRUE(mount.has_value());
  EXPECT_EQ(mount->source, "");
  EXPECT_EQ(mount->superOptions, "rw,size=1k");
}

TEST(MountInfo, WhatIsNoEscapeStays) {
  for (const char* text : {"", "\\", "\\0", "\\04", "\\08 ", "\\x41", "\\400", "a\\"}) {
    EXPECT_EQ(unescapeMount(text), text);
  }
  EXPECT_EQ(unescapeMount("\\101\\\\040"), "A\\ ");
  EXPECT_EQ(unescapeMount("\\377"), "\xff");
}

TEST(MountInfo, LinesThatAreNone) {
  for (const char* line :
       {"", " ", "-", "1", "x 2 0:3 / /a rw - tmpfs t rw", "1 2 03 / /a rw - tmpfs t rw",
        "1 2 0: / /a rw - tmpfs t rw", "1 2 0:3", "1 2 0:3 / /a rw", "1 2 0:3 / /a rw -",
        "1 2 0:3 / /a rw tmpfs t rw", "1  2 0:3 / /a rw - tmpfs t rw",
        "4294967296 2 0:3 / /a rw - tmpfs t rw", "-1 2 0:3 / /a rw - tmpfs t rw",
        "1 2 0:3  /a rw - tmpfs t rw", "1 2 0:3 /  rw - tmpfs t rw", "1 2 0:3 / /a rw -  t rw"}) {
    EXPECT_FALSE(parseMountLine(line).has_value()) << line;
  }
}

TEST(MountInfo, AnyBytes) {
  std::mt19937 random(3);
  const std::string whole = R"(36 35 98:0 /m\0401 /mnt2 rw,noatime master:1 - ext3 /dev/root rw)";
  for (int round = 0; round < 20'000; ++round) {
    std::string line = whole;
    for (unsigned changes = random() % 4; changes > 0; --changes) {
      line[random() % line.size()] = static_cast<char>(random());
    }
    line.resize(random() % (line.size() + 1));
    if (const auto mount = parseMountLine(line)) {
      EXPECT_LE(mount->point.size() + mount->root.size() + mount->source.size(), line.size());
    }
  }
}

std::string lineOf(int id, const std::string& point, const std::string& options = "rw") {
  return std::to_string(id) + " 1 0:3 / " + point + " " + options + " - tmpfs t rw\n";
}

std::vector<std::string> pointsOf(const MountChanges& changes) {
  std::vector<std::string> points;
  for (const MountLine& mount : changes.mounts) points.push_back(mount.point);
  return points;
}

TEST(MountListTest, NewChangedAndRemoved) {
  MountList list;
  const MountChanges first = list.update(lineOf(1, "/") + lineOf(2, "/a") + lineOf(3, "/b"));
  EXPECT_THAT(pointsOf(first), ElementsAre("/", "/a", "/b"));
  EXPECT_THAT(first.removedIds, IsEmpty());
  EXPECT_TRUE(list.update(lineOf(3, "/b") + lineOf(1, "/") + lineOf(2, "/a")).empty());
  const MountChanges second = list.update(lineOf(1, "/", "ro") + lineOf(3, "/b") + lineOf(4, "/c"));
  EXPECT_THAT(pointsOf(second), ElementsAre("/", "/c"));
  EXPECT_EQ(second.mounts[0].options, "ro");
  EXPECT_THAT(second.removedIds, ElementsAre(2));
  // An id that was given out again.
  const MountChanges third = list.update(lineOf(1, "/", "ro") + lineOf(3, "/x"));
  EXPECT_THAT(pointsOf(third), ElementsAre("/x"));
  EXPECT_THAT(third.removedIds, ElementsAre(4));
  EXPECT_THAT(list.update("").removedIds, ElementsAre(1, 3));
  EXPECT_EQ(list.size(), 0U);
}

TEST(MountListTest, LinesThatAreNoneAreCounted) {
  MountList list;
  const MountChanges changes = list.update("nonsense\n" + lineOf(1, "/") + "\n2 1 0:3 /\n");
  EXPECT_THAT(pointsOf(changes), ElementsAre("/"));
  EXPECT_EQ(changes.badLines, 3U);
}

TEST(MountListTest, MoreThanAreKept) {
  std::string text;
  for (std::size_t i = 0; i < MountList::kMostMounts + 7; ++i) {
    text += lineOf(static_cast<int>(i), "/m");
  }
  MountList many;
  const MountChanges changes = many.update(text);
  EXPECT_EQ(changes.mounts.size(), MountList::kMostMounts);
  EXPECT_EQ(changes.leftOut, 7U);
  EXPECT_EQ(many.update(text).leftOut, 7U);

  MountList large;
  const std::string longPoint = "/" + std::string(4000, 'x');
  text.clear();
  for (int i = 0; i < 1500; ++i) text += lineOf(i, longPoint);
  const MountChanges cut = large.update(text);
  EXPECT_GT(cut.leftOut, 0U);
  EXPECT_EQ(cut.mounts.size() + cut.leftOut, 1500U);
  EXPECT_LE(cut.mounts.size() * 4000, MountList::kMostBytes);
}

}  // namespace
}  // namespace exectrail::recorder
