// A recorder that was killed leaves a segment without an end, and the next one makes its file
// before it has anything to write: whoever follows goes on there all the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "analyzer/follow/follower.h"
#include "tests/analyzer/analysis.h"
#include "tests/recorder/output/segments.h"
#include "tests/support/temporary_folder.h"

namespace exectrail::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSecond = 1'000'000'000;

std::string contentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void append(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

Records run(const std::string& program) {
  return {snapshot("/sbin/init").pid(1, 0).top(), exec(program).pid(100, 1).at(kSecond),
          exec("/usr/bin/last").pid(101, 1).at(2 * kSecond)};
}

// Ten seconds at most: then a test fails.
bool within(const std::function<bool()>& is) {
  for (int i = 0; i < 1000 && !is(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return is();
}

TEST(Successor, IsFoundWhenItsFileWasThereBeforeItsHeader) {
  TemporaryFolder folder;
  trace::Header another = header();
  another.recordingId[0] ^= 1;
  const SegmentedRecording second(folder.path() + "/second", run("/tmp/y"), 1, {}, another);
  const std::string trail = folder.path() + "/trail";
  const std::string output = folder.path() + "/alerts";
  fs::create_directory(trail);
  const std::string whole = traceBytes(run("/tmp/x"), 1);
  const std::size_t inside = whole.find("/usr/bin/last");
  append(trail + "/1.trail", whole.substr(0, inside));

  analyzer::Operations operations(folder.path() + "/operations");
  const std::shared_ptr<const analyzer::Program> program(std::shared_ptr<void>(),
                                                         &shippedProgram());
  analyzer::FollowSettings settings;
  settings.folder = trail;
  settings.follow = true;
  settings.output.path = output;
  const auto render = [](const analyzer::Alert& alert, const trace::Header&,
                         const analyzer::Program&) { return alert.filePath.value + "\n"; };
  // Blocks the signal that ends it, for all threads that come after.
  analyzer::Follower follower(
      settings, program, [&] { return program; }, render, nullptr, operations);
  std::thread thread([&] { follower.run(); });
  EXPECT_TRUE(within([&] { return contentOf(output) == "/tmp/x\n"; })) << contentOf(output);
  // Long enough to be looked at, each.
  const auto pause = std::chrono::milliseconds(100);
  std::this_thread::sleep_for(pause);
  append(trail + "/1.trail", whole.substr(inside, 1));
  std::this_thread::sleep_for(pause);
  append(trail + "/2.trail", "");
  std::this_thread::sleep_for(pause);
  append(trail + "/2.trail", contentOf(second.files.at(0)));
  EXPECT_TRUE(within([&] { return contentOf(output) == "/tmp/x\n/tmp/y\n"; })) << contentOf(output);
  // To the thread that has blocked it: one that an earlier test has left would end with it, and all
  // of us.
  ::pthread_kill(thread.native_handle(), SIGTERM);
  thread.join();
  EXPECT_THAT(contentOf(folder.path() + "/operations"),
              testing::HasSubstr("recording_ended_early"));
}

}  // namespace
}  // namespace exectrail::test
