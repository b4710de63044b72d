// The index of a trace: what it spares a reader, and that one that lies is found.
#include "trace/index.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/support/traces.h"
#include "tests/trace/random_records.h"
#include "trace/batch.h"
#include "trace/container/frame_reader.h"
#include "trace/container/frame_writer.h"
#include "trace/container/pack.h"
#include "trace/index_builder.h"
#include "trace/reader.h"
#include "trace/subtree.h"

namespace exectrail::test {
namespace {

using trace::Index;
using trace::Selection;

trace::ByteSpan bytesOf(const std::string& text) { return std::as_bytes(std::span(text)); }

// Runs of one process each: pid n executes /bin/n at n microseconds.
Records runs(std::uint32_t count) {
  Records records;
  for (std::uint32_t n = 1; n <= count; ++n) {
    records.push_back(forked(image(1, 0), n * 10).at(n * 1000));
    records.push_back(exec("/bin/" + std::to_string(n)).pid(n * 10).at(n * 1000 + 1));
    records.push_back(exited(image(n * 10)).at(n * 1000 + 2));
  }
  return records;
}

// A run for every three records.
std::string indexed(const Records& records) {
  trace::WriterSettings settings;
  settings.runBytes = 1;
  MemorySink sink;
  trace::Writer writer(sink, header(), settings);
  for (std::size_t i = 0; i < records.size(); ++i) {
    writer.add(records[i].record);
    if (i % 3 == 2) writer.flush();
  }
  writer.finish({});
  return sink.bytes();
}

std::string packed(const std::string& bytes) {
  trace::FrameReader in(trace::readBytes(bytesOf(bytes)), "t",
                        trace::FrameReader::Checks::kDigestsAndChain);
  MemorySink sink;
  trace::PackReport report;
  trace::packFrames(in, sink, {3, 4000}, report);  // several runs a pack
  return sink.bytes();
}

std::optional<Index> indexOf(const std::string& bytes) {
  trace::FrameReader reader(trace::readBytes(bytesOf(bytes)), "t",
                            trace::FrameReader::Checks::kDigests);
  const auto content = reader.find(trace::FrameKind::kIndex);
  if (!content) return std::nullopt;
  return trace::decodeIndex(content->data(), content->size());
}

struct Found {
  std::vector<trace::Record> times;  // of what is selected, without bodies
  std::size_t read = 0;
  trace::ReadState state;
};

Found find(const std::string& bytes, const Selection& selection, bool useIndex = true) {
  const auto reader = trace::openTraceBytes(bytes, "t");
  EXPECT_EQ(useIndex && reader->skipUnwanted(selection), useIndex);
  Found found;
  trace::Record record;
  while (reader->next(record)) {
    ++found.read;
    if (!selects(selection, reader->header(), record)) continue;
    found.times.push_back({record.timeNs, record.cpu, {}, record.origin});
  }
  found.state = reader->state();
  return found;
}

// The trace again with another index, and with chain and checksums made right.
std::string withIndex(const std::string& bytes, const Index& index) {
  trace::FrameReader reader(trace::readBytes(bytesOf(bytes)), "t",
                            trace::FrameReader::Checks::kDigests);
  MemorySink sink;
  trace::FrameWriter writer(sink, 0, nullptr);
  trace::Frame frame;
  while (reader.next(frame) == trace::FrameStatus::kFrame) {
    const auto kind = static_cast<trace::FrameKind>(frame.core.kind);
    if (kind == trace::FrameKind::kIndex) {
      writer.write(kind, 0, trace::encodeIndex(index));
    } else {
      writer.write(kind, frame.core.flags, frame.content);
    }
  }
  return sink.bytes();
}

std::string lies(const std::string& bytes) {
  const Index index = *indexOf(bytes);
  trace::FrameReader reader(trace::readBytes(bytesOf(bytes)), "t",
                            trace::FrameReader::Checks::kDigests);
  trace::RunScanner scanner;
  trace::Frame frame;
  std::string wrong;
  const auto check = [&](const std::optional<trace::RunFacts>& run) {
    if (run && wrong.empty()) wrong = whyWrong(index, *run);
  };
  while (reader.next(frame) == trace::FrameStatus::kFrame) {
    if (!frame.core.is(trace::FrameKind::kBatch)) continue;
    check(scanner.add(frame.content, frame.core.sequence, frame.core.fresh()));
  }
  check(scanner.finish());
  return wrong;
}

// The golden trace of an index is what the writer of its day made of these records.
TEST(Index, IsWrittenAsInTheGoldenTrace) {
  const std::string path = GOLDEN_TRACES "/v2_indexed.trail";
  if (!std::filesystem::exists(path) && std::getenv("EXECTRAIL_BLESS") != nullptr) {
    std::ofstream(path, std::ios::binary) << indexed(runs(20));
  }
  std::ifstream in(path, std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(in), {}};
  const auto index = indexOf(golden);
  ASSERT_TRUE(index);
  EXPECT_EQ(index->runs.size(), 20U);
  EXPECT_EQ(lies(golden), "");
  Selection selection;
  selection.pids = {100};
  EXPECT_EQ(find(golden, selection).times, find(indexed(runs(20)), selection).times);
}

TEST(Index, IsThereIfThereIsMoreThanOneRun) {
  EXPECT_FALSE(indexOf(indexed(runs(1))));
  const auto index = indexOf(indexed(runs(40)));
  ASSERT_TRUE(index);
  EXPECT_EQ(index->runs.size(), 40U);
  EXPECT_EQ(index->runs[0].firstFrame, 1U);
  EXPECT_EQ(index->runs[0].records, 3U);
  EXPECT_EQ(index->runs[39].firstFrame, 40U);
}

TEST(Index, SparesReadingWhatIsNotWanted) {
  const std::string live = indexed(runs(40));
  for (const std::string& bytes : {live, packed(live)}) {
    std::vector<Selection> selections(4);
    selections[0].pids = {200};
    selections[1].executables = {"/bin/20"};
    selections[2].executables = {"/bin/2?"};
    selections[3].fromNs = static_cast<std::int64_t>(header().clock.realtimeNs) + 20'000;
    selections[3].toNs = *selections[3].fromNs + 1000;
    const std::vector<std::size_t> expected = {3, 1, 10, 3};
    for (std::size_t i = 0; i < selections.size(); ++i) {
      SCOPED_TRACE(trace::describe(selections[i]));
      const Found found = find(bytes, selections[i]);
      EXPECT_EQ(found.times.size(), expected[i]);
      EXPECT_EQ(found.times, find(bytes, selections[i], false).times);
      EXPECT_EQ(found.state.completeness, trace::Completeness::kComplete);
      EXPECT_GT(found.state.skippedFrames, 20U);
      EXPECT_LT(found.read, 40U) << "of 120";
    }
  }
}

TEST(Index, OfRandomRecordsChangesNoAnswer) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    const Records records = randomRecords(seed, 120);
    const std::string live = indexed(records);
    EXPECT_EQ(lies(live), "");
    for (const std::string& bytes : {live, packed(live)}) {
      for (int i = 0; i < 10; ++i) {
        Selection selection;
        const trace::Record& some = records[random() % records.size()].record;
        if (const auto* id = trace::subjectOf(some); id != nullptr && random() % 2 == 0) {
          selection.pids = {id->tgid};
        }
        if (random() % 2 == 0 || selection.everything()) {
          selection.fromNs = header().clock.toRealtimeNs(some.timeNs);
        }
        const Found found = find(bytes, selection);
        EXPECT_EQ(found.times, find(bytes, selection, false).times) << trace::describe(selection);
        EXPECT_EQ(found.state.completeness, trace::Completeness::kComplete) << found.state.problem;
      }
    }
  }
}

