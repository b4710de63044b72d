// Format files and raw pages of a real kernel -> events; and the same bytes cut and changed.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include "recorder/kernel/ring_page.h"
#include "recorder/sources/event_decoder.h"
#include "tests/recorder/sources/kernel_data.h"
#include "tests/support/tries.h"

namespace exectrail::recorder {
namespace {

using test::kernelFormats;
using test::rawPage;

// One event as text, without addresses.
struct Describe {
  template <typename Other>
  std::string operator()(const Other&) const {
    return "an event of another source";
  }
  std::string operator()(const NewTaskEvent& e) const {
    return "newtask " + std::to_string(e.childTid) + " flags " + std::to_string(e.cloneFlags);
  }
  std::string operator()(const ForkEvent& e) const {
    return "fork " + std::to_string(e.creatorTid) + " -> " + std::to_string(e.childTid) + " " +
           e.childComm;
  }
  std::string operator()(const ExecEvent& e) const {
    return "exec " + std::to_string(e.tgid) + " (was " + std::to_string(e.oldTid) + ") " +
           e.filename;
  }
  std::string operator()(const PrepareExecEvent& e) const {
    return "prepare " + std::to_string(e.tid) + " " + e.filename + " by " + e.interp;
  }
  std::string operator()(const EnterEvent& e) const { return "enter " + std::to_string(e.tid); }
  std::string operator()(const FailEvent& e) const {
    return "fail " + std::to_string(e.tid) + " errno " + std::to_string(e.errorNumber);
  }
  std::string operator()(const ExitEvent& e) const {
    return "exit " + std::to_string(e.tid) +
           (e.groupDead ? (*e.groupDead ? " last" : " thread") : "");
  }
  std::string operator()(const LossEvent& e) const {
    return "loss " + std::to_string(e.lostEvents);
  }
};

struct Decoded {
  bool intact = false;
  std::vector<std::string> events;
  std::vector<std::uint64_t> times;
};

Decoded decode(std::span<const std::byte> page, EventDecoder& decoder) {
  Decoded decoded;
  PageVisitor visitor;
  visitor.loss = [&](std::uint64_t, std::uint64_t lost) {
    decoded.events.push_back(Describe{}(LossEvent{trace::Source::kTracefs, 0, lost}));
  };
  visitor.event = [&](std::uint64_t timeNs, std::span<const std::byte> raw) {
    const auto body = decoder.decode(raw);
    decoded.events.push_back(body ? std::visit(Describe{}, *body) : "?");
    decoded.times.push_back(timeNs);
  };
  RingPageDecoder pages;
  decoded.intact = pages.decode(page, visitor);
  return decoded;
}

TEST(Decode, APageOfForksAndFailures) {
  const auto formats = kernelFormats();
  EventDecoder decoder(*formats);
  EXPECT_THAT(decoder.missing(), testing::IsEmpty());
  EXPECT_EQ(formats->pageSize(), 4096U);

  const Decoded decoded = decode(rawPage("forks_and_failures.hex"), decoder);
  EXPECT_TRUE(decoded.intact);
  EXPECT_EQ(decoder.undecoded(), 0U);
  EXPECT_TRUE(std::is_sorted(decoded.times.begin(), decoded.times.end()));
  // What the kernel printed for the same page in its `trace` file.
  ASSERT_GT(decoded.events.size(), 25U);
  const std::vector<std::string> start(decoded.events.begin(), decoded.events.begin() + 3);
  EXPECT_THAT(start, testing::ElementsAre("enter 9563", "fail 9563 errno 2", "enter 9563"));
  const std::vector<std::string> middle(decoded.events.begin() + 19, decoded.events.begin() + 25);
  EXPECT_THAT(middle, testing::ElementsAre("exec 9563 (was 9563) /usr/bin/sh", "exit 9491 last",
                                           "newtask 9564 flags 16640", "fork 9490 -> 9564 c++",
                                           "newtask 9565 flags 18874368",
                                           "fork 9561 -> 9565 exectrail-recor"));
}

// Padding whose length is below zero: libtraceevent would go from one to the other for ever.
TEST(Decode, PaddingThatLeadsBackIsRefused) {
  constexpr std::uint32_t kPadding = 29 | (1U << 5);  // type, and a time delta that is not 0
  for (const std::uint32_t length : {0xFFFFFFFCU, 0xFFFFFFF4U, 0x80000000U}) {
    std::vector<std::byte> page(64);
    const std::uint64_t commit = 48;
    std::memcpy(page.data() + 8, &commit, sizeof commit);
    for (std::size_t at = 16; at + 8 <= page.size(); at += 8) {
      std::memcpy(page.data() + at, &kPadding, sizeof kPadding);
      std::memcpy(page.data() + at + 4, &length, sizeof length);
    }
    RingPageDecoder decoder;
    std::size_t events = 0;
    EXPECT_FALSE(
        decoder.decode(page, {[](std::uint64_t, std::uint64_t) {},
                              [&](std::uint64_t, std::span<const std::byte>) { ++events; }}))
        << length;
    EXPECT_EQ(events, 0U);
  }
}

// What the kernels printed for these pages is beside them (tests/kernels/capture.py). Returns of
// calls that succeeded, which no filter keeps out here, and signals are not decoded.
std::vector<std::string> decodeSh(const std::string& kernel) {
  const auto formats = kernelFormats("", kernel);
  EventDecoder decoder(*formats);
  std::vector<std::string> events;
  for (const auto& page : test::rawPages("sh.hex", kernel)) {
    const Decoded decoded = decode(page, decoder);
    EXPECT_TRUE(decoded.intact);
    std::copy_if(decoded.events.begin(), decoded.events.end(), std::back_inserter(events),
                 [](const std::string& event) { return event != "?"; });
  }
  return events;
}

TEST(Decode, Linux61) {
  const auto formats = kernelFormats("", "6.1-x86_64");
  EXPECT_THAT(EventDecoder(*formats).missing(), testing::ElementsAre("sched:sched_prepare_exec"));
  EXPECT_THAT(decodeSh("6.1-x86_64"),
              testing::ElementsAre(
                  "newtask 119 flags 16640", "fork 117 -> 119 python3", "enter 119",
                  "exec 119 (was 119) /bin/sh", "newtask 120 flags 16640", "fork 119 -> 120 sh",
                  "enter 120", "fail 120 errno 2", "exit 120", "newtask 121 flags 16640",
                  "fork 119 -> 121 sh", "enter 121", "fail 121 errno 13", "exit 121", "enter 119",
                  "exec 119 (was 119) /bin/true", "exit 119"));
}

TEST(Decode, Linux612) {
  const auto formats = kernelFormats("", "6.12-x86_64");
  EXPECT_THAT(EventDecoder(*formats).missing(), testing::IsEmpty());
  EXPECT_THAT(
      decodeSh("6.12-x86_64"),
      testing::ElementsAre("newtask 163 flags 16640", "fork 162 -> 163 python3", "enter 163",
                           "prepare 163 /bin/sh by /bin/sh", "exec 163 (was 163) /bin/sh",
                           "newtask 164 flags 16640", "fork 163 -> 164 sh", "enter 164",
                           "fail 164 errno 2", "exit 164", "newtask 165 flags 16640",
                           "fork 163 -> 165 sh", "enter 165", "fail 165 errno 13", "exit 165",
                           "enter 163", "prepare 163 /bin/true by /bin/true",
                           "exec 163 (was 163) /bin/true", "exit 163"));
}

// As of Linux 6.19; no kernel of ours has these fields. The names and places are those that
// syscall_enter_define_fields() of kernel/trace/trace_syscalls.c gives them.
TEST(Decode, AFileNameInTheEntryItself) {
  EventFormats formats;
  formats.add("sched",
              test::readText(test::kernelData() / "events/sched/sched_process_exec/format"));
  ASSERT_TRUE(formats.add("syscalls", R"(name: sys_enter_execve
ID: 862
format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:int __syscall_nr;	offset:8;	size:4;	signed:1;
	field:const char * filename;	offset:16;	size:8;	signed:0;
	field:const char *const * argv;	offset:24;	size:8;	signed:0;
	field:const char *const * envp;	offset:32;	size:8;	signed:0;
	field:__data_loc char[] __filename_val;	offset:40;	size:4;	signed:0;

print fmt: "filename: 0x%08lx \"%s\", argv: 0x%08lx, envp: 0x%08lx", ((unsigned long)(REC->filename)), __get_str(__filename_val), ((unsigned long)(REC->argv)), ((unsigned long)(REC->envp))
)"));
  EventDecoder decoder(formats);
  std::vector<std::byte> raw(50);
  raw[0] = std::byte{862 & 0xff};
  raw[1] = std::byte{862 >> 8};
  raw[4] = std::byte{7};
  raw[40] = std::byte{44};  // where the string starts
  raw[42] = std::byte{6};   // and its bytes
  const char path[] = "/bin/";
  std::transform(path, path + 6, raw.begin() + 44, [](char c) { return std::byte(c); });
  const auto body = decoder.decode(raw);
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(std::get<EnterEvent>(*body).printableFilename, "/bin/");

  raw[42] = std::byte{0};  // the kernel could not read it
  EXPECT_EQ(std::get<EnterEvent>(decoder.decode(raw).value()).printableFilename, std::nullopt);
}

TEST(Decode, LossStandsBeforeTheEventsThatFollowIt) {
  const auto formats = kernelFormats();
  EventDecoder decoder(*formats);
  const Decoded decoded = decode(rawPage("after_loss.hex"), decoder);
  EXPECT_TRUE(decoded.intact);
  ASSERT_FALSE(decoded.events.empty());
  // The kernel's own statistics of that buffer said "overrun: 7723".
  EXPECT_EQ(decoded.events.front(), "loss 7723");
}

TEST(Decode, CutAndChangedPagesNeverLeadOutsideThem) {
  const auto formats = kernelFormats();
  EventDecoder decoder(*formats);
  for (const char* name : {"forks_and_failures.hex", "after_loss.hex"}) {
    const std::vector<std::byte> page = rawPage(name);
    for (std::size_t size = 0; size < page.size(); size += 7) {
      const std::vector<std::byte> cut(page.begin(),
                                       page.begin() + static_cast<std::ptrdiff_t>(size));
      decode(cut, decoder);
    }
    std::mt19937 random(3);
    for (unsigned i = 0; i < test::tries(3000); ++i) {
      std::vector<std::byte> changed = page;
      for (int n = 0; n < 4; ++n) {
        changed[random() % changed.size()] = static_cast<std::byte>(random());
      }
      decode(changed, decoder);
    }
  }
}

TEST(Decode, AnEmptyAndAShortPageAreNotIntact) {
  const auto formats = kernelFormats();
  EventDecoder decoder(*formats);
  EXPECT_FALSE(decode({}, decoder).intact);
  const std::vector<std::byte> page = rawPage("after_loss.hex");
  EXPECT_FALSE(decode(std::span(page).first(2000), decoder).intact);
}

TEST(Decode, AMissingTracepointIsNamed) {
  const auto formats = kernelFormats("sched/sched_process_exec");
  const EventDecoder decoder(*formats);
  EXPECT_THAT(decoder.missing(), testing::ElementsAre("sched:sched_process_exec"));
}

TEST(Decode, AMissingFieldIsNamed) {
  EventFormats formats;
  std::string text = test::readText(test::kernelData() / "events/sched/sched_process_exec/format");
  const std::string field = "\tfield:pid_t old_pid;\toffset:16;\tsize:4;\tsigned:1;\n";
  ASSERT_NE(text.find(field), std::string::npos);
  text.erase(text.find(field), field.size());
  text.erase(text.find(", REC->old_pid"));
  text.insert(text.find(" old_pid=%d"), "");
  text.replace(text.find(" old_pid=%d"), 11, "");
  ASSERT_TRUE(formats.add("sched", text + "\n")) << text;
  EXPECT_THAT(EventDecoder(formats).missing(),
              testing::Contains("sched:sched_process_exec field old_pid"));
}

TEST(Decode, OffsetsAreTheKernelsNotOurs) {
  // The same event with its fields in other places, as another kernel may have them.
  EventFormats formats;
  formats.add("sched", R"(name: sched_process_exec
ID: 7
format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:pid_t old_pid;	offset:8;	size:4;	signed:1;
	field:long added;	offset:16;	size:8;	signed:1;
	field:pid_t pid;	offset:24;	size:4;	signed:1;
	field:__data_loc char[] filename;	offset:28;	size:4;	signed:0;

print fmt: "filename=%s pid=%d old_pid=%d", __get_str(filename), REC->pid, REC->old_pid
)");
  EventDecoder decoder(formats);
  std::vector<std::byte> raw(40);
  raw[0] = std::byte{7};
  raw[8] = std::byte{11};
  raw[24] = std::byte{12};
  raw[28] = std::byte{32};  // the string starts at 32
  raw[30] = std::byte{6};   // and has 6 bytes
  const char path[] = "/bin/";
  std::transform(path, path + 6, raw.begin() + 32, [](char c) { return std::byte(c); });
  const auto body = decoder.decode(raw);
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(std::visit(Describe{}, *body), "exec 12 (was 11) /bin/");

  // A string said to reach past the end is no event.
  raw[30] = std::byte{200};
  EXPECT_FALSE(decoder.decode(raw).has_value());
  EXPECT_EQ(decoder.undecoded(), 1U);
}

}  // namespace
}  // namespace exectrail::recorder
