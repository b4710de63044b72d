#include "recorder/sources/perf_decoder.h"

#include <algorithm>
#include <utility>

namespace exectrail::recorder {

// Puts one record after the other into events.
struct PerfDecoder::Output {
  PerfDecoder& decoder;
  PerfRingState& ring;
  std::vector<Event>& events;
  std::vector<UnfinishedStack>& unfinished;
  PerfStamp stamp{};

  void add(EventBody&& body) {
    events.push_back({stamp.timeNs, ring.cpu, std::move(body), trace::Source::kPerf});
  }

  void lost(std::uint64_t fromNs, std::uint64_t records) {
    add(LossEvent{trace::Source::kPerf, fromNs, records});
  }

  void operator()(const PerfExecSample& sample) {
    auto body = decoder.tracepoints_.decode(sample.raw);
    auto* exec = body ? std::get_if<ExecEvent>(&*body) : nullptr;
    if (exec == nullptr) return;
    exec->cgroupId = sample.cgroupId;
    auto reading = std::make_shared<StackReading>();
    const StackDump dump = {sample.stackPointer, sample.is32Bit, sample.stack};
    auto missing = decoder.stacks_.decode(dump, {}, *reading);
    reading->endNs = stamp.timeNs;
    exec->stack = reading;
    if (!missing.empty()) {
      unfinished.push_back(
          {exec->tgid, stamp.timeNs, dump, std::move(missing), std::move(reading)});
    }
    add(std::move(*body));
  }

  void operator()(const PerfComm& comm) {
    // A rename tells nothing of an exec, and one process can make 400,000 a second of them.
    if (!comm.byExec) return;
    add(CommEvent{comm.tgid, comm.tid, std::string(comm.comm), comm.byExec});
  }

  void operator()(const PerfMapping& mapping) {
    // Of no file: "[vdso]", "//anon".
    if (mapping.inode == 0 && (mapping.path.starts_with('[') || mapping.path == "//anon")) return;
    const bool noName = mapping.path.starts_with("//");
    MapEvent map{mapping.tgid, mapping.tid, mapping.address, mapping.lengthBytes, {}, {}};
    // "//toolong", "//enomem": the kernel has no name to give. Empty is no lie.
    if (!noName) map.path = mapping.path;
    map.identity = {mapping.deviceMajor, mapping.deviceMinor, mapping.inode, mapping.generation};
    add(std::move(map));
  }

  void operator()(const PerfFork& fork) {
    add(ForkEvent{fork.creatorTid, fork.tid, {}, fork.tgid});
  }

  void operator()(const PerfExit& exit) { add(ExitEvent{exit.tid, std::nullopt}); }

  void operator()(const PerfNamespaces& found) {
    NamespacesEvent event{found.tgid, found.tid, {}};
    event.namespaces = {found.mount, found.uts, found.ipc,   found.pid,
                        found.user,  found.net, found.cgroup};
    add(event);
  }

  void operator()(const PerfCgroup& cgroup) {
    add(CgroupEvent{cgroup.id, std::string(cgroup.path)});
  }

  void operator()(const PerfLost& record) {
    ring.reportedLost += record.records;
    lost(ring.lastNs, record.records);
  }

  // What the kernel would have sampled meanwhile: it does not say how much.
  void operator()(const PerfThrottle& throttle) {
    if (throttle.begins) {
      ring.throttledNs = stamp.timeNs;
    } else {
      lost(ring.throttledNs.value_or(ring.lastNs), 0);
      ring.throttledNs.reset();
    }
  }
};

PerfDecoder::PerfDecoder(const EventFormats& formats, const PerfFeatures& features,
                         std::vector<std::string> environmentNames)
    : tracepoints_(formats), features_(features), stacks_(std::move(environmentNames)) {}

void PerfDecoder::decode(std::span<const std::byte> data, std::uint64_t tail, std::uint64_t head,
                         PerfRingState& ring, std::vector<Event>& events,
                         std::vector<UnfinishedStack>& unfinished) {
  Output output{*this, ring, events, unfinished};
  PerfRingReader reader(data, tail, head, ring.wrapped);
  PerfBytes bytes;
  while (reader.next(bytes)) {
    const auto record = decodePerfRecord(bytes, features_);
    if (!record) {
      ++undecoded_;
      continue;
    }
    output.stamp = record->stamp;
    std::visit(output, record->body);
    ring.lastNs = std::max(ring.lastNs, record->stamp.timeNs);
  }
  if (!reader.damaged()) return;
  ++undecoded_;
  output.stamp.timeNs = ring.lastNs;
  output.lost(ring.lastNs, 0);
}

}  // namespace exectrail::recorder
