// The logs of other sensors -> traces: `exectrail trace import`. What each of them does not say,
// and what that costs, stands in the header of the trace.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "trace/container/byte_sink.h"
#include "trace/import/line_reader.h"
#include "trace/import/record_maker.h"
#include "trace/metadata.h"

namespace exectrail::trace {

enum class SensorKind { kAuditd, kLaurel, kSysmon };

std::optional<SensorKind> sensorNamed(Bytes name);

struct ImportSettings {
  SensorKind sensor = SensorKind::kAuditd;
  std::string host;    // of the events to take; empty: of the first one that names its host
  std::string name;    // of the log, for messages and provenance
  std::string digest;  // of the log, in hexadecimal; empty: not known
  Uuid recordingId{};  // of the trace
};

struct ImportReport {
  ImportCounts counts;
  End end;
  std::uint64_t lines = 0;
};

// Throws EnvironmentError if reading or writing fails, or if not one line is of such a log; nothing
// has been written then.
ImportReport importLog(LineReader& lines, ByteSink& out, const ImportSettings& settings);

}  // namespace exectrail::trace
