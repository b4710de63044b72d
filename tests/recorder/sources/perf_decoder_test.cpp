// Records of a real perf ring -> events; the same bytes across a ring's end, cut and changed; and
// the records that a quiet kernel does not write.
#include "recorder/sources/perf_decoder.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <random>

#include "recorder/events/stack_reading.h"
#include "tests/recorder/sources/kernel_data.h"
#include "tests/recorder/sources/perf_ring.h"
#include "tests/support/tries.h"

namespace exectrail::recorder {
namespace {

using test::FakeRing;
using test::hexBytes;
using test::PerfRecord;
using testing::ElementsAre;

std::string joined(const std::vector<std::string>& texts) {
  std::string line;
  for (const auto& text : texts) line += " [" + text + "]";
  return line;
}

// One event as text, without what differs between two captures.
struct Describe {
  template <typename Other>
  std::string operator()(const Other&) const {
    return "an event of another source";
  }
  std::string operator()(const ForkEvent& e) const {
    return e.childTgid == e.childTid ? "fork" : "thread";
  }
  std::string operator()(const ExecEvent& e) const {
    const auto& stack = *e.stack;
    std::string line = "exec " + e.filename + joined(stack.arguments.value) + " " +
                       std::string(trace::name(stack.arguments.evidence.evidenceClass));
    if (!stack.environment.value.empty()) line += ", environment" + joined(stack.environment.value);
    line += ", path " + (stack.typedPath.known() ? stack.typedPath.value : "?");
    line += stack.secure.known() ? stack.secure.value ? ", secure" : "" : ", secure?";
    line += e.cgroupId ? "" : ", no cgroup";
    return line + (e.tgid == e.oldTid ? "" : ", of a thread");
  }
  std::string operator()(const CommEvent& e) const {
    return "comm " + e.comm + (e.byExec ? " by exec" : "");
  }
  std::string operator()(const MapEvent& e) const {
    return "map " + e.path + (e.identity.inode != 0 ? "" : " without inode");
  }
  std::string operator()(const NamespacesEvent& e) const {
    const auto& n = e.namespaces;
    const bool all = n.mount && n.uts && n.ipc && n.pid && n.user && n.net && n.cgroup;
    return all ? "namespaces" : "some namespaces";
  }
  std::string operator()(const CgroupEvent& e) const {
    return "cgroup " + std::to_string(e.id) + " " + e.path;
  }
  std::string operator()(const ExitEvent&) const { return "exit"; }
  std::string operator()(const LossEvent& e) const {
    return "loss " + std::to_string(e.lostEvents) + " from " + std::to_string(e.fromNs);
  }
};

struct Decoded {
  std::vector<std::string> events;
  std::vector<std::uint64_t> times;
  std::vector<std::vector<MemoryRange>> missing;
  std::uint64_t undecoded = 0;
};

const EventFormats& formats() {
  static const auto kFormats = test::kernelFormats();
  return *kFormats;
}

Decoded decode(const FakeRing& ring) {
  PerfDecoder decoder(formats(), {}, {"LD_PRELOAD", "PATH"});
  PerfRingState state;
  state.cpu = 5;
  state.lastNs = 100;
  std::vector<Event> events;
  std::vector<UnfinishedStack> unfinished;
  decoder.decode(ring.data, ring.tail, ring.head, state, events, unfinished);
  Decoded decoded;
  for (const Event& event : events) {
    EXPECT_EQ(event.cpu, 5);
    EXPECT_EQ(event.source, trace::Source::kPerf);
    decoded.events.push_back(std::visit(Describe{}, event.body));
    decoded.times.push_back(event.timeNs);
  }
  for (const auto& stack : unfinished) decoded.missing.push_back(stack.missing);
  decoded.undecoded = decoder.undecoded();
  return decoded;
}

std::vector<std::byte> operator+(std::vector<std::byte> a, const std::vector<std::byte>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(PerfDecoder, ACommandFromForkToExit) {
  const Decoded decoded = decode(FakeRing(hexBytes("perf/command.hex")));
  // setarch -R env -i A=1 LD_PRELOAD=… /bin/true one 'two words': no random addresses from env on.
  EXPECT_THAT(
      decoded.events,
      ElementsAre("fork", "namespaces", "comm setarch by exec", "map /usr/bin/setarch",
                  "map /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
                  "exec /usr/bin/setarch unknown, path ?",
                  "map /usr/lib/x86_64-linux-gnu/libc.so.6", "comm env by exec", "map /usr/bin/env",
                  "map /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
                  "exec /usr/bin/env [env] [-i] [A=1] [LD_PRELOAD=/lib/x86_64-linux-gnu/libm.so.6] "
                  "[/bin/true] [one] [two words] image, environment [PATH=/usr/bin:/bin], path "
                  "/usr/bin/env",
                  "map /usr/lib/x86_64-linux-gnu/libc.so.6", "comm true by exec",
                  "map /usr/bin/true", "map /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
                  "exec /bin/true [/bin/true] [one] [two words] image, environment "
                  "[LD_PRELOAD=/lib/x86_64-linux-gnu/libm.so.6], path /bin/true",
                  "map /usr/lib/x86_64-linux-gnu/libm.so.6",
                  "map /usr/lib/x86_64-linux-gnu/libc.so.6", "exit"));
  EXPECT_TRUE(std::is_sorted(decoded.times.begin(), decoded.times.end()));
  EXPECT_EQ(decoded.missing.size(), 1U);  // of setarch
  EXPECT_EQ(decoded.undecoded, 0U);
}

TEST(PerfDecoder, AStackWithAHole) {
  const Decoded decoded = decode(FakeRing(hexBytes("perf/hole.hex")));
  EXPECT_THAT(decoded.events,
              ElementsAre("fork", "namespaces", "comm true by exec", "map /usr/bin/true",
                          "map /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
                          "exec /bin/true unknown, path ?",
                          "map /usr/lib/x86_64-linux-gnu/libc.so.6", "exit"));
  ASSERT_EQ(decoded.missing.size(), 1U);
  ASSERT_EQ(decoded.missing[0].size(), 1U);
  // The strings, up to the end of the stack.
  EXPECT_EQ((decoded.missing[0][0].address + decoded.missing[0][0].bytes) % 4096, 0U);
  EXPECT_LT(decoded.missing[0][0].bytes, 4096U);
}

TEST(PerfDecoder, AProgramOf32Bits) {
  const Decoded decoded = decode(FakeRing(hexBytes("perf/compat.hex")));
  EXPECT_THAT(decoded.events,
              ElementsAre("fork", "namespaces", "comm p32 by exec", "map /tmp/rec/p32",
                          "exec ./p32 [./p32] [one] image, path ./p32", "exit"));
}

TEST(PerfDecoder, WhereTheRingEndsDoesNotMatter) {
  for (const char* name : {"perf/command.hex", "perf/hole.hex", "perf/compat.hex"}) {
    const auto bytes = hexBytes(name);
    const Decoded straight = decode(FakeRing(bytes));
    for (std::uint64_t tail = 8; tail < std::bit_ceil(bytes.size()); tail += 40) {
      const Decoded wrapped = decode(FakeRing(bytes, tail));
      ASSERT_EQ(wrapped.events, straight.events) << name << " at " << tail;
    }
  }
}

TEST(PerfDecoder, EveryPrefixGivesTheEventsThatAreWhole) {
  const auto bytes = hexBytes("perf/command.hex");
  const auto whole = decode(FakeRing(bytes)).events;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    FakeRing ring(bytes);
    ring.head = size;
    Decoded cut = decode(ring);
    // The rest, if there is any, makes no sense and says so.
    if (cut.undecoded != 0) {
      ASSERT_TRUE(cut.events.back().starts_with("loss 0 from"));
      cut.events.pop_back();
    }
    ASSERT_TRUE(std::equal(cut.events.begin(), cut.events.end(), whole.begin())) << size;
    ASSERT_LT(cut.events.size(), whole.size());
  }
}

TEST(PerfDecoder, AnyChangeIsSurvived) {
  std::mt19937 random(7);
  for (const char* name : {"perf/command.hex", "perf/hole.hex", "perf/compat.hex"}) {
    const auto bytes = hexBytes(name);
    for (unsigned round = 0; round < test::tries(2000); ++round) {
      FakeRing ring(bytes, random() % 64 * 8);
      for (int n = 0; n < 4; ++n) {
        ring.data[random() % ring.data.size()] = static_cast<std::byte>(random());
      }
      decode(ring);
    }
  }
}

TEST(PerfDecoder, MoreThanTheRingHoldsIsNotRead) {
  FakeRing ring(hexBytes("perf/command.hex"));
  ring.head = ring.tail + ring.data.size() + 8;
  EXPECT_THAT(decode(ring).events, ElementsAre("loss 0 from 100"));
  ring.head = ring.tail - 8;  // behind the tail
  EXPECT_THAT(decode(ring).events, ElementsAre("loss 0 from 100"));
}

constexpr std::uint64_t kEventId = 9;
constexpr std::uint16_t kByExec = 1 << 13;  // PERF_RECORD_MISC_COMM_EXEC

TEST(PerfDecoder, LossIsToldWithItsSpan) {
  const auto comm = PerfRecord(3, kByExec).add(70).add(71).text("a").stamped(200);
  const auto lost = PerfRecord(2).add(kEventId).add(std::uint64_t{12}).stamped(300);
  const auto lostSamples = PerfRecord(13).add(std::uint64_t{5}).stamped(400);
  const Decoded decoded = decode(FakeRing(comm + lost + lostSamples));
  EXPECT_THAT(decoded.events, ElementsAre("comm a by exec", "loss 12 from 200", "loss 5 from 300"));
  EXPECT_THAT(decoded.times, ElementsAre(200, 300, 400));
}

TEST(PerfDecoder, ThrottlingIsALossOfNobodyKnowsHowMuch) {
  const auto begin = PerfRecord(5).add(std::uint64_t{250}).add(kEventId).add(kEventId).stamped(250);
  const auto end = PerfRecord(6).add(std::uint64_t{350}).add(kEventId).add(kEventId).stamped(350);
  const Decoded decoded = decode(FakeRing(begin + end));
  EXPECT_THAT(decoded.events, ElementsAre("loss 0 from 250"));
  EXPECT_THAT(decoded.times, ElementsAre(350));
}

TEST(PerfDecoder, CgroupsNamesAndThreads) {
  const auto cgroup = PerfRecord(19).add(std::uint64_t{77}).text("/a/b").stamped(1);
  const auto comm = PerfRecord(3, kByExec).add(70).add(71).text("exactly_fifteen").stamped(2);
  const auto renamed = PerfRecord(3).add(70).add(71).text("flooder").stamped(2);
  const auto forked =
      PerfRecord(7).add(70).add(70).add(72).add(71).add(std::uint64_t{3}).stamped(3);
  EXPECT_THAT(decode(FakeRing(cgroup + comm + renamed + forked)).events,
              ElementsAre("cgroup 77 /a/b", "comm exactly_fifteen by exec", "thread"));
}

std::vector<std::byte> mapping(const std::string& path, std::uint64_t inode) {
  return PerfRecord(10)
      .add(70)
      .add(71)
      .add(std::uint64_t{0x1000})
      .add(std::uint64_t{0x2000})
      .add(std::uint64_t{0})
      .add(std::uint64_t{8})
      .add(inode)
      .add(std::uint64_t{4})
      .add(std::uint64_t{5})
      .text(path)
      .stamped(1);
}

TEST(PerfDecoder, MappingsOfNoFileAreLeftOut) {
  const auto bytes = mapping("[vdso]", 0) + mapping("//anon", 0) + mapping("/x", 3) +
                     mapping("[x]", 3) + mapping("//toolong", 3) + mapping("/nfs", 0);
  EXPECT_THAT(decode(FakeRing(bytes)).events,
              ElementsAre("map /x", "map [x]", "map ", "map /nfs without inode"));
}

TEST(PerfDecoder, AKindThatWasNotAskedForIsCounted) {
  const Decoded decoded = decode(FakeRing(
      PerfRecord(11).add(std::uint64_t{1}).stamped(1) + PerfRecord(3).add(70).add(71).done() +
      PerfRecord(3, kByExec).add(70).add(71).text("b").stamped(2)));
  EXPECT_THAT(decoded.events, ElementsAre("comm b by exec"));
  EXPECT_EQ(decoded.undecoded, 2U);
}

}  // namespace
}  // namespace exectrail::recorder
