// What the perf source says about real execs on this host: each disguise of a path, each shape of
// argv. Needs root, tracefs and perf; exits with 77 otherwise. EXECTRAIL_BIN: the folder of
// `waiting` and the others.
#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>

#include "tests/live/perf_watch.h"

namespace exectrail::recorder {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::StartsWith;

TEST_F(PerfSourceTest, FromForkToExit) {
  const Seen seen = watch([] { execute("./x", {"x", "", "a b"}, {"WANTED=1", "OTHER=2"}); });
  EXPECT_TRUE(seen.forked);
  expectWhole(seen);
  EXPECT_EQ(seen.exec().filename, "./x");
  EXPECT_EQ(seen.exec().oldTid, seen.exec().tgid);
  EXPECT_THAT(seen.mappings, ElementsAre(path("x")));
  EXPECT_THAT(seen.stack().arguments.value, ElementsAre("x", "", "a b"));
  EXPECT_THAT(seen.stack().environment.value, ElementsAre("WANTED=1"));
  EXPECT_FALSE(seen.stack().secure.value);
  ASSERT_EQ(seen.names.size(), 1U);
  EXPECT_EQ(seen.names[0].comm, "x");
  EXPECT_TRUE(seen.names[0].byExec);
  ASSERT_TRUE(seen.namespaces.has_value());
  struct stat mount {};
  ASSERT_EQ(::stat("/proc/self/ns/mnt", &mount), 0);
  EXPECT_EQ(seen.namespaces->mount, mount.st_ino);
  if (seen.exec().cgroupId) {
    EXPECT_TRUE(cgroups_[*seen.exec().cgroupId].starts_with('/'));
  }
}

TEST_F(PerfSourceTest, ASymbolicLinkShowsItsTarget) {
  fs::create_symlink("x", path("innocent"));
  const Seen seen = watch([&] { execute(path("innocent"), {"innocent"}); });
  EXPECT_EQ(seen.exec().filename, path("innocent"));
  EXPECT_THAT(seen.mappings, ElementsAre(path("x")));
}

TEST_F(PerfSourceTest, AMemfd) {
  const Seen seen = watch([] {
    const int from = ::open("x", O_RDONLY);
    const int fd = ::memfd_create("evil", MFD_CLOEXEC);
    struct stat facts {};
    ::fstat(from, &facts);
    std::vector<char> bytes(static_cast<std::size_t>(facts.st_size));
    if (::read(from, bytes.data(), bytes.size()) != facts.st_size) ::_exit(1);
    if (::write(fd, bytes.data(), bytes.size()) != facts.st_size) ::_exit(1);
    char name[] = "evil";
    char* arguments[] = {name, nullptr};
    char* environment[] = {nullptr};
    ::fexecve(fd, arguments, environment);
  });
  EXPECT_THAT(seen.exec().filename, StartsWith("/dev/fd/"));
  EXPECT_THAT(seen.mappings, ElementsAre("/memfd:evil (deleted)"));
}

TEST_F(PerfSourceTest, AScriptShowsItsInterpreter) {
  FILE* script = std::fopen(path("script").c_str(), "w");
  std::fprintf(script, "#!%s -option\n", path("x").c_str());
  std::fclose(script);
  ::chmod(path("script").c_str(), 0755);
  const Seen seen = watch([] { execute("./script", {"name", "argument"}); });
  EXPECT_EQ(seen.exec().filename, "./script");
  EXPECT_THAT(seen.mappings, ElementsAre(path("x")));
  EXPECT_THAT(seen.stack().arguments.value,
              ElementsAre(path("x"), "-option", "./script", "argument"));
}

TEST_F(PerfSourceTest, InAChrootThePathIsAsSeenInside) {
  const Seen seen = watch([] {
    if (::chroot(".") == 0) execute("/x", {"x"});
  });
  EXPECT_THAT(seen.mappings, ElementsAre("/x"));
}

TEST_F(PerfSourceTest, TheDynamicLoaderAndWhatItIsGiven) {
  const std::string loader = fs::canonical("/bin/cat") == "/usr/bin/cat"
                                 ? fs::canonical("/lib64/ld-linux-x86-64.so.2").string()
                                 : "";
  fs::copy("/bin/cat", path("cat"));
  const Seen seen = watch(
      [&] {
        execute(loader, {"ld.so", "./cat"});
      },
      [&](const Seen& s) {
        return std::find(s.mappings.begin(), s.mappings.end(), path("cat")) != s.mappings.end();
      });
  EXPECT_EQ(seen.mappings.front(), loader);
  EXPECT_THAT(seen.mappings, Contains(path("cat")));
  EXPECT_THAT(seen.stack().arguments.value, ElementsAre("ld.so", "./cat"));
}

TEST_F(PerfSourceTest, APreloadedLibrary) {
  const std::string library = path("own.so");
  std::string libc;
  {
    // Any library will do.
    const Seen cat = watch([] { execute("/bin/cat", {"cat"}); });
    for (const auto& mapping : cat.mappings) {
      if (mapping.find("/libc") != std::string::npos) libc = mapping;
    }
  }
  ASSERT_NE(libc, "");
  fs::copy(libc, library);
  const Seen seen = watch([&] { execute("/bin/cat", {"cat"}, {"LD_PRELOAD=" + library}); });
  EXPECT_THAT(seen.stack().environment.value, ElementsAre("LD_PRELOAD=" + library));
  EXPECT_THAT(seen.mappings, Contains(library));
}

TEST_F(PerfSourceTest, SetUserId) {
  ASSERT_EQ(::chmod(path("x").c_str(), 04755), 0);
  const Seen seen = watch([] {
    if (::setresuid(65534, 65534, 65534) == 0) execute("./x", {"x"});
  });
  EXPECT_TRUE(seen.stack().secure.known());
  EXPECT_TRUE(seen.stack().secure.value) << "is " << folder_ << " mounted nosuid?";
}

TEST_F(PerfSourceTest, NoArgumentsAtAll) {
  const Seen seen = watch([] { execute("./x", {}); });
  // Linux 5.18 and later make it one that is empty.
  expectWhole(seen);
  EXPECT_LE(seen.stack().argumentShape.value.count, 1U);
  for (const auto& argument : seen.stack().arguments.value) EXPECT_EQ(argument, "");
}

TEST_F(PerfSourceTest, MegabytesOfArguments) {
  Texts arguments = {"x"};
  for (int i = 0; i < 40'000; ++i) arguments.push_back("argument number " + std::to_string(i));
  std::uint64_t length = 0;
  for (const auto& argument : arguments) length += argument.size() + 1;
  const Seen seen = watch([&] { execute("./x", arguments, {"A=1", "WANTED=behind"}); });
  const StackReading& stack = seen.stack();
  const Texts& kept = stack.arguments.value;
  EXPECT_EQ(stack.argumentShape.value.count, arguments.size());
  EXPECT_EQ(stack.arguments.evidence.originalLength, length);
  EXPECT_EQ(stack.arguments.evidence.errorNumber, 0);
  EXPECT_EQ(stack.arguments.evidence.evidenceClass, trace::EvidenceClass::kProcfs);
  const std::uint32_t tail = stack.argumentShape.value.tail;
  ASSERT_GT(kept.size(), tail);
  EXPECT_TRUE(std::equal(kept.begin(), kept.begin() + tail - 1, arguments.begin()));
  EXPECT_TRUE(std::equal(kept.begin() + tail + 1, kept.end(),
                         arguments.end() - static_cast<std::ptrdiff_t>(kept.size() - tail - 1)));
  EXPECT_THAT(stack.environment.value, ElementsAre("WANTED=behind"));
}

TEST_F(PerfSourceTest, ALargeEnvironment) {
  const std::string padding = "PADDING=" + std::string(40'000, 'x');
  const Seen seen = watch([&] { execute("./x", {"x"}, {padding, "WANTED=behind"}); });
  expectWhole(seen);
  EXPECT_THAT(seen.stack().environment.value, ElementsAre("WANTED=behind"));
}

TEST_F(PerfSourceTest, AThreadThatIsNotTheFirst) {
  const Seen seen = watch([] {
    pthread_t thread{};
    ::pthread_create(
        &thread, nullptr,
        [](void*) -> void* {
          execute("./x", {"x", "thread"});
        },
        nullptr);
    ::pthread_join(thread, nullptr);
  });
  expectWhole(seen);
  EXPECT_NE(seen.exec().oldTid, seen.exec().tgid);
  EXPECT_THAT(seen.stack().arguments.value, ElementsAre("x", "thread"));
}

TEST_F(PerfSourceTest, AProgramOf32Bits) {
  const std::string program = builtFolder() + "/waiting32";
  if (!fs::exists(program)) GTEST_SKIP() << "this compiler makes no program of 32 bits";
  const Seen seen = watch([&] { execute(program, {"x", "32"}, {"WANTED=yes"}); });
  expectWhole(seen);
  EXPECT_THAT(seen.mappings, Contains(EndsWith("/waiting32")));
  EXPECT_THAT(seen.stack().arguments.value, ElementsAre("x", "32"));
  EXPECT_THAT(seen.stack().environment.value, ElementsAre("WANTED=yes"));
}

TEST_F(PerfSourceTest, CpusThatStayKeepTheirRings) {
  const std::vector<int> before = source_.descriptors();
  std::vector<Event> events;
  EXPECT_FALSE(source_.refreshCpus(events));
  EXPECT_FALSE(source_.refreshCpus(events));
  EXPECT_EQ(source_.descriptors(), before);
  EXPECT_THAT(events, IsEmpty());
}

}  // namespace
}  // namespace exectrail::recorder

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  if (const auto why = exectrail::recorder::PerfSource::unsupported()) {
    std::printf("skipped: %s\n", why->c_str());
    return 77;
  }
  if (std::getenv("EXECTRAIL_BIN") == nullptr) {
    std::fprintf(stderr, "EXECTRAIL_BIN must name the folder of the programs\n");
    return 2;
  }
  return RUN_ALL_TESTS();
}
