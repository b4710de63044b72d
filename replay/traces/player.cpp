#include "replay/traces/player.h"

#include "trace/writer.h"

namespace exectrail::replay {
namespace {

constexpr std::chrono::nanoseconds kSealEvery = std::chrono::milliseconds(100);

}  // namespace

PlayReport play(trace::Reader& reader, trace::ByteSink& sink, double speed, const Wait& wait) {
  PlayReport report;
  trace::Header header = reader.header();
  header.signingKey.reset();  // who recorded it signed other bytes
  header.provenance.push_back(std::string("played by exectrail-replay ") + EXECTRAIL_VERSION);
  trace::Writer writer(sink, header);
  writer.flush();
  const std::uint64_t startNs = header.clock.monotonicNs;
  std::chrono::nanoseconds sealed{0};
  trace::Record record;
  while (reader.next(record)) {
    if (speed > 0) {
      const std::uint64_t sinceNs = record.timeNs > startNs ? record.timeNs - startNs : 0;
      const std::chrono::nanoseconds due(
          static_cast<std::int64_t>(static_cast<double>(sinceNs) / speed));
      if (due - sealed >= kSealEvery) {
        writer.flush();  // before a wait: what is there must not wait with it
        sealed = due;
      }
      wait(due);
    }
    writer.add(record);
    ++report.records;
  }
  report.whole = reader.state().completeness == trace::Completeness::kComplete && reader.end();
  if (report.whole) {
    writer.finish(*reader.end());
  } else {
    writer.flush();
  }
  return report;
}

}  // namespace exectrail::replay
