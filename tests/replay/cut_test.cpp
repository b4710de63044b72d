// Cutting a scenario out of a recording, on traces made in memory.
#include "replay/live/cut.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trace/errors.h"

namespace exectrail::replay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using trace::CreatorEdge;
using trace::EvidenceClass;
using trace::ImageId;

class MemorySink : public trace::ByteSink {
 public:
  void write(const std::byte* data, std::size_t size) override {
    bytes.append(reinterpret_cast<const char*>(data), size);
  }
  std::string bytes;
};

ImageId image(std::uint32_t tgid, std::uint32_t execNumber) {
  return {tgid, execNumber, std::uint64_t{tgid} * 1000};
}

// A recording as record-live makes one. Each call is one record, a millisecond later.
class Recording {
 public:
  Recording() {
    header_.writer = "exectrail-record 0.1.0";
    header_.host.name = "build-host-7";
    header_.host.machineId = "0123456789abcdef";
    header_.host.bootId.fill(7);
    header_.host.kernelRelease = "6.1.0-1-amd64";
    header_.capture.command = {"/opt/exectrail-replay", "sandbox", "/srv/corpus/attack/x"};
    header_.clock.realtimeNs = 1'700'000'000'000'000'000;
  }

  Recording& snapshot(std::uint32_t tgid, std::uint32_t creator = 0) {
    trace::Snapshot record;
    record.image.id = image(tgid, 1);
    if (creator != 0) {
      record.image.creator = {trace::Creator{image(creator, 1), CreatorEdge::kFork},
                              EvidenceClass::kProcfs};
    }
    return add(record);
  }
  Recording& fork(ImageId creator, std::uint32_t child) {
    return add(trace::Fork{creator, image(child, 0), "x"});
  }
  Recording& exec(ImageId id, trace::Bytes path, bool resolved = true) {
    trace::Exec record;
    record.image.id = id;
    record.typedPath = {path, EvidenceClass::kKernel};
    if (resolved) record.image.executable = {path, EvidenceClass::kProcfs};
    record.image.creator = {trace::Creator{image(1, 1), CreatorEdge::kUnknown},
                            EvidenceClass::kInferred};
    return add(record);
  }
  Recording& creator(ImageId id) {  // of the exec added last
    auto& record = std::get<trace::Exec>(records_.back().body);
    record.image.creator = {trace::Creator{id, CreatorEdge::kFork}, EvidenceClass::kKernel};
    return *this;
  }
  Recording& attempt(ImageId caller) {
    trace::Attempt record;
    record.caller = caller;
    return add(record);
  }
  Recording& exit(ImageId id) { return add(trace::Exit{id, {}}); }
  Recording& gap(std::uint64_t fromNs, std::uint64_t toNs) {
    return add(trace::Gap{trace::Source::kTracefs, fromNs, toNs, 5});
  }

  std::string bytes(bool complete = true) const {
    MemorySink sink;
    trace::Writer writer(sink, header_);
    for (const trace::Record& record : records_) writer.add(record);
    if (complete) {
      trace::End end;
      end.timeNs = now_;
      end.attemptsNotKept = 3;
      end.lateEvents = 1;
      writer.finish(end);
    } else {
      writer.flush();
    }
    return sink.bytes;
  }

 private:
  Recording& add(trace::RecordBody body) {
    now_ += 1'000'000;
    records_.push_back({now_, 0, std::move(body)});
    return *this;
  }

  trace::Header header_;
  std::vector<trace::Record> records_;
  std::uint64_t now_ = 0;
};

constexpr std::uint32_t kSandbox = 100;
constexpr std::uint32_t kInit = 101;
constexpr std::uint32_t kShell = 102;

// Recorder's command, its init, the shell, as the sandbox makes them; time 5 ms at `sh run.sh`.
Recording sandbox() {
  return std::move(Recording()
                       .snapshot(1)
                       .exec(image(kSandbox, 1), "/opt/exectrail-replay")
                       .fork(image(kSandbox, 1), kInit)
                       .fork(image(kInit, 0), kShell)
                       .exec(image(kShell, 1), "/bin/sh"));
}

struct CutTrace {
  CutReport report;
  std::string bytes;
  trace::Header header;
  std::optional<trace::End> end;
  std::vector<std::string> kept;  // "exec /bin/sh", "fork 103", ...
  std::vector<trace::Creator> creators;
};

