#include "tests/trace/import/imported.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "trace/record_bytes.h"

namespace exectrail::test {

Imported imported(trace::SensorKind sensor, const std::string& log, const std::string& host) {
  Imported out;
  MemorySink sink;
  trace::LineReader lines(log);
  trace::ImportSettings settings;
  settings.sensor = sensor;
  settings.host = host;
  settings.name = "the log";
  out.report = trace::importLog(lines, sink, settings);
  out.bytes = sink.bytes();
  const auto reader = trace::openTraceBytes(out.bytes, "t.trail");
  trace::Record record;
  std::uint64_t lastNs = 0;
  while (reader->next(record)) {
    trace::Record& copy = out.records.emplace_back(record);
    trace::forEachBytes(copy,
                        [&out](trace::Bytes& bytes) { bytes = out.kept.emplace_back(bytes); });
    if (auto* exec = std::get_if<trace::Exec>(&copy.body)) {
      exec->image.context = &out.contexts.emplace_back(*exec->image.context);
    }
    EXPECT_GE(record.timeNs, lastNs) << "in order of time";
    lastNs = record.timeNs;
  }
  EXPECT_EQ(reader->state().completeness, trace::Completeness::kComplete)
      << reader->state().problem;
  out.header = reader->header();
  out.end = reader->end();
  return out;
}

std::string captured(const std::string& name) {
  std::ifstream file(std::string(EXECTRAIL_TEST_DATA) + "/import/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace exectrail::test