TEST(Index, GapsAreReadWhateverProcessIsAskedFor) {
  Records records = runs(9);
  records[13] = gap(5000, 5001, 7).at(5001);
  Selection selection;
  selection.pids = {20};
  EXPECT_EQ(find(indexed(records), selection).times.size(), 4U);
}

TEST(Index, ALieIsFoundByVerify) {
  const std::string bytes = indexed(runs(40));
  ASSERT_EQ(lies(bytes), "");
  Index index = *indexOf(bytes);
  index.runs[19].pids = {{1, 1}};
  EXPECT_EQ(lies(withIndex(bytes, index)), "it says that frames 20 to 20 hold nothing of pid 200");
  index = *indexOf(bytes);
  index.runs[19].executables.pop_back();  // before it stands what is not known
  EXPECT_EQ(lies(withIndex(bytes, index)), "it says that frames 20 to 20 hold no exec of /bin/20");
  index = *indexOf(bytes);
  index.runs[19].spans.begin()->second.toNs -= 1;
  EXPECT_EQ(lies(withIndex(bytes, index)), "it says another time of frames 20 to 20");
  index = *indexOf(bytes);
  index.runs.erase(index.runs.begin() + 19);
  EXPECT_EQ(lies(withIndex(bytes, index)), "") << "what it does not know is read";
  Selection selection;
  selection.pids = {200};
  EXPECT_EQ(find(withIndex(bytes, index), selection).times.size(), 3U);
}

