// What the header of a trace says about the host: users from a file that may hold anything.
#include "recorder/host_facts.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

namespace exectrail::recorder {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using trace::User;

UserList usersOf(const std::string& text) {
  std::string path = testing::TempDir() + "exectrail-passwd-XXXXXX";
  ::close(::mkstemp(path.data()));
  std::ofstream(path) << text;
  UserList list = readUsers(path.c_str());
  std::filesystem::remove(path);
  return list;
}

TEST(Users, NamesAndNumbers) {
  const UserList list = usersOf(
      "root:x:0:0:root:/root:/bin/bash\n# a comment\n\nwww-data:x:33:33::/var/www:\n"
      "last:x:4294967294:1:no newline");
  EXPECT_THAT(list.users,
              ElementsAre(User{0, "root"}, User{33, "www-data"}, User{4294967294, "last"}));
  EXPECT_EQ(list.leftOut, 0U);
  EXPECT_EQ(list.errorNumber, 0);
}

TEST(Users, OneNumberMayHaveManyNames) {
  EXPECT_THAT(usersOf("root:x:0:0\ntoor:x:0:0\n").users,
              ElementsAre(User{0, "root"}, User{0, "toor"}));
}

TEST(Users, NamesAreBytes) {
  EXPECT_THAT(usersOf("\x1b[2J\xff:x:7:\n").users, ElementsAre(User{7, "\x1b[2J\xff"}));
}

TEST(Users, LinesThatAreNoUserAreCounted) {
  const UserList list = usersOf(
      "nothing\n:x:1:\na\nb:\nc:x\nd:x:\ne:x:-1:\nf:x:1x:\ng:x:4294967296:\n+::::::\nok:x:5\n");
  EXPECT_THAT(list.users, ElementsAre(User{5, "ok"}));
  EXPECT_EQ(list.leftOut, 10U);
}

TEST(Users, Bounds) {
  const UserList longName =
      usersOf(std::string(257, 'n') + ":x:1:\n" + std::string(256, 'n') + ":x:2:\n");
  EXPECT_EQ(longName.users.size(), 1U);
  EXPECT_EQ(longName.leftOut, 1U);
  std::string many;
  for (int i = 0; i < 20'003; ++i) many += "u:x:1:\n";
  EXPECT_EQ(usersOf(many).users.size(), 20'000U);
  EXPECT_EQ(usersOf(many).leftOut, 3U);
  const UserList large = usersOf("a:x:1:\nb:x:2:" + std::string(5 << 20, 'x') + "\nc:x:3:\n");
  EXPECT_THAT(large.users, ElementsAre(User{1, "a"}));
  EXPECT_EQ(large.leftOut, 1U);
}

TEST(Users, NoFile) {
  const UserList list = readUsers("/nonexistent/passwd");
  EXPECT_THAT(list.users, IsEmpty());
  EXPECT_EQ(list.errorNumber, ENOENT);
}

TEST(Host, HasItsUsers) {
  const trace::Host host = readHost();
  EXPECT_THAT(host.users, Contains(User{0, "root"}));
  EXPECT_NE(host.bootId, trace::Uuid{});
}

}  // namespace
}  // namespace exectrail::recorder
