// Batches that hold the same and lie in memory otherwise than this project's writer has it: they
// are read by Cap'n Proto, or refused.
#include "trace/batch.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/trace/random_records.h"
#include "trace/message.h"
#include "trace/raw_message.h"
#include "trace/run_tables.h"
#include "trace/schema.capnp.h"

namespace exectrail::test {
namespace {

using Words = kj::Array<capnp::word>;

const std::byte* bytesOf(const Words& words) {
  return reinterpret_cast<const std::byte*>(words.begin());
}

trace::BatchView open(const Words& words, trace::ReadTables& tables) {
  return trace::BatchView::open(bytesOf(words), words.asBytes().size(), true, tables);
}

std::vector<std::byte> sealed(const Records& records) {
  trace::BatchBuilder builder;
  for (const OwnedRecord& owned : records) builder.add(owned.record);
  return builder.seal();
}

// `change` gets a copy of the batch to write to.
template <typename Change>
Words rewritten(const std::vector<std::byte>& message, unsigned segmentWords, Change change) {
  capnp::FlatArrayMessageReader reader(trace::asWords(message.data(), message.size()));
  capnp::MallocMessageBuilder builder(segmentWords, capnp::AllocationStrategy::FIXED_SIZE);
  builder.setRoot(reader.getRoot<trace::schema::Batch>());
  change(builder.getRoot<trace::schema::Batch>());
  return capnp::messageToFlatArray(builder);
}

TEST(Batch, InManySegmentsIsTheSame) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const Records records = randomRecords(seed, 30);
    const auto message = sealed(records);
    const Words words = rewritten(message, 256, [](auto) {});
    ASSERT_FALSE(trace::RawMessage::open(bytesOf(words), words.asBytes().size()));
    trace::ReadTables tables;
    const auto view = open(words, tables);
    ASSERT_EQ(view.size(), records.size());
    trace::Record record;
    for (std::size_t i = 0; i < records.size(); ++i) {
      view.decode(i, record);
      ASSERT_EQ(record, records[i].record) << "seed " << seed << ", record " << i;
    }
  }
}

TEST(Batch, OfThisWriterIsOneSegment) {
  for (const std::size_t count : {1U, 10U, 1000U}) {
    const auto message = sealed(Records(count, exec("/bin/true")));
    EXPECT_TRUE(trace::RawMessage::open(message.data(), message.size())) << count;
  }
}

TEST(Batch, ManyRecordsThatLeadToOneLongList) {
  constexpr unsigned kRecords = 100;
  Records records;
  for (unsigned i = 0; i < kRecords; ++i) records.push_back(exec("/bin/true"));
  Words words = rewritten(sealed(records), 1 << 20, [](trace::schema::Batch::Builder batch) {
    batch.getRecords()[0].getExec().getArguments().initValue(10'000);
  });
  const auto readAll = [&words] {
    trace::ReadTables tables;
    const auto view = open(words, tables);
    trace::Record record;
    for (std::size_t i = 0; i < view.size(); ++i) view.decode(i, record);
  };
  EXPECT_NO_THROW(readAll());

  auto raw = trace::RawMessage::open(bytesOf(words), words.asBytes().size());
  const auto list = raw->structsAt(raw->structAt(raw->root())->pointer(1));
  ASSERT_EQ(list->count, kRecords);
  auto* first = const_cast<std::byte*>(list->first.data);
  auto distance = trace::loadRaw<std::uint32_t>(list->first.pointer(0));
  for (unsigned i = 1; i < kRecords; ++i) {
    // The same place, so many words further back; the distance stands above the two lowest bits.
    distance -= static_cast<std::uint32_t>(list->stride / trace::kWord * 4);
    std::memcpy(first + i * list->stride + list->first.dataWords * trace::kWord, &distance,
                sizeof distance);
  }
  EXPECT_THROW(readAll(), trace::BadMessage);
}

}  // namespace
}  // namespace exectrail::test
