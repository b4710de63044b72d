// Stacks as the kernel builds them, whole and with holes, and such as it never would.
#include "recorder/sources/stack_decoder.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cerrno>
#include <random>

#include "tests/recorder/sources/stack_builder.h"

namespace exectrail::recorder {
namespace {

using test::BuiltStack;
using test::StackParts;
using testing::ElementsAre;
using testing::IsEmpty;
using trace::Evidence;
using trace::EvidenceClass;

constexpr Evidence kImage = {EvidenceClass::kImage, 0, false, 0};
constexpr Evidence kProcfs = {EvidenceClass::kProcfs, 0, false, 0};

Evidence notRead(std::uint16_t why) { return {EvidenceClass::kUnknown, why, false, 0}; }

const StackDecoder kDecoder({"LD_PRELOAD", "PATH"});

struct Decoded {
  StackReading reading;
  std::vector<MemoryRange> missing;
};

Decoded decode(const StackDump& dump, const StackMemory& memory = {}) {
  Decoded decoded;
  decoded.missing = kDecoder.decode(dump, memory, decoded.reading);
  return decoded;
}

// Reads what is missing, as often as it may be asked for.
Decoded complete(const BuiltStack& stack, std::size_t dumpBytes) {
  const StackDump dump = stack.dump(dumpBytes);
  Decoded decoded = decode(dump);
  std::vector<MemoryPiece> pieces;
  for (int round = 0; round < 2 && !decoded.missing.empty(); ++round) {
    for (const MemoryRange& range : decoded.missing) pieces.push_back(stack.read(range));
    decoded = decode(dump, {pieces, 0});
  }
  return decoded;
}

StackParts ordinary() {
  StackParts parts;
  parts.arguments = {"ls", "-l", "", "a b\xff\n"};
  parts.environment = {"HOME=/root", "PATH=/bin:/usr/bin", "PATHOS=no", "LD_PRELOAD="};
  parts.path = "./ls";
  return parts;
}

void expectOrdinary(const StackReading& reading, const Evidence& strings) {
  EXPECT_THAT(reading.arguments.value, ElementsAre("ls", "-l", "", "a b\xff\n"));
  EXPECT_EQ(reading.arguments.evidence, strings);
  EXPECT_EQ(reading.argumentShape.value, (trace::ArgumentShape{4, 4}));
  EXPECT_EQ(reading.argumentShape.evidence, kImage);
  EXPECT_THAT(reading.environment.value, ElementsAre("PATH=/bin:/usr/bin", "LD_PRELOAD="));
  EXPECT_EQ(reading.environment.evidence, strings);
  EXPECT_EQ(reading.typedPath.value, "./ls");
  EXPECT_EQ(reading.typedPath.evidence, strings);
  EXPECT_EQ(reading.secure.evidence, kImage);
}

TEST(StackDecoder, AllInTheDump) {
  for (const bool is32Bit : {false, true}) {
    StackParts parts = ordinary();
    parts.is32Bit = is32Bit;
    parts.secure = is32Bit;
    parts.credentials = {1000, 0, 1001, 1002};
    const Decoded decoded = decode(BuiltStack(parts).dump(16384));
    expectOrdinary(decoded.reading, kImage);
    EXPECT_EQ(decoded.reading.secure.value, is32Bit);
    EXPECT_EQ(decoded.reading.credentials.value, (trace::Credentials{1000, 0, 1001, 1002}));
    EXPECT_EQ(decoded.reading.credentials.evidence, kImage);
    EXPECT_THAT(decoded.missing, IsEmpty());
  }
}

TEST(StackDecoder, AHoleBetweenTablesAndStrings) {
  for (const bool is32Bit : {false, true}) {
    StackParts parts = ordinary();
    parts.gapBytes = 6000;
    parts.is32Bit = is32Bit;
    const BuiltStack stack(parts);
    const Decoded cut = decode(stack.dump(4096));
    // One range: the strings follow each other, and the stack ends with its page.
    EXPECT_THAT(cut.missing,
                ElementsAre(MemoryRange{stack.stringsAt(),
                                        stack.stackPointer() + stack.size() - stack.stringsAt()}));
    EXPECT_EQ(cut.reading.arguments.evidence, notRead(EFAULT));
    EXPECT_EQ(cut.reading.argumentShape.value, (trace::ArgumentShape{4, 0}));
    EXPECT_EQ(cut.reading.argumentShape.evidence, kImage);
    EXPECT_EQ(cut.reading.environment.evidence, notRead(EFAULT));
    EXPECT_EQ(cut.reading.typedPath.evidence, notRead(EFAULT));
    EXPECT_EQ(cut.reading.secure.evidence, kImage);

    const Decoded whole = complete(stack, 4096);
    expectOrdinary(whole.reading, kProcfs);
    EXPECT_THAT(whole.missing, IsEmpty());
  }
}

TEST(StackDecoder, TheErrorOfTheReadIsTold) {
  StackParts parts = ordinary();
  parts.gapBytes = 6000;
  const Decoded gone = decode(BuiltStack(parts).dump(4096), {{}, ESRCH});
  EXPECT_EQ(gone.reading.arguments.evidence, notRead(ESRCH));
  EXPECT_EQ(gone.reading.environment.evidence, notRead(ESRCH));
  EXPECT_EQ(gone.reading.argumentShape.value.count, 4U);
}

TEST(StackDecoder, NoArgumentsAreKnownToBeNone) {
  StackParts parts;
  const Decoded decoded = decode(BuiltStack(parts).dump(16384));
  EXPECT_THAT(decoded.reading.arguments.value, IsEmpty());
  EXPECT_EQ(decoded.reading.arguments.evidence, kImage);
  EXPECT_EQ(decoded.reading.argumentShape.value, (trace::ArgumentShape{0, 0}));
  EXPECT_EQ(decoded.reading.environment.evidence, kImage);
  EXPECT_THAT(decoded.missing, IsEmpty());
}

TEST(StackDecoder, WithoutAnEnvironmentArgumentsEndAtThePath) {
  StackParts parts;
  parts.arguments = {"x", "y"};
  const Decoded decoded = decode(BuiltStack(parts).dump(16384));
  EXPECT_THAT(decoded.reading.arguments.value, ElementsAre("x", "y"));
  EXPECT_THAT(decoded.reading.environment.value, IsEmpty());
  EXPECT_EQ(decoded.reading.environment.evidence, kImage);
}

TEST(StackDecoder, TheDumpEndsWithinTheArguments) {
  StackParts parts;
  parts.arguments = {"program", std::string(3000, 'a'), std::string(3000, 'b'), "last"};
  parts.environment = {"LD_PRELOAD=/tmp/x.so"};
  const BuiltStack stack(parts);
  const std::size_t dumped = stack.stringsAt() - stack.stackPointer() + 5000;
  const Decoded cut = decode(stack.dump(dumped), {{}, ESRCH});
  EXPECT_THAT(cut.reading.arguments.value,
              ElementsAre("program", std::string(3000, 'a'), std::string(1991, 'b')));
  EXPECT_EQ(cut.reading.arguments.evidence,
            (Evidence{EvidenceClass::kImage, ESRCH, false, 8 + 3001 + 3001 + 5}));
  EXPECT_EQ(cut.reading.argumentShape.value, (trace::ArgumentShape{4, 3}));

  const Decoded whole = complete(stack, dumped);
  EXPECT_EQ(whole.reading.arguments.value, parts.arguments);
  EXPECT_EQ(whole.reading.arguments.evidence, kProcfs);
  EXPECT_THAT(whole.reading.environment.value, ElementsAre("LD_PRELOAD=/tmp/x.so"));
}

TEST(StackDecoder, StringsThatTheProcessHasChangedAreNotIts) {
  StackParts parts;
  parts.arguments = {"program", std::string(3000, 'a')};
  BuiltStack stack(parts);
  const std::size_t dumped = stack.stringsAt() - stack.stackPointer() + 100;
  const std::vector<std::byte> before = stack.memory();
  const StackDump dump = {stack.stackPointer(), false, std::span(before).first(dumped)};
  const std::size_t first = stack.stringsAt() - stack.stackPointer();
  stack.memory()[first] = std::byte{'P'};
  const MemoryPiece changed = stack.read({stack.stringsAt(), 4096});
  const Decoded contradicted = decode(dump, {std::span(&changed, 1), 0});
  EXPECT_THAT(contradicted.reading.arguments.value, ElementsAre("program", std::string(92, 'a')));
  EXPECT_EQ(contradicted.reading.arguments.evidence,
            (Evidence{EvidenceClass::kImage, ESTALE, false, 3009}));

  // Nothing copied to compare with, but other strings than argc says.
  stack.memory()[first] = std::byte{0};
  const MemoryPiece more = stack.read({stack.stringsAt(), 4096});
  const Decoded other =
      decode({stack.stackPointer(), false, std::span(before).first(stack.tableBytes())},
             {std::span(&more, 1), 0});
  EXPECT_EQ(other.reading.arguments.evidence, notRead(ESTALE));
  EXPECT_EQ(other.reading.argumentShape.value, (trace::ArgumentShape{2, 0}));
}

TEST(StackDecoder, OfMegabytesHeadAndTailAreKept) {
  for (const bool is32Bit : {false, true}) {
    StackParts parts;
    parts.is32Bit = is32Bit;
    for (int i = 0; i < 200'000; ++i) parts.arguments.push_back("argument " + std::to_string(i));
    parts.environment = {"A=1", "LD_PRELOAD=/tmp/x.so"};
    std::uint64_t length = 0;
    for (const auto& argument : parts.arguments) length += argument.size() + 1;
    const BuiltStack stack(parts);

    const Decoded cut = decode(stack.dump(16384), {{}, ESRCH});
    EXPECT_EQ(cut.reading.argumentShape.value, (trace::ArgumentShape{200'000, 0}));
    EXPECT_EQ(cut.reading.arguments.evidence, notRead(ESRCH));

    const Decoded decoded = complete(stack, 16384);
    const auto& kept = decoded.reading.arguments.value;
    const std::uint32_t tail = decoded.reading.argumentShape.value.tail;
    EXPECT_EQ(decoded.reading.argumentShape.value.count, 200'000U);
    EXPECT_EQ(decoded.reading.arguments.evidence,
              (Evidence{EvidenceClass::kProcfs, 0, false, length}));
    ASSERT_GT(tail, 1000U);
    ASSERT_GT(kept.size(), tail + 200);
    for (std::size_t i = 0; i + 1 < tail; ++i) ASSERT_EQ(kept[i], parts.arguments[i]);
    EXPECT_TRUE(parts.arguments[tail - 1].starts_with(kept[tail - 1]));
    EXPECT_TRUE(parts.arguments[200'000 - kept.size() + tail].ends_with(kept[tail]));
    EXPECT_EQ(kept.back(), "argument 199999");
    EXPECT_THAT(decoded.reading.environment.value, ElementsAre("LD_PRELOAD=/tmp/x.so"));
    EXPECT_TRUE(decoded.reading.secure.known());
    EXPECT_EQ(decoded.reading.typedPath.value, "/bin/program");
  }
}

TEST(StackDecoder, ManyShortArguments) {
  // Tables beyond the dump, strings that are shorter than what is kept of them.
  StackParts parts;
  parts.arguments.assign(4000, "x");
  const Decoded decoded = complete(BuiltStack(parts), 16384);
  EXPECT_EQ(decoded.reading.arguments.value, parts.arguments);
  EXPECT_EQ(decoded.reading.arguments.evidence, kProcfs);
  EXPECT_EQ(decoded.reading.argumentShape.value, (trace::ArgumentShape{4000, 4000}));
}

TEST(StackDecoder, OneLongArgument) {
  StackParts parts;
  parts.arguments = {"sh", "-c", "begin" + std::string(131'000, 'x') + "end"};
  const Decoded decoded = complete(BuiltStack(parts), 16384);
  const auto& kept = decoded.reading.arguments.value;
  ASSERT_EQ(kept.size(), 4U);
  EXPECT_TRUE(kept[2].starts_with("beginxxx"));
  EXPECT_TRUE(kept[3].ends_with("xxxend"));
  EXPECT_EQ(kept[0].size() + kept[1].size() + kept[2].size() + 2, kArgumentHeadBytes);
  EXPECT_EQ(kept[3].size() + 1, kArgumentTailBytes);
  EXPECT_EQ(decoded.reading.argumentShape.value, (trace::ArgumentShape{3, 3}));
}

TEST(StackDecoder, ALongValueIsCutAndMarked) {
  StackParts parts;
  parts.environment = {"PATH=" + std::string(5000, 'p'), "LD_PRELOAD=/tmp/x.so"};
  const Decoded decoded = decode(BuiltStack(parts).dump(16384));
  EXPECT_THAT(decoded.reading.environment.value,
              ElementsAre("PATH=" + std::string(kVariableBytes - 5, 'p'), "LD_PRELOAD=/tmp/x.so"));
  EXPECT_EQ(decoded.reading.environment.evidence,
            (Evidence{EvidenceClass::kImage, 0, false, 5006 + 21}));
}

TEST(StackDecoder, AVariableBehindTooManyOthersIsNotKnownToBeMissing) {
  StackParts parts;
  for (int i = 0; i < 3000; ++i) parts.environment.push_back("PADDING=" + std::string(50, 'x'));
  parts.environment.push_back("LD_PRELOAD=/tmp/x.so");
  const Decoded decoded = complete(BuiltStack(parts), 16384);
  EXPECT_THAT(decoded.reading.environment.value, IsEmpty());
  EXPECT_EQ(decoded.reading.environment.evidence,
            (Evidence{EvidenceClass::kProcfs, 0, false, 3000 * 59 + 21}));
}

TEST(StackDecoder, AnEnvironmentWithMorePointersThanAreRead) {
  StackParts parts;
  parts.arguments = {"x"};
  parts.environment.assign(9000, "A=1");
  parts.environment[10] = "PATH=/bin";
  const Decoded decoded = complete(BuiltStack(parts), 16384);
  EXPECT_THAT(decoded.reading.arguments.value, ElementsAre("x"));
  EXPECT_EQ(decoded.reading.arguments.evidence, kProcfs);
  // Its end is not known: at least what was read.
  EXPECT_THAT(decoded.reading.environment.value, ElementsAre("PATH=/bin"));
  EXPECT_TRUE(decoded.reading.environment.evidence.truncated());
  EXPECT_EQ(decoded.reading.secure.evidence, notRead(EFAULT));
  EXPECT_EQ(decoded.reading.credentials.evidence, notRead(EFAULT));
}

TEST(StackDecoder, WithoutWantedNamesTheEnvironmentIsNotAskedFor) {
  StackParts parts = ordinary();
  parts.environment.push_back("BIG=" + std::string(20'000, 'x'));
  StackReading reading;
  EXPECT_THAT(StackDecoder({}).decode(BuiltStack(parts).dump(4096), {}, reading), IsEmpty());
  EXPECT_EQ(reading.environment.evidence, kImage);
}

TEST(StackDecoder, EveryPrefix) {
  for (const bool is32Bit : {false, true}) {
    StackParts parts = ordinary();
    parts.is32Bit = is32Bit;
    const BuiltStack stack(parts);
    for (std::size_t size = 0; size <= stack.size(); ++size) {
      const Decoded cut = decode(stack.dump(size));
      const Decoded whole = complete(stack, size);
      if (size < stack.wordBytes()) {
        EXPECT_EQ(cut.reading.argumentShape.evidence, notRead(EFAULT));
        continue;
      }
      EXPECT_EQ(cut.reading.argumentShape.value.count, 4U);
      const auto& known = cut.reading.arguments;
      if (known.known() && !known.evidence.truncated()) {
        EXPECT_EQ(known.value, parts.arguments);
      }
      EXPECT_EQ(whole.reading.arguments.value, parts.arguments) << size;
      EXPECT_EQ(whole.reading.environment.value.size(), 2U) << size;
    }
  }
}

TEST(StackDecoder, TablesThatMakeNoSense) {
  BuiltStack stack(ordinary());
  const auto arguments = [&] { return decode(stack.dump(16384)).reading.arguments.evidence; };
  const std::uint64_t argc = 4;
  for (const std::uint64_t word : {std::uint64_t{1} << 31, ~std::uint64_t{0}}) {
    stack.setWord(0, word);
    const Decoded decoded = decode(stack.dump(16384));
    EXPECT_EQ(decoded.reading.argumentShape.evidence, notRead(EBADMSG));
    EXPECT_THAT(decoded.missing, IsEmpty());
  }
  // A count that leads behind the auxiliary vector, and the greatest one there is.
  for (const std::uint64_t word : {std::uint64_t{30}, std::uint64_t{0x7fffffff}}) {
    stack.setWord(0, word);
    EXPECT_FALSE(arguments().known() && !arguments().truncated());
  }
  stack.setWord(0, argc);
  stack.setWord(1, 0);  // argv[0]
  EXPECT_EQ(arguments(), notRead(EBADMSG));
  stack.setWord(1, ~std::uint64_t{0});  // behind the environment
  EXPECT_EQ(arguments(), notRead(EBADMSG));
  stack.setWord(1, 1);  // megabytes of strings at no address of ours
  EXPECT_EQ(arguments(), notRead(EFAULT));
  stack.setWord(1, stack.stringsAt() + 1);  // one byte less than argv has
  EXPECT_FALSE(arguments().truncated());
  stack.setWord(1, stack.stringsAt());
  EXPECT_EQ(arguments(), kImage);
}

TEST(StackDecoder, AnyChangeOfTheTablesIsSurvived) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 20'000; ++round) {
    StackParts parts = ordinary();
    parts.is32Bit = round % 2 == 0;
    BuiltStack stack(parts);
    const std::size_t words = stack.tableBytes() / stack.wordBytes();
    for (int change = 0; change < 3; ++change) {
      stack.setWord(random() % words, random() >> (random() % 64));
    }
    const Decoded decoded = complete(stack, random() % (stack.size() + 1));
    std::uint64_t asked = 0;
    for (const MemoryRange& range : decoded.missing) asked += range.bytes;
    EXPECT_LE(decoded.missing.size(), 6U);
    EXPECT_LE(asked, 128U << 10);
  }
}

TEST(StackTables, TheSameStackIsRecognised) {
  for (const bool is32Bit : {false, true}) {
    StackParts parts = ordinary();
    parts.is32Bit = is32Bit;
    BuiltStack stack(parts);
    const std::vector<std::byte> before = stack.memory();
    const StackDump dump = {stack.stackPointer(), is32Bit, before};
    const MemoryRange anchor = stackAnchor(dump);
    EXPECT_EQ(anchor, (MemoryRange{stack.stackPointer(), stack.tableBytes()}));
    EXPECT_TRUE(isSameStack(dump, stack.read(anchor).bytes));
    EXPECT_FALSE(isSameStack(dump, stack.read({anchor.address, anchor.bytes - 1}).bytes));
    EXPECT_FALSE(isSameStack(dump, {}));

    // The dynamic loader takes its own arguments away and moves the rest down.
    auto& memory = stack.memory();
    const auto word = static_cast<std::ptrdiff_t>(stack.wordBytes());
    const auto end = static_cast<std::ptrdiff_t>(stack.tableBytes());
    std::copy(memory.begin() + 2 * word, memory.begin() + end, memory.begin() + word);
    stack.setWord(0, 3);
    EXPECT_TRUE(isSameStack(dump, stack.read(anchor).bytes));

    // The same program elsewhere; and memory in which there are no tables yet.
    parts.lowerBy = 0x10000;
    EXPECT_FALSE(isSameStack(dump, BuiltStack(parts).dump(anchor.bytes).bytes));
    EXPECT_FALSE(isSameStack(dump, std::vector<std::byte>(anchor.bytes)));
  }
}

}  // namespace
}  // namespace exectrail::recorder
