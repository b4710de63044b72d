// Copies of what failed attempts were called with: the definitions we give to the kernel, and what
// Debian's kernels 6.1 and 6.12 made of them (tests/kernels/capture.py).
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <string>

#include "recorder/kernel/ring_page.h"
#include "recorder/proc/entry_reader.h"
#include "recorder/sources/dynamic_decoder.h"
#include "recorder/sources/dynamic_definitions.h"
#include "recorder/sources/instance_name.h"
#include "tests/recorder/sources/kernel_data.h"
#include "tests/support/tries.h"

namespace exectrail::recorder {
namespace {

const std::string kGroup = groupName({42, 1234567});

TEST(DynamicDefinitions, AreThoseTheKernelDataWasMadeWith) {
  std::string lines;
  for (const DynamicDefinition& definition : entryDefinitions()) {
    lines += definition.line(kGroup) + "\n";
  }
  lines += openDefinition().line(kGroup) + "\n";
  EXPECT_EQ(lines, test::readText(test::kernelData("dynamic_definitions.txt")));
}

// Limits of the kernel (MAX_TRACE_ARGS and MAX_DYNEVENT_CMD_LEN of kernel/trace).
TEST(DynamicDefinitions, AreNoLongerThanKernelsTake) {
  for (const DynamicDefinition& definition : entryDefinitions()) {
    EXPECT_LT(definition.line(kGroup).size(), 2048U);
    EXPECT_LE(std::count(definition.fetch.begin(), definition.fetch.end(), '='), 128);
  }
}

std::string shown(const trace::Field<std::string>& field) {
  if (!field.known()) return "? " + std::to_string(field.evidence.errorNumber);
  return field.value + (field.evidence.truncated() ? " (cut)" : "");
}

std::string shown(const trace::Field<std::vector<std::string>>& field) {
  if (!field.known()) return "? " + std::to_string(field.evidence.errorNumber);
  std::string text = "[";
  for (const std::string& argument : field.value) text += argument + "|";
  return text + (field.evidence.truncated() ? "…" : "]");
}

struct Describe {
  template <typename Other>
  std::string operator()(const Other&) const {
    return "?";
  }
  std::string operator()(const EnterEvent& e) const {
    const std::string call = e.systemCall == trace::SystemCall::kExecveat ? "execveat " : "execve ";
    if (!e.reading) return call + "without a copy";
    return call + shown(e.reading->typedPath) + " " + shown(e.reading->arguments);
  }
  std::string operator()(const OpenEvent& e) const { return "open " + e.path; }
};

std::vector<Event> decode(const std::vector<std::vector<std::byte>>& pages,
                          DynamicDecoder& decoder) {
  std::vector<Event> events;
  PageVisitor visitor;
  visitor.loss = [](std::uint64_t, std::uint64_t) {};
  visitor.event = [&](std::uint64_t timeNs, std::span<const std::byte> raw) {
    decoder.decode(timeNs, 0, raw, events);
  };
  RingPageDecoder decodePage;
  for (const auto& page : pages) decodePage.decode(page, visitor);
  return events;
}

class Dynamic : public testing::TestWithParam<std::string> {
 protected:
  std::vector<std::vector<std::byte>> pages() const {
    return test::rawPages("dynamic.hex", GetParam());
  }
};

INSTANTIATE_TEST_SUITE_P(Kernels, Dynamic, testing::Values("6.1-x86_64", "6.12-x86_64"),
                         [](const auto& kernel) {
                           std::string name = "Linux" + kernel.param;
                           std::erase_if(name, [](char c) { return std::isalnum(c) == 0; });
                           return name;
                         });

// The calls are those of fail() in capture.py, in their order.
TEST_P(Dynamic, EveryKindOfCall) {
  const auto formats = test::kernelFormats("", GetParam());
  DynamicDecoder decoder(*formats, kGroup);
  std::vector<std::string> events;
  for (const Event& event : decode(pages(), decoder)) {
    EXPECT_EQ(event.source, trace::Source::kDynamic);
    events.push_back(std::visit(Describe{}, event.body));
  }
  EXPECT_EQ(decoder.undecoded(), 0U);
  const std::string some = " [x|-c|two words|]";
  const std::string longPath = [] {
    std::string path = "/nonexistent/";
    for (int i = 0; i < 2000; ++i) path += "d/";
    return path;
  }();
  std::vector<std::string> expected = {"execve /nonexistent/x" + some,
                                       "open /nonexistent/x",  //
                                       "execve /nonexistent/x [x||after|]",
                                       "open /nonexistent/x",
                                       "execve /nonexistent/x ? 14",
                                       "open /nonexistent/x",  // the second is not in memory
                                       "execve /nonexistent/x []",
                                       "open /nonexistent/x",  // argc 0
                                       "execve /nonexistent/x []",
                                       "open /nonexistent/x",  // no argv
                                       "execve /nonexistent/x [0|1|2|3|4|5|6|7|]",
                                       "open /nonexistent/x",
                                       "execve /nonexistent/x [0|1|2|3|4|5|6|7|…",
                                       "open /nonexistent/x",
                                       "execve without a copy",
                                       "open /nonexistent/x",  // too large
                                       "execve without a copy",
                                       "open " + longPath,  //
                                       "execve /nonexistent/\n\xff\x1b[31m [\xfe\n|]",
                                       "open /nonexistent/\n\xff\x1b[31m",
                                       "execve ? 14 ? 14",
                                       "open (fault)",        // as the program says, not the kernel
                                       "execve ? 14" + some,  // not in memory
                                       "execve ? 14" + some,  // no path at all
                                       "execveat nonexistent/y" + some,
                                       "open nonexistent/y",  //
                                       "execveat /dev/fd/3/gone" + some,
                                       "open /dev/fd/3/gone",
                                       "execveat ? 14" + some,
                                       "open /dev/fd/3",  //
                                       "execve /tmp/script" + some,
                                       "open /tmp/script",
                                       "open /nonexistent/interpreter",
                                       "execve /tmp/plain" + some,
                                       "open /tmp/plain"};
  EXPECT_THAT(events, testing::ElementsAreArray(expected));
}

TEST_P(Dynamic, ACopySaysAsMuchAsThePlainEntry) {
  const auto formats = test::kernelFormats("", GetParam());
  DynamicDecoder decoder(*formats, kGroup);
  for (const Event& event : decode(pages(), decoder)) {
    const auto* enter = std::get_if<EnterEvent>(&event.body);
    if (enter == nullptr) continue;
    EXPECT_NE(enter->tid, 0);
    if (!enter->reading) continue;
    EXPECT_NE(enter->filenameAddress, 0U);
    EXPECT_GE(enter->reading->endNs, event.timeNs);
    EXPECT_EQ(enter->reading->pathCopied, enter->reading->typedPath.known());
    EXPECT_EQ(enter->reading->argumentsCopied, enter->reading->arguments.known());
    const bool emptyPath = (enter->flags & AT_EMPTY_PATH) != 0;
    EXPECT_EQ(enter->directoryFd == 3,
              emptyPath || enter->reading->typedPath.value.starts_with("/dev/fd/3/"));
  }
}

TEST_P(Dynamic, WithoutAKernelProbe) {
  const auto formats = test::kernelFormats(kGroup + "/open", GetParam());
  DynamicDecoder decoder(*formats, kGroup);
  const auto events = decode(pages(), decoder);
  EXPECT_TRUE(std::all_of(events.begin(), events.end(), [](const Event& event) {
    return std::holds_alternative<EnterEvent>(event.body);
  }));
  EXPECT_GT(decoder.undecoded(), 0U);
}

TEST_P(Dynamic, CutAndChangedPagesNeverLeadOutsideThem) {
  const auto formats = test::kernelFormats("", GetParam());
  DynamicDecoder decoder(*formats, kGroup);
  std::mt19937 random(7);
  for (const auto& page : pages()) {
    for (std::size_t size = 0; size < page.size(); size += 13) {
      decode({{page.begin(), page.begin() + static_cast<std::ptrdiff_t>(size)}}, decoder);
    }
    for (unsigned i = 0; i < test::tries(2000); ++i) {
      std::vector<std::byte> changed = page;
      for (int n = 0; n < 6; ++n) {
        changed[random() % changed.size()] = static_cast<std::byte>(random());
      }
      decode({changed}, decoder);
    }
  }
}

// The caller is this process, whose memory is as it was or has changed since the call.
class Completion : public testing::Test {
 protected:
  Completion() {
    entered_.tid = ::getpid();
    entered_.filenameAddress = address(path_);
    entered_.argvAddress = address(argv_);
    auto copy = std::make_shared<EntryReading>();
    copy->typedPath = {"/copied", trace::EvidenceClass::kEntry};
    copy->arguments = trace::Field<std::vector<std::string>>::unreadable(EFAULT);
    copy->part.addresses = {address(first_), address(second_)};
    copy->part.strings = {std::nullopt, "as it was"};
    copy_ = copy;
  }

