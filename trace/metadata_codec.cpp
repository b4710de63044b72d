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
  auto users = out.initUsers(static_cast<unsigned>(host.users.size()));
  for (unsigned i = 0; i < users.size(); ++i) {
    users[i].setUid(host.users[i].uid);
    users[i].setName(data(host.users[i].name));
  }
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
  fill(out.initEnvironmentNames(count(capture.environmentNames)), capture.environmentNames);
  fill(out.initSourceNotes(count(capture.sourceNotes)), capture.sourceNotes);
}

Host hostFrom(schema::Host::Reader in) {
  Host host;
  host.name = text(in.getName());
  host.bootId = uuid(in.getBootId());
  host.machineId = text(in.getMachineId());
  host.kernelRelease = text(in.getKernelRelease());
  host.kernelVersion = text(in.getKernelVersion());
  host.architecture = text(in.getArchitecture());
  host.osName = text(in.getOsName());
  host.cpuCount = in.getCpuCount();
  for (const auto user : in.getUsers()) host.users.push_back({user.getUid(), text(user.getName())});
  return host;
}

Capture captureFrom(schema::Capture::Reader in) {
  Capture capture;
  capture.scope = static_cast<Scope>(in.getScope());
  capture.command = texts(in.getCommand());
  for (const auto source : in.getSources()) {
    capture.sources.push_back(static_cast<Source>(source));
  }
  capture.events = texts(in.getEvents());
  capture.bufferBytesPerCpu = in.getBufferBytesPerCpu();
  capture.failed = static_cast<FailedPolicy>(in.getFailed());
  capture.environmentNames = texts(in.getEnvironmentNames());
  capture.sourceNotes = texts(in.getSourceNotes());
  return capture;
}

void encodeClock(schema::ClockReading::Builder out, const ClockReading& clock) {
  out.setMonotonicNs(clock.monotonicNs);
  out.setRealtimeNs(clock.realtimeNs);
  out.setBoottimeNs(clock.boottimeNs);
}

ClockReading clockFrom(schema::ClockReading::Reader in) {
  return {in.getMonotonicNs(), in.getRealtimeNs(), in.getBoottimeNs()};
}

void encodeAncestry(schema::Header::Builder out, const Header& header) {
  auto parents = out.initParents(static_cast<unsigned>(header.parents.size()));
  for (unsigned i = 0; i < parents.size(); ++i) {
    const Parent& parent = header.parents[i];
    parents[i].setRecordingId(data(parent.recordingId));
    parents[i].setChainHead({parent.chainHead.data(), parent.chainHead.size()});
    parents[i].setWhole(parent.whole);
  }
  auto origins = out.initOrigins(static_cast<unsigned>(header.origins.size()));
  for (unsigned i = 0; i < origins.size(); ++i) {
    const Origin& origin = header.origins[i];
    origins[i].setRecordingId(data(origin.recordingId));
    encodeHost(origins[i].initHost(), origin.host);
    encodeClock(origins[i].initClock(), origin.clock);
    encodeCapture(origins[i].initCapture(), origin.capture);
  }
}

void decodeAncestry(schema::Header::Reader in, Header& header) {
  for (const auto parent : in.getParents()) {
    Parent& out = header.parents.emplace_back();
    out.recordingId = uuid(parent.getRecordingId());
    const auto head = parent.getChainHead();
    std::copy_n(head.begin(), std::min(head.size(), out.chainHead.size()), out.chainHead.begin());
    out.whole = parent.getWhole();
  }
  for (const auto origin : in.getOrigins()) {
    header.origins.push_back({uuid(origin.getRecordingId()), hostFrom(origin.getHost()),
                              clockFrom(origin.getClock()), captureFrom(origin.getCapture())});
  }
}

void encodeSegment(schema::Header::Builder out, const Segment& segment) {
  out.setSegmentNumber(segment.number);
  out.setRestatedRecords(segment.restatedRecords);
  if (segment.previousHead) {
    out.setPreviousHead({segment.previousHead->data(), segment.previousHead->size()});
  }
}

Segment segmentFrom(schema::Header::Reader in) {
  Segment segment;
  segment.number = in.getSegmentNumber();
  segment.restatedRecords = in.getRestatedRecords();
  const auto head = in.getPreviousHead();
  if (head.size() == 32) {
    std::copy(head.begin(), head.end(), segment.previousHead.emplace().begin());
  }
  return segment;
}

// A list of elements of no size could claim any number of them.
void requirePlausible(std::size_t elements, std::size_t messageSize) {
  if (elements > messageSize / sizeof(capnp::word))
    throw BadMessage("a list longer than its message");
}

}  // namespace

std::vector<std::byte> encodeHeader(const Header& header) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<schema::Header>();
  out.setRecordingId(data(header.recordingId));
  out.setMeaningVersion(header.meaningVersion);
  out.setWriter(data(header.writer));
  encodeHost(out.initHost(), header.host);
  encodeClock(out.initClock(), header.clock);
  encodeCapture(out.initCapture(), header.capture);
  fill(out.initProvenance(count(header.provenance)), header.provenance);
  if (header.signingKey) {
    out.setSigningKey({header.signingKey->data(), header.signingKey->size()});
  }
  encodeAncestry(out, header);
  encodeSegment(out, header.segment);
  return flatten(message);
}

Header decodeHeader(const std::byte* message, std::size_t size) {
  return guarded([&] {
    capnp::FlatArrayMessageReader reader(asWords(message, size), readerOptions(size));
    const auto in = reader.getRoot<schema::Header>();
    requirePlausible(
        in.getParents().size() + in.getOrigins().size() + in.getHost().getUsers().size(), size);
    Header header;
    header.recordingId = uuid(in.getRecordingId());
    header.meaningVersion = in.getMeaningVersion();
    header.writer = text(in.getWriter());
    header.host = hostFrom(in.getHost());
    header.clock = clockFrom(in.getClock());
    header.capture = captureFrom(in.getCapture());
    header.provenance = texts(in.getProvenance());
    const auto key = in.getSigningKey();
    if (key.size() == 32) std::copy(key.begin(), key.end(), header.signingKey.emplace().begin());
    decodeAncestry(in, header);
    header.segment = segmentFrom(in);
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
  out.setMappingsNotKept(end.mappingsNotKept);
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
    end.mappingsNotKept = in.getMappingsNotKept();
    end.reason = static_cast<EndReason>(in.getReason());
    end.unwrittenRecords = in.getUnwrittenRecords();
    return end;
  });
}

}  // namespace exectrail::trace
