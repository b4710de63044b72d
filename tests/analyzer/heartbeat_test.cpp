// What a sink gets that wants heartbeats: the head of the hash chain, by which somebody else can
// find out later whether the segment is what it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "analyzer/follow/follower.h"
#include "analyzer/sinks/socket_sink.h"
#include "tests/analyzer/analysis.h"
#include "tests/recorder/output/segments.h"
#include "tests/support/temporary_folder.h"
#include "trace/container/verify.h"

namespace exectrail::test {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kSecond = 1'000'000'000;

FileDescriptor listenOn(const std::string& path) {
  FileDescriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return fd;
}

std::string receive(const FileDescriptor& fd) {
  pollfd polled{fd.get(), POLLIN, 0};
  std::string text(1 << 16, '\0');
  if (::poll(&polled, 1, 20'000) != 1) return "(nothing has come)";
  text.resize(static_cast<std::size_t>(::recv(fd.get(), text.data(), text.size(), 0)));
  return text;
}

trace::NotedHead whatIsKnownOf(const std::string& file, const trace::Digest256& head) {
  trace::Expected expected;
  expected.head = head;
  return trace::verify(trace::openFile(file), file, expected,
                       [](trace::ByteSpan) { return std::optional<trace::PublicKey>(); })
      .noted;
}

TEST(Heartbeat, GoesToASinkWithTheHeadOfTheChain) {
  const TemporaryFolder folder;
  const std::string trail = folder.path() + "/trail";
  OwnedRecord alive;
  alive.record.timeNs = 2 * kSecond;
  alive.record.body = trace::Heartbeat{41, 42, 43, {}};
  const SegmentedRecording recording(
      trail,
      {snapshot("/sbin/init").pid(1, 0).top(), exec("/tmp/x").pid(100, 1).at(kSecond), alive,
       exec("/tmp/y").pid(101, 1).at(3 * kSecond)},
      1, {});
  ASSERT_EQ(recording.files.size(), 1U);

  const std::string path = folder.path() + "/siem";
  const FileDescriptor siem = listenOn(path);
  analyzer::Operations operations({});
  const std::shared_ptr<const analyzer::Program> program(std::shared_ptr<void>(),
                                                         &shippedProgram());
  analyzer::FollowSettings settings;
  settings.folder = trail;
  settings.follow = true;
  settings.output.path = folder.path() + "/alerts";
  settings.sinks = {analyzer::parseSink("unix:" + path + ",min=critical,heartbeat=yes")};
  const auto none = [](const analyzer::Alert&, const trace::Header&, const analyzer::Program&) {
    return std::string();
  };
  // Blocks the signal that ends it, for all threads that come after.
  analyzer::Follower follower(
      settings, program, [&] { return program; }, none, nullptr, operations);
  std::thread thread([&] { follower.run(); });
  const std::string got = receive(siem);
  // To the thread that has blocked it: one that an earlier test has left would end with it, and all
  // of us.
  ::pthread_kill(thread.native_handle(), SIGTERM);
  thread.join();

  EXPECT_THAT(got, HasSubstr(R"("action":"heartbeat")")) << "whatever the floor is";
  EXPECT_THAT(got, HasSubstr(R"("execs":41,"attempts":42,"lost_events":43)"));
  const std::string field = R"("chain_head":")";
  const std::size_t at = got.find(field);
  ASSERT_NE(at, std::string::npos) << got;
  trace::Digest256 head{};
  ASSERT_TRUE(trace::fromHex(got.substr(at + field.size(), 64), head)) << got;
  EXPECT_EQ(whatIsKnownOf(recording.files[0], head), trace::NotedHead::kEarlier);
  head[0] ^= 1;
  EXPECT_EQ(whatIsKnownOf(recording.files[0], head), trace::NotedHead::kAbsent);
}

TEST(Heartbeat, OnlyWhereItIsWanted) {
  analyzer::SocketSink sink(analyzer::parseSink("unix:/nowhere/at/all"));
  sink.addHeartbeat("alive", 0, "h");
  EXPECT_EQ(sink.state().waiting, 0U);
  analyzer::SocketSink other(analyzer::parseSink("unix:/nowhere/at/all,heartbeat=yes"));
  other.addHeartbeat("alive", 0, "h");
  EXPECT_EQ(other.state().waiting, 1U);
}

}  // namespace
}  // namespace exectrail::test