std::string describe(const trace::RecordBody& body) {
  if (const auto* exec = std::get_if<trace::Exec>(&body)) {
    return "exec " + std::string(exec->typedPath.value);
  }
  if (const auto* fork = std::get_if<trace::Fork>(&body)) {
    return "fork " + std::to_string(fork->child.tgid);
  }
  if (const auto* exit = std::get_if<trace::Exit>(&body)) {
    return "exit " + std::to_string(exit->image.tgid);
  }
  if (std::holds_alternative<trace::Attempt>(body)) return "attempt";
  if (std::holds_alternative<trace::Gap>(body)) return "gap";
  if (const auto* snapshot = std::get_if<trace::Snapshot>(&body)) {
    return "snapshot " + std::to_string(snapshot->image.id.tgid);
  }
  return "?";
}

CutTrace cut(const std::string& raw, std::optional<LateRoot> late = std::nullopt) {
  MemorySink sink;
  CutTrace result;
  result.report =
      cutToScenario([&] { return trace::openTraceBytes(raw, "raw"); }, "attack/x/bash", sink, late);
  result.bytes = sink.bytes;
  const auto reader = trace::openTraceBytes(result.bytes, "cut");
  result.header = reader->header();
  trace::Record record;
  while (reader->next(record)) {
    result.kept.push_back(describe(record.body));
    if (const auto* exec = std::get_if<trace::Exec>(&record.body)) {
      result.creators.push_back(exec->image.creator.value);
    }
  }
  EXPECT_EQ(trace::Completeness::kComplete, reader->state().completeness);
  result.end = reader->end();
  return result;
}

TEST(Cut, KeepsTheShellAndWhatIsBelowAndNothingElse) {
  const CutTrace result = cut(sandbox()
                                  .fork(image(1, 1), 200)  // beside the sandbox
                                  .exec(image(200, 1), "/usr/bin/other")
                                  .fork(image(kShell, 1), 103)
                                  .exec(image(103, 1), "/tmp/x")
                                  .attempt(image(103, 1))
                                  .exit(image(103, 1))
                                  .exit(image(200, 1))
                                  .exit(image(kShell, 1))
                                  .exit(image(kInit, 0))
                                  .exit(image(kSandbox, 1))
                                  .bytes());
  EXPECT_THAT(result.kept, ElementsAre("exec /bin/sh", "fork 103", "exec /tmp/x", "attempt",
                                       "exit 103", "exit 102"));
  EXPECT_EQ(image(kShell, 1), result.report.root);
}

TEST(Cut, SaysThatNothingStandsAboveTheShell) {
  const CutTrace result = cut(sandbox()
                                  .fork(image(kShell, 1), 103)
                                  .exec(image(103, 1), "/tmp/x")
                                  .creator(image(kShell, 1))
                                  .exec(image(kShell, 2), "/usr/bin/true")
                                  .bytes());
  ASSERT_EQ(3U, result.creators.size());
  EXPECT_EQ((trace::Creator{{}, CreatorEdge::kTop}), result.creators[0]);
  EXPECT_EQ((trace::Creator{image(kShell, 1), CreatorEdge::kFork}), result.creators[1]);
  EXPECT_EQ((trace::Creator{{}, CreatorEdge::kTop}), result.creators[2]) << "same process";
}

TEST(Cut, TakesOutWhatNamesTheHost) {
  const std::string raw = sandbox().bytes();
  const CutTrace result = cut(raw);
  EXPECT_EQ("exectrail", result.header.host.name);
  EXPECT_EQ("", result.header.host.machineId);
  EXPECT_EQ("65786563-7472-6169-6c2d-636f72707573", trace::toString(result.header.host.bootId));
  EXPECT_EQ("6.1.0-1-amd64", result.header.host.kernelRelease);
  EXPECT_EQ(1'700'000'000'000'000'000U, result.header.clock.realtimeNs);
  EXPECT_TRUE(result.header.capture.command.empty());
  EXPECT_THAT(result.header.provenance, ElementsAre("cut to scenario attack/x/bash by "
                                                    "exectrail-replay " EXECTRAIL_VERSION));
  ASSERT_NE(std::string::npos, raw.find("build-host-7")) << "this test would find nothing";
  for (const char* secret : {"build-host-7", "0123456789abcdef", "/srv/corpus", "/opt/exectrail"}) {
    EXPECT_EQ(std::string::npos, result.bytes.find(secret)) << secret;
  }
}