TEST(Index, ALieAboutWhatIsReadStopsTheReader) {
  const std::string bytes = indexed(runs(40));
  Index index = *indexOf(bytes);
  index.runs[19].executables.clear();  // and its pid is told
  Selection selection;
  selection.pids = {200};
  const Found found = find(withIndex(bytes, index), selection);
  EXPECT_EQ(found.state.completeness, trace::Completeness::kDamaged);
  EXPECT_NE(found.state.problem.find("its index is wrong"), std::string::npos);
}

TEST(Index, OfRunsThatAreNotThereDoesNoHarm) {
  const std::string bytes = indexed(runs(40));
  for (const std::uint64_t last : {std::uint64_t{41}, std::uint64_t{1000}, ~std::uint64_t{0}}) {
    Index index = *indexOf(bytes);
    index.runs.resize(20);
    index.runs[19].lastFrame = last;
    index.runs[19].pids = {{1, 1}};
    Selection selection;
    selection.pids = {150};
    const Found found = find(withIndex(bytes, index), selection);
    EXPECT_EQ(found.times.size(), 3U);
    EXPECT_EQ(found.state.completeness, trace::Completeness::kComplete)
        << "skipping stops at the index and the end: " << found.state.problem;
    EXPECT_NE(lies(withIndex(bytes, index)), "");
  }
}

TEST(Index, EveryFlippedByteIsBadOrHarmless) {
  // Under right checksums: an index made by somebody hostile.
  const std::string bytes = indexed(runs(4));
  const auto content = trace::encodeIndex(*indexOf(bytes));
  std::size_t decoded = 0;
  for (std::size_t at = 0; at < content.size(); ++at) {
    for (const int bit : {1, 0x80}) {
      auto flipped = content;
      flipped[at] ^= static_cast<std::byte>(bit);
      try {
        const Index index = trace::decodeIndex(flipped.data(), flipped.size());
        ++decoded;
        Selection selection;
        selection.pids = {20};
        const Found found = find(withIndex(bytes, index), selection);
        EXPECT_LE(found.times.size(), 3U);
      } catch (const trace::BadMessage&) {
      }
    }
  }
  EXPECT_GT(decoded, 100U);
}

TEST(Index, IsBounded) {
  trace::IndexBuilder builder;
  trace::BatchBuilder batches;
  for (std::uint32_t run = 0; run < 4200; ++run) {
    for (std::uint32_t i = 0; i < 10; ++i) {
      batches.add(exec("/tmp/" + std::string(40, 'x') + std::to_string(run * 10 + i))
                      .pid(1 + (i * 7919 + run * 31) % 4'000'000)
                      .record());
    }
    const auto content = batches.seal();
    builder.add(content, run + 1, true);
    batches.startRun();
  }
  const auto index = builder.finish();
  ASSERT_TRUE(index);
  EXPECT_LE(index->runs.size(), 4096U);
  EXPECT_LT(trace::encodeIndex(*index).size(), std::size_t{8} << 20);
  Selection selection;
  selection.pids = {1 + (5 * 7919 + 3000 * 31) % 4'000'000};
  EXPECT_TRUE(index->mayHold(*index->runOf(3001), selection, header()));
}

}  // namespace
}  // namespace exectrail::test
