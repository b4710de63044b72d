// Where paths lead: every trap of spelling that has fooled a path rule.
#include "analyzer/paths/path.h"

#include <gtest/gtest.h>

namespace exectrail::analyzer {
namespace {

constexpr const char* kHandle = "(handle)";
constexpr const char* kUnknown = "(unknown)";

std::string text(const Place& place) {
  switch (place.kind) {
    case PlaceKind::kPath:
      return place.path;
    case PlaceKind::kHandle:
      return kHandle;
    case PlaceKind::kUnknown:
      return kUnknown;
  }
  return "?";
}

struct TypedCase {
  const char* typed;
  const char* cwd;  // null: not known
  const char* place;
};

TEST(Path, Typed) {
  constexpr TypedCase kCases[] = {
      {"/tmp/x", nullptr, "/tmp/x"},
      {"./x", "/tmp", "/tmp/x"},
      {"x", "/tmp", "/tmp/x"},
      {"../x", "/tmp/a", "/tmp/x"},
      {"x", "/", "/x"},
      {"x", nullptr, kUnknown},
      {"x", "(unreachable)/tmp", kUnknown},
      {"", "/tmp", kUnknown},
      {"/tmp", nullptr, "/tmp"},
      {"/tmp/", nullptr, "/tmp"},
      {"//tmp//x", nullptr, "/tmp/x"},
      {"/./tmp/./x", nullptr, "/tmp/x"},
      {"/tmp/../usr/bin/ls", nullptr, "/usr/bin/ls"},
      {"/usr/bin/../../tmp/x", nullptr, "/tmp/x"},
      {"/../../tmp/x", nullptr, "/tmp/x"},
      {"/", nullptr, "/"},
      {"/..", nullptr, "/"},
      {"/tmpx/a", nullptr, "/tmpx/a"},
      {"/tmp/ x", nullptr, "/tmp/ x"},
      {"/tmp/\n", nullptr, "/tmp/\n"},
      {"/tmp/\xff", nullptr, "/tmp/\xff"},
      {"/tmp/...", nullptr, "/tmp/..."},
      // " (deleted)" as typed is a name.
      {"/tmp/x (deleted)", nullptr, "/tmp/x (deleted)"},
      // The links every Linux has.
      {"/var/run/ls", nullptr, "/run/ls"},
      {"/var/lock/x", nullptr, "/run/lock/x"},
      {"/run/shm/x", nullptr, "/dev/shm/x"},
      {"/var/run/shm/x", nullptr, "/dev/shm/x"},
      {"/usr/tmp/x", nullptr, "/var/tmp/x"},
      {"/bin/sh", nullptr, "/usr/bin/sh"},
      {"/sbin/init", nullptr, "/usr/sbin/init"},
      {"/lib/x", nullptr, "/usr/lib/x"},
      {"/lib64/ld-linux-x86-64.so.2", nullptr, "/usr/lib64/ld-linux-x86-64.so.2"},
      {"/binx/a", nullptr, "/binx/a"},
      {"/var/runx/a", nullptr, "/var/runx/a"},
      {"/a/var/run/x", nullptr, "/a/var/run/x"},
      {"run/x", "/var", "/run/x"},
      // The kernel walks through a link before it goes up again.
      {"/var/run/../x", nullptr, "/x"},
      {"/bin/../../tmp/x", nullptr, "/tmp/x"},
      // Another view of the root directory.
      {"/proc/self/root/tmp/x", nullptr, "/tmp/x"},
      {"/proc/self/root/var/run/x", nullptr, "/run/x"},
      {"/proc/1/root/tmp/x", nullptr, "/proc/1/root/tmp/x"},
      {"/proc/1/task/7/root/tmp/x", nullptr, "/proc/1/task/7/root/tmp/x"},
      {"/proc/thread-self/root/tmp/x", nullptr, "/tmp/x"},
      {"/proc/self/root/proc/self/root/tmp/x", nullptr, "/tmp/x"},
      {"/proc/self/root/../tmp/x", nullptr, "/tmp/x"},
      {"/proc/x1/root/tmp/x", nullptr, "/proc/x1/root/tmp/x"},
      {"/proc/self/cwd/x", "/tmp", "/tmp/x"},
      {"/proc/self/cwd/x", nullptr, kUnknown},
      {"/proc/7/cwd/x", "/tmp", kUnknown},
      // Open files are no places.
      {"/dev/fd/9", nullptr, kHandle},
      {"/dev/fd/9/x", nullptr, kHandle},
      {"/proc/self/fd/3", nullptr, kHandle},
      {"/proc/12/fd/3", nullptr, kHandle},
      {"/proc/12/task/13/fd/3", nullptr, kHandle},
      {"/proc/self/exe", nullptr, kHandle},
      {"/proc/self/map_files/400000-401000", nullptr, kHandle},
      {"/tmp/../proc/./self//exe", nullptr, kHandle},
      {"fd/9", "/dev", kHandle},
      {"/dev/stdin", nullptr, kHandle},
      {"/dev/stdinx", nullptr, "/dev/stdinx"},
      // Around them are places.
      {"/dev/fd", nullptr, "/dev/fd"},
      {"/dev/fdx/9", nullptr, "/dev/fdx/9"},
      {"/proc/self/fdx/3", nullptr, "/proc/self/fdx/3"},
      {"/proc/self/mem", nullptr, "/proc/self/mem"},
      {"/proc/1/task", nullptr, "/proc/1/task"},
  };
  for (const TypedCase& c : kCases) {
    std::optional<std::string_view> cwd;
    if (c.cwd != nullptr) cwd = c.cwd;
    EXPECT_EQ(text(placeOfTyped(c.typed, cwd)), c.place)
        << c.typed << " in " << (c.cwd ? c.cwd : "?");
  }
}

struct ResolvedCase {
  const char* path;
  bool deleted;
  const char* place;
};

TEST(Path, Resolved) {
  constexpr ResolvedCase kCases[] = {
      {"/tmp/x", false, "/tmp/x"},
      {"/tmp/x (deleted)", true, "/tmp/x"},
      // A file really named so: it still has a link.
      {"/tmp/x (deleted)", false, "/tmp/x (deleted)"},
      {"/tmp/x (deleted) (deleted)", true, "/tmp/x (deleted)"},
      {"/memfd:a (deleted)", true, "/memfd:a"},
      {"/memfd:runc_cloned:/proc/self/exe (deleted)", true, "/memfd:runc_cloned:/proc/self/exe"},
      {"/memfd:../../usr/bin/ls", true, "/memfd:../../usr/bin/ls"},
      {"memfd:a", false, "/memfd:a"},
      {"/var/run/x", false, "/run/x"},
      {"x", false, kUnknown},
      {"", false, kUnknown},
      {"(unreachable)/x", false, "/(unreachable)/x"},
      {"(unreachable)/../usr/bin/x", false, "/(unreachable)/../usr/bin/x"},
      {"(unreachable)", false, kUnknown},
  };
  for (const ResolvedCase& c : kCases) {
    EXPECT_EQ(text(placeOfResolved(c.path, c.deleted)), c.place) << c.path;
  }
}

TEST(Path, UnderComparesWholeComponents) {
  EXPECT_TRUE(isUnder("/tmp/a", "/tmp"));
  EXPECT_TRUE(isUnder("/tmp/a/b", "/tmp"));
  EXPECT_TRUE(isUnder("/a", "/"));
  EXPECT_FALSE(isUnder("/tmpx/a", "/tmp"));
  EXPECT_FALSE(isUnder("/tmp", "/tmp"));
  EXPECT_FALSE(isUnder("/var/tmpfoo/a", "/var/tmp"));
  EXPECT_FALSE(isUnder("/", "/"));
  EXPECT_FALSE(isUnder("/t", "/tmp"));
}

TEST(Path, LongestPathTakesLittleTime) {
  std::string path;
  while (path.size() < 4096) path += "/proc/self/root";
  EXPECT_EQ(text(placeOfTyped(path + "/tmp/x", std::nullopt)), "/tmp/x");
  std::string up = "/tmp";
  while (up.size() < 1'000'000) up += "/a/..";
  EXPECT_EQ(text(placeOfTyped(up + "/x", std::nullopt)), "/tmp/x");
}

TEST(Path, Components) {
  EXPECT_EQ(componentCount("/"), 0U);
  EXPECT_EQ(componentCount("/var/tmp"), 2U);
  EXPECT_EQ(lastComponent("/var/tmp"), "tmp");
  EXPECT_EQ(lastComponent("x"), "x");
  EXPECT_EQ(lastComponent("/"), "");
}

}  // namespace
}  // namespace exectrail::analyzer
