#include "trace/import/importer.h"

#include <memory>
#include <vector>

#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/import/audit_log.h"
#include "trace/import/laurel_log.h"
#include "trace/import/sysmon_log.h"

namespace exectrail::trace {
namespace {

const char* nameOf(SensorKind sensor) {
  switch (sensor) {
    case SensorKind::kAuditd:
      return "auditd";
    case SensorKind::kLaurel:
      return "laurel";
    case SensorKind::kSysmon:
      break;
  }
  return "sysmon";
}

std::unique_ptr<SensorLog> parserOf(SensorKind sensor, SensorEvents& out) {
  switch (sensor) {
    case SensorKind::kAuditd:
      return std::make_unique<AuditLog>(out);
    case SensorKind::kLaurel:
      return std::make_unique<LaurelLog>(out);
    case SensorKind::kSysmon:
      break;
  }
  return std::make_unique<SysmonLog>(out);
}

std::vector<std::string> notesOf(SensorKind sensor) {
  std::vector<std::string> notes = {
      "all values are what the log says: whoever could write to it could change them",
      "the log tells processes apart by pid alone: who created whom is concluded from pid, parent "
      "and those exits that it has",
      "the log has no mounts, namespaces, cgroups, containers or environments, and of files "
      "neither "
      "size, owner nor time"};
  if (sensor == SensorKind::kSysmon) {
    notes.emplace_back(
        "Sysmon joins arguments with spaces: where one ends is a guess; failed execs, the path as "
        "typed and the user's number are not in its log");
  } else {
    notes.emplace_back(
        "which execs and failures the log has depends on the audit rules of its host");
  }
  return notes;
}

Header headerOf(const ImportSettings& settings) {
  Header header;
  header.recordingId = settings.recordingId;
  header.writer = "exectrail-trace " EXECTRAIL_VERSION;
  header.capture.sources = {Source::kImport};
  header.capture.failed =
      settings.sensor == SensorKind::kSysmon ? FailedPolicy::kNone : FailedPolicy::kAll;
  header.capture.sourceNotes = notesOf(settings.sensor);
  std::string origin =
      "imported from the " + std::string(nameOf(settings.sensor)) + " log " + settings.name;
  origin +=
      settings.digest.empty() ? ", of which no digest was taken" : ", sha256 " + settings.digest;
  header.provenance = {std::move(origin)};
  return header;
}

}  // namespace

std::optional<SensorKind> sensorNamed(Bytes name) {
  for (const SensorKind kind : {SensorKind::kAuditd, SensorKind::kLaurel, SensorKind::kSysmon}) {
    if (name == nameOf(kind)) return kind;
  }
  return std::nullopt;
}

ImportReport importLog(LineReader& lines, ByteSink& out, const ImportSettings& settings) {
  RecordMaker records(out, headerOf(settings), settings.host);
  const auto parser = parserOf(settings.sensor, records);
  ImportReport report;
  Bytes line;
  for (;;) {
    const LineReader::Got got = lines.next(line);
    if (got == LineReader::Got::kEnd) break;
    ++report.lines;
    if (got == LineReader::Got::kTooLong) {
      records.remark("lines longer than 1 MiB were left out");
      records.unreadable(1, 0);
    } else {
      parser->line(line);
    }
  }
  parser->end();
  const std::string name = quoteForTerminal(settings.name);
  if (report.lines == 0) throw EnvironmentError(name + " is empty");
  if (report.lines == records.counts().unreadable) {
    throw EnvironmentError(name + " is not a log of " + nameOf(settings.sensor) + ": none of its " +
                           std::to_string(report.lines) + " lines is one; see --from");
  }
  records.finish();
  report.counts = records.counts();
  report.end = records.end();
  return report;
}

}  // namespace exectrail::trace
