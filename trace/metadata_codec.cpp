#include "trace/metadata_codec.h"

#include <algorithm>

#include "trace/message.h"
#include "trace/schema.capnp.h"

namespace exectrail::trace {
namespace {

kj::ArrayPtr<const kj::byte> data(const std::string& text) {
  return {reinterpret_cast<const kj::byte*>(text.data()), text.size()};
}

kj::ArrayPtr<const kj::byte> data(const Uuid& id) { return {id.data(), id.size()}; }

std::string text(capnp::Data::Reader bytes) {
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

Uuid uuid(capnp::Data::Reader bytes) {
  Uuid id{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), id.size()), id.begin());
  return id;
}

template <typename ListBuilder>
void fill(ListBuilder list, const std::vector<std::string>& values) {
  for (unsigned i = 0; i < values.size(); ++i) list.set(i, data(values[i]));
}

std::vector<std::string> texts(capnp::List<capnp::Data>::Reader list) {
  std::vector<std::string> out;
  for (const auto bytes : list) out.push_back(text(bytes));
  return out;
}

unsigned count(const std::vector<std::string>& values) {
  return static_cast<unsigned>(values.size());
}

void encodeHost(schema::Host::Builder out, const Host& host) {
  out.setName(data(host.name));
  out.setBootId(data(host.bootId));
  out.setMachineId(data(host.machineId));
  out.setKernelRelease(data(host.kernelRelease));
  out.setKernelVersion(data(host.kernelVersion));
  out.setArchitecture(data(host.architecture));
  out.setOsName(data(host.osName));
  out.setCpuCount(host.cpuCount);
}

void encodeCapture(schema::Capture::Builder out, const Capture& capture) {
  out.setScope(static_cast<schema::Capture::Scope>(capture.scope));
  fill(out.initCommand(count(capture.command)), capture.command);
  auto sources = out.initSources(static_cast<unsigned>(capture.sources.size()));
  for (unsigned i = 0; i < capture.sources.size(); ++i) {
    sources.set(i, static_cast<schema::Source>(capture.sources[i]));
  }
  fill(out.initEvents(count(capture.events)), capture.events);
  out.setBufferBytesPerCpu(capture.bufferBytesPerCpu);
  out.setFailed(static_cast<schema::Capture::FailedPolicy>(capture.failed));
}

}  // namespace

std::vector<std::byte> encodeHeader(const Header& header) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<schema::Header>();
  out.setRecordingId(data(header.recordingId));
  out.setMeaningVersion(header.meaningVersion);
  out.setWriter(data(header.writer));
  encodeHost(out.initHost(), header.host);
  auto clock = out.initClock();
  clock.setMonotonicNs(header.clock.monotonicNs);
  clock.setRealtimeNs(header.clock.realtimeNs);
  clock.setBoottimeNs(header.clock.boottimeNs);
  encodeCapture(out.initCapture(), header.capture);
  fill(out.initProvenance(count(header.provenance)), header.provenance);
  if (header.signingKey) {
    out.setSigningKey({header.signingKey->data(), header.signingKey->size()});
  }
  return flatten(message);
}

Header decodeHeader(const std::byte* message, std::size_t size) {
  return guarded([&] {
    capnp::FlatArrayMessageReader reader(asWords(message, size), readerOptions(size));
    const auto in = reader.getRoot<schema::Header>();
    Header header;
    header.recordingId = uuid(in.getRecordingId());
    header.meaningVersion = in.getMeaningVersion();
    header.writer = text(in.getWriter());
    const auto host = in.getHost();
    header.host.name = text(host.getName());
    header.host.bootId = uuid(host.getBootId());
    header.host.machineId = text(host.getMachineId());
    header.host.kernelRelease = text(host.getKernelRelease());
    header.host.kernelVersion = text(host.getKernelVersion());
    header.host.architecture = text(host.getArchitecture());
    header.host.osName = text(host.getOsName());
    header.host.cpuCount = host.getCpuCount();
    const auto clock = in.getClock();
    header.clock = {clock.getMonotonicNs(), clock.getRealtimeNs(), clock.getBoottimeNs()};
    const auto capture = in.getCapture();
    header.capture.scope = static_cast<Scope>(capture.getScope());
    header.capture.command = texts(capture.getCommand());
    for (const auto source : capture.getSources()) {
      header.capture.sources.push_back(static_cast<Source>(source));
    }
    header.capture.events = texts(capture.getEvents());
    header.capture.bufferBytesPerCpu = capture.getBufferBytesPerCpu();
    header.capture.failed = static_cast<FailedPolicy>(capture.getFailed());
    header.provenance = texts(in.getProvenance());
    const auto key = in.getSigningKey();
    if (key.size() == 32) std::copy(key.begin(), key.end(), header.signingKey.emplace().begin());
    return header;
  });
}

std::vector<std::byte> encodeEnd(const End& end) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<schema::End>();
  out.setTimeNs(end.timeNs);
  out.setExecs(end.execs);
  out.setAttempts(end.attempts);
  out.setAttemptsNotKept(end.attemptsNotKept);
  out.setForks(end.forks);
  out.setExits(end.exits);
  out.setGaps(end.gaps);
  out.setLostEvents(end.lostEvents);
  out.setLateEvents(end.lateEvents);
  out.setUndecodedEvents(end.undecodedEvents);
  out.setReason(static_cast<schema::End::Reason>(end.reason));
  out.setUnwrittenRecords(end.unwrittenRecords);
  return flatten(message);
}

End decodeEnd(const std::byte* message, std::size_t size) {
  return guarded([&] {
    capnp::FlatArrayMessageReader reader(asWords(message, size), readerOptions(size));
    const auto in = reader.getRoot<schema::End>();
    End end;
    end.timeNs = in.getTimeNs();
    end.execs = in.getExecs();
    end.attempts = in.getAttempts();
    end.attemptsNotKept = in.getAttemptsNotKept();
    end.forks = in.getForks();
    end.exits = in.getExits();
    end.gaps = in.getGaps();
    end.lostEvents = in.getLostEvents();
    end.lateEvents = in.getLateEvents();
    end.undecodedEvents = in.getUndecodedEvents();
    end.reason = static_cast<EndReason>(in.getReason());
    end.unwrittenRecords = in.getUnwrittenRecords();
    return end;
  });
}

}  // namespace exectrail::trace
