// What every importer must do with any bytes at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "tests/support/traces.h"
#include "trace/errors.h"
#include "trace/import/importer.h"
#include "trace/reader.h"

namespace exectrail::test {

inline void importAny(trace::SensorKind sensor, const std::uint8_t* data, std::size_t size) {
  MemorySink sink;
  trace::ImportReport report;
  try {
    trace::LineReader lines(trace::Bytes(reinterpret_cast<const char*>(data), size));
    trace::ImportSettings settings;
    settings.sensor = sensor;
    report = trace::importLog(lines, sink, settings);
  } catch (const EnvironmentError&) {
    if (!sink.bytes().empty()) abort();
    return;
  }
  const auto reader = trace::openTraceBytes(sink.bytes(), "fuzz");
  trace::Record record;
  std::uint64_t execs = 0;
  std::uint64_t lost = 0;
  while (reader->next(record)) {
    execs += std::holds_alternative<trace::Exec>(record.body) ? 1U : 0U;
    if (const auto* gap = std::get_if<trace::Gap>(&record.body)) lost += gap->lostEvents;
  }
  // Whole, and every line that could not be read is in a gap.
  if (!reader->end() || execs != report.end.execs || lost != report.counts.unreadable) abort();
}

}  // namespace exectrail::test