TEST(Cut, CountsAgain) {
  const CutTrace result = cut(sandbox()
                                  .fork(image(kShell, 1), 103)
                                  .exec(image(103, 1), "./x", false)
                                  .attempt(image(103, 1))
                                  .exit(image(103, 1))
                                  .bytes());
  ASSERT_TRUE(result.end);
  EXPECT_EQ(2U, result.end->execs);
  EXPECT_EQ(1U, result.end->forks);
  EXPECT_EQ(1U, result.end->attempts);
  EXPECT_EQ(1U, result.end->exits);
  EXPECT_EQ(3U, result.end->attemptsNotKept);
  EXPECT_EQ(1U, result.end->lateEvents);
  EXPECT_EQ(trace::EndReason::kCut, result.end->reason);
  EXPECT_THAT(result.report.unresolved, ElementsAre("./x"));
}

TEST(Cut, KeepsGapsThatReachIntoTheScenario) {
  const CutTrace result = cut(sandbox()
                                  .gap(1'000'000, 2'000'000)  // over before `sh run.sh`
                                  .gap(4'000'000, 6'000'000)
                                  .gap(8'000'000, 9'000'000)
                                  .bytes());
  EXPECT_THAT(result.kept, ElementsAre("exec /bin/sh", "gap", "gap"));
  EXPECT_EQ(2U, result.end->gaps);
  EXPECT_EQ(10U, result.end->lostEvents);
}

TEST(Cut, FollowsTheCreatorOfAnImageWhoseForkIsMissingOrLate) {
  const CutTrace result = cut(sandbox()
                                  .exec(image(103, 1), "/tmp/x")
                                  .creator(image(kShell, 1))
                                  .exec(image(104, 1), "/tmp/y")
                                  .fork(image(103, 1), 104)
                                  .bytes());
  EXPECT_THAT(result.kept, ElementsAre("exec /bin/sh", "exec /tmp/x", "exec /tmp/y", "fork 104"));
}

void expectRefusal(const std::string& raw, const std::string& part) {
  try {
    cut(raw);
    FAIL() << "must be refused";
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), HasSubstr(part));
  }
}

TEST(Cut, RefusesWhatHoldsNoScenario) {
  expectRefusal(Recording().snapshot(1).bytes(), "it holds no exec");
  expectRefusal(Recording().exec(image(kSandbox, 1), "/opt/exectrail-replay").bytes(),
                "no exec of run.sh below the sandbox");
  expectRefusal(Recording()
                    .exec(image(kSandbox, 1), "/opt/exectrail-replay")
                    .fork(image(1, 1), 200)
                    .exec(image(200, 1), "/usr/bin/other")
                    .bytes(),
                "no exec of run.sh below the sandbox");
}

TEST(Cut, RefusesAnUnfinishedRecording) {
  expectRefusal(sandbox().bytes(false), "it is not complete");
}

TEST(Cut, SurvivesACircleOfCreators) {
  expectRefusal(Recording()
                    .exec(image(kSandbox, 1), "/opt/exectrail-replay")
                    .fork(image(300, 0), 301)
                    .fork(image(301, 0), 300)
                    .exec(image(301, 1), "/bin/sh")
                    .bytes(),
                "no exec of run.sh below the sandbox");
}

// The host with a sandbox that was there before the recorder, whose COMMAND is something else.
Recording lateSandbox() {
  return std::move(Recording()
                       .snapshot(1)
                       .snapshot(kInit, 1)
                       .snapshot(kShell, kInit)
                       .snapshot(103, kShell)
                       .snapshot(200, 1)
                       .exec(image(300, 1), "/opt/exectrail-replay")
                       .fork(image(103, 1), 104)
                       .exec(image(104, 1), "/tmp/x")
                       .exec(image(201, 1), "/usr/bin/other"));
}

TEST(Cut, KeepsWhatWasThereOfALateScenario) {
  const CutTrace result = cut(lateSandbox().bytes(), LateRoot{kShell});
  EXPECT_THAT(result.kept, ElementsAre("snapshot 102", "snapshot 103", "fork 104", "exec /tmp/x"));
  EXPECT_EQ(image(kShell, 1), result.report.root);
}

TEST(Cut, RefusesALateScenarioThatWasNotThere) {
  try {
    cut(lateSandbox().bytes(), LateRoot{999});
    FAIL() << "nothing was thrown";
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("run.sh is not among what was there before it"));
  }
}

}  // namespace
}  // namespace exectrail::replay
