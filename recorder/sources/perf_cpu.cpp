#include "recorder/sources/perf_cpu.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "recorder/proc/proc_files.h"

namespace exectrail::recorder {

int PerfCpu::start(int cpu, const PerfExecSettings& settings, const PerfFeatures& features,
                   std::uint64_t ringBytes, const char*& refused) {
  state.cpu = static_cast<std::uint16_t>(cpu);
  refused = "the exec samples";
  if (const int error = execs.openExecSamples(cpu, settings, features); error != 0) return error;
  refused = "the side-band";
  if (const int error = sideBand.openSideBand(cpu, features); error != 0) return error;
  refused = "the waker";
  if (const int error = waker.openExecWaker(cpu, settings); error != 0) return error;
  refused = "the ring";
  if (const int error = wakerRing.mapUnread(waker); error != 0) return error;
  if (const int error = ring.map(execs, ringBytes); error != 0) return error;
  if (const int error = sideBand.setOutput(execs); error != 0) return error;
  // The side-band first: no exec without the records that belong to it.
  if (const int error = sideBand.enable(); error != 0) return error;
  // The last one enabled is the first that the tracepoint calls: no waking before the sample.
  if (const int error = waker.enable(); error != 0) return error;
  return execs.enable();
}

void PerfCpu::stop() {
  // Both fail only where the CPU is gone, and the events with it.
  execs.disable();
  waker.disable();
  sideBand.disable();
}

std::uint64_t PerfCpu::unreportedLost() const {
  std::uint64_t lost = 0;
  for (const PerfEvent* event : {&execs, &sideBand}) {
    PerfEvent::Counts counts;
    if (event->readCounts(counts) == 0) lost += counts.lost.value_or(0);
  }
  return lost > state.reportedLost ? lost - state.reportedLost : 0;
}

bool PerfCpu::stillCounts() {
  PerfEvent::Counts counts;
  if (execs.readCounts(counts) != 0) return false;
  const bool goesOn = counts.enabledNs != enabledNs;
  enabledNs = counts.enabledNs;
  return goesOn;
}

int findPerfFeatures(int cpu, const PerfExecSettings& settings, PerfFeatures& features) {
  constexpr std::array<PerfFeatures, 4> kOffers = {
      {{true, true}, {true, false}, {false, true}, {false, false}}};
  int error = 0;
  for (const PerfFeatures& offer : kOffers) {
    PerfEvent execs;
    PerfEvent sideBand;
    error = execs.openExecSamples(cpu, settings, offer);
    if (error == 0) error = sideBand.openSideBand(cpu, offer);
    features = offer;
    if (error != EINVAL) return error;
  }
  return error;
}

std::optional<std::vector<int>> parseCpuList(std::string_view text) {
  constexpr std::uint64_t kMostCpus = 65536;
  std::vector<int> cpus;
  if (text.ends_with('\n')) text.remove_suffix(1);
  while (!text.empty()) {
    const std::string_view range = text.substr(0, text.find(','));
    text.remove_prefix(std::min(range.size() + 1, text.size()));
    const auto dash = range.find('-');
    const auto first = parseNumber(range.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parseNumber(range.substr(dash + 1));
    if (!first || !last || *last < *first || *last >= kMostCpus) return std::nullopt;
    if (cpus.size() > kMostCpus) return std::nullopt;
    for (auto cpu = *first; cpu <= *last; ++cpu) cpus.push_back(static_cast<int>(cpu));
  }
  return cpus;
}

}  // namespace exectrail::recorder