  static std::uint64_t address(const void* at) { return reinterpret_cast<std::uint64_t>(at); }

  EntryReading read() {
    entered_.reading = copy_;
    return readEntry(entered_);
  }

  const char* path_ = "/read";
  const char* first_ = "first";
  char second_[16] = "changed since";
  const char* third_ = "third";
  const char* argv_[4] = {first_, second_, third_, nullptr};
  EnterEvent entered_;
  std::shared_ptr<EntryReading> copy_;
};

TEST_F(Completion, HolesAreFilledAndCopiesKept) {
  const EntryReading reading = read();
  EXPECT_EQ(reading.typedPath.value, "/copied");
  EXPECT_THAT(reading.arguments.value, testing::ElementsAre("first", "as it was", "third"));
  EXPECT_FALSE(reading.arguments.evidence.truncated());
  EXPECT_FALSE(reading.argumentsCopied);
}

TEST_F(Completion, AnArrayThatIsAnotherByNowIsNotRead) {
  argv_[0] = third_;  // as after free()
  EntryReading reading = read();
  EXPECT_THAT(reading.arguments.value, testing::ElementsAre("first", "as it was"));
  EXPECT_TRUE(reading.arguments.evidence.truncated());

  copy_->part.ended = true;  // the copy says that there was no more
  reading = read();
  EXPECT_THAT(reading.arguments.value, testing::ElementsAre("first", "as it was"));
  EXPECT_FALSE(reading.arguments.evidence.truncated());
}

TEST_F(Completion, AWholeCopyNeedsNoMemory) {
  copy_->arguments = {{"copied"}, trace::EvidenceClass::kEntry};
  copy_->argumentsCopied = true;
  const EntryReading reading = read();
  EXPECT_THAT(reading.arguments.value, testing::ElementsAre("copied"));
  EXPECT_TRUE(reading.argumentsCopied);
}

TEST_F(Completion, WithoutACopyMemoryIsAllThereIs) {
  copy_ = nullptr;
  const EntryReading reading = read();
  EXPECT_THAT(reading.arguments.value, testing::ElementsAre("first", "changed since", "third"));
  EXPECT_TRUE(reading.typedPath.known());
}

TEST(KernelsName, OfAFileBelowADescriptor) {
  EXPECT_EQ(asKernelNames(AT_FDCWD, "x/y"), "x/y");
  EXPECT_EQ(asKernelNames(AT_FDCWD, ""), "");
  EXPECT_EQ(asKernelNames(3, "/x"), "/x");
  EXPECT_EQ(asKernelNames(3, "x"), "/dev/fd/3/x");
  EXPECT_EQ(asKernelNames(3, ""), "/dev/fd/3");
}

}  // namespace
}  // namespace exectrail::recorder
