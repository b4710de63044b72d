// Traces of several hosts, and of several segments of one, in one order of time.
#include "trace/merge.h"

#include <gtest/gtest.h>

#include "tests/support/traces.h"
#include "trace/errors.h"

namespace exectrail::test {
namespace {

struct Source {
  trace::Header header;
  Records records;
  trace::End end;
};

Source source(const std::string& host, std::uint8_t id, std::int64_t startNs, Records records) {
  Source made{header(), std::move(records), {}};
  made.header.host.name = host;
  made.header.recordingId[0] = id;
  made.header.host.bootId[0] = id;
  made.header.clock.realtimeNs = static_cast<std::uint64_t>(startNs);
  made.end.execs = made.records.size();
  return made;
}

class Merging {
 public:
  explicit Merging(const std::vector<Source>& sources) {
    std::vector<trace::MergeInput> inputs;
    for (const Source& from : sources) {
      MemorySink sink;
      trace::Writer writer(sink, from.header);
      for (const OwnedRecord& owned : from.records) writer.add(owned.record);
      writer.finish(from.end);
      bytes_.push_back(sink.bytes());
    }
    for (std::size_t i = 0; i < sources.size(); ++i) {
      trace::CheckedParent parent;
      parent.parent = {sources[i].header.recordingId, {}, true};
      inputs.push_back({trace::openTraceBytes(bytes_[i], "input"), std::move(parent)});
    }
    report = trace::merge(inputs, merged_);
    reader = trace::openTraceBytes(merged_.bytes(), "merged");
    trace::Record record;
    while (reader->next(record)) {
      const auto& exec = std::get<trace::Exec>(record.body);
      words += (words.empty() ? "" : " ") + reader->header().hostOf(record).name + ":" +
               std::string(exec.image.executable.value) + "@" +
               std::to_string(reader->header().clockOf(record).toRealtimeNs(record.timeNs));
    }
  }

  std::string words;
  trace::MergeReport report;
  std::unique_ptr<trace::Reader> reader;

 private:
  std::vector<std::string> bytes_;
  MemorySink merged_;
};

TEST(Merge, SeveralHostsByTheTimeOfDay) {
  // The clocks of the hosts started at different times.
  const Merging merging({source("web", 1, 1000, {exec("/a").at(0), exec("/b").at(50)}),
                         source("db", 2, 500, {exec("/c").at(510), exec("/d").at(530)}),
                         source("ci", 3, 900, {exec("/e").at(500)})});
  EXPECT_EQ(merging.words, "web:/a@1000 db:/c@1010 db:/d@1030 web:/b@1050 ci:/e@1400");
  EXPECT_EQ(merging.report.origins, 3U);
  EXPECT_EQ(merging.report.records, 5U);
  const trace::Header& header = merging.reader->header();
  EXPECT_EQ(header.host.name, "web");
  ASSERT_EQ(header.origins.size(), 2U);
  EXPECT_EQ(header.origins[0].host.name, "db");
  EXPECT_EQ(header.parents.size(), 3U);
  EXPECT_EQ(merging.reader->end()->execs, 5U);
  EXPECT_EQ(merging.reader->end()->reason, trace::EndReason::kMerged);
}

TEST(Merge, SegmentsOfOneRecordingAreOneOrigin) {
  const Merging merging({source("web", 1, 1000, {exec("/a").at(0), exec("/b").at(10)}),
                         source("web", 1, 1000, {exec("/c").at(10), exec("/d").at(30)})});
  EXPECT_EQ(merging.words, "web:/a@1000 web:/b@1010 web:/c@1010 web:/d@1030");
  EXPECT_EQ(merging.report.origins, 1U);
  EXPECT_TRUE(merging.reader->header().origins.empty());
}

TEST(Merge, OfMergedTraces) {
  // What was merged once keeps its origins.
  Source both = source("web", 1, 1000, {exec("/a").at(0), exec("/c").at(510)});
  both.records[1].record.origin = 1;
  const Source db = source("db", 2, 500, {});
  both.header.origins = {{db.header.recordingId, db.header.host, db.header.clock, {}}};
  both.header.parents = {{both.header.recordingId, {}, true}, {db.header.recordingId, {}, true}};
  const Merging merging({source("ci", 3, 900, {exec("/e").at(105)}), both,
                         source("db", 2, 500, {exec("/f").at(520)})});
  EXPECT_EQ(merging.words, "web:/a@1000 ci:/e@1005 db:/c@1010 db:/f@1020");
  EXPECT_EQ(merging.report.origins, 3U);
  EXPECT_EQ(merging.reader->header().parents.size(), 5U);
}

TEST(Merge, AnOriginThatIsNotThereCountsAsTheMainOne) {
  Source odd = source("web", 1, 1000, {exec("/a").at(0)});
  odd.records[0].record.origin = 77;
  EXPECT_EQ(Merging({odd}).words, "web:/a@1000");
}

TEST(Merge, FieldsOfDifferentMeaningAreNotMixed) {
  Source old = source("old", 2, 0, {});
  old.header.meaningVersion = 1;
  try {
    Merging({source("new", 1, 0, {}), old});
    FAIL() << "merged";
  } catch (const EnvironmentError& e) {
    EXPECT_NE(std::string(e.what()).find("differ in the meaning of their fields"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace exectrail::test
