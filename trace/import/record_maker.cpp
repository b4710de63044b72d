#include "trace/import/record_maker.h"

#include <algorithm>
#include <utility>

namespace exectrail::trace {
namespace {

constexpr Evidence kSaid{EvidenceClass::kExternal};
constexpr Evidence kConcluded{EvidenceClass::kInferred};

Field<Bytes> said(const std::optional<std::string>& text) {
  return text ? Field<Bytes>(*text, kSaid) : Field<Bytes>();
}

Field<Arguments> saidArguments(const SensorEvent& event) {
  if (!event.arguments) return {};
  Field<Arguments> field({}, event.argumentsGuessed ? kConcluded : kSaid);
  for (const std::string& argument : *event.arguments) field.value.push_back(argument);
  field.evidence.originalLength = event.argumentBytes;
  return field;
}

Context contextOf(const SensorEvent& event) {
  Context context;
  if (event.credentials) context.credentials = {*event.credentials, kSaid};
  if (event.login) context.login = {*event.login, kSaid};
  return context;
}

}  // namespace

RecordMaker::RecordMaker(ByteSink& sink, Header header, std::string host)
    : sink_(sink),
      header_(std::move(header)),
      order_([this](const SensorEvent& event) { make(event); }) {
  counts_.host = std::move(host);
}

RecordMaker::~RecordMaker() = default;

void RecordMaker::remark(const char* what) { ++counts_.remarks[what]; }

void RecordMaker::unreadable(std::uint64_t lines, std::uint64_t timeNs) {
  counts_.unreadable += lines;
  if (timeNs != 0) {
    addGap(timeNs, timeNs, lines);
  } else {
    unreadableWaiting_ += lines;
  }
}

void RecordMaker::time(std::uint64_t timeNs) {
  if (unreadableWaiting_ > 0) {
    const std::uint64_t fromNs = readableNs_ == 0 ? timeNs : std::min(readableNs_, timeNs);
    addGap(fromNs, timeNs, std::exchange(unreadableWaiting_, 0));
  }
  readableNs_ = timeNs;
}

void RecordMaker::addGap(std::uint64_t fromNs, std::uint64_t toNs, std::uint64_t lost) {
  SensorEvent blind;
  blind.kind = SensorEvent::Kind::kBlind;
  blind.timeNs = toNs;
  blind.fromNs = fromNs;
  blind.lost = lost;
  order_.add(std::move(blind));
}

void RecordMaker::event(SensorEvent event) {
  if (!event.host.empty()) {
    if (counts_.host.empty()) counts_.host = event.host;
    if (event.host != counts_.host) {
      ++counts_.otherHosts;
      return;
    }
  }
  order_.add(std::move(event));
}

// The trace has one clock, CLOCK_REALTIME: a log has no other.
void RecordMaker::begin(const SensorEvent& event) {
  header_.host.name = counts_.host;
  header_.clock = {event.timeNs, event.timeNs, 0};
  WriterSettings settings;
  settings.compressionLevel = 3;
  settings.syncEveryNs = 0;
  writer_ = std::make_unique<Writer>(sink_, header_, settings);
}

void RecordMaker::make(const SensorEvent& event) {
  if (!writer_) begin(event);
  if (event.timeNs < writtenNs_) ++end_.lateEvents;
  writtenNs_ = std::max(writtenNs_, event.timeNs);
  switch (event.kind) {
    case SensorEvent::Kind::kExec:
      exec(event);
      break;
    case SensorEvent::Kind::kAttempt:
      attempt(event);
      break;
    case SensorEvent::Kind::kFork:
      fork(event);
      break;
    case SensorEvent::Kind::kExit: {
      const ImageId image = processes_.see(event.pid, event.parentPid, event.timeNs).image;
      ++end_.exits;
      write(event.timeNs, Exit{image, event.status ? Field<std::uint32_t>(*event.status, kSaid)
                                                   : Field<std::uint32_t>()});
      processes_.exited(event.pid);
      break;
    }
    case SensorEvent::Kind::kBoot:
      processes_.forgetAll();
      break;
    case SensorEvent::Kind::kBlind:
      ++end_.gaps;
      end_.lostEvents += event.lost;
      write(event.timeNs, Gap{Source::kImport, event.fromNs, event.timeNs, event.lost});
      break;
  }
}

// Names the image that made the process. If the log describes the parent and no record has yet, a
// snapshot does.
Field<Creator> RecordMaker::creatorOf(const SensorEvent& event) {
  if (!event.parentPid || *event.parentPid == event.pid) return {};
  if (*event.parentPid == 0) return {{{}, CreatorEdge::kTop}, kConcluded};
  SensorProcess& parent = processes_.see(*event.parentPid, std::nullopt, event.timeNs);
  if (event.parent && !parent.described && parent.image.execNumber == 0) {
    Image image;
    image.id = parent.image;
    image.startEvidence = kConcluded;
    image.executable = {event.parent->executable, kSaid};
    image.comm = said(event.parent->comm);
    if (event.parent->arguments) {
      image.arguments.evidence = kConcluded;
      for (const std::string& argument : *event.parent->arguments) {
        image.arguments.value.push_back(argument);
      }
    }
    parent.described = true;
    write(event.timeNs, Snapshot{image});
  }
  return {{parent.image, CreatorEdge::kFork}, kConcluded};
}

void RecordMaker::exec(const SensorEvent& event) {
  {
    const SensorProcess& process = processes_.see(event.pid, event.parentPid, event.timeNs);
    if (!process.creator.known()) {
      const Field<Creator> creator = creatorOf(event);
      processes_.see(event.pid, event.parentPid, event.timeNs).creator = creator;
    }
  }
  SensorProcess& process = processes_.see(event.pid, event.parentPid, event.timeNs);
  ++process.image.execNumber;
  process.attempts = 0;
  process.described = true;
  const Context context = contextOf(event);
  Exec exec;
  exec.image.id = process.image;
  exec.image.startEvidence = kConcluded;
  exec.image.creator = process.creator;
  if (event.parentPid) exec.image.parentPid = {*event.parentPid, kSaid};
  exec.image.executable = said(event.executable);
  if (event.identity) exec.image.identity = {*event.identity, kSaid};
  exec.image.sha256 = said(event.sha256);
  exec.image.arguments = saidArguments(event);
  if (event.argumentCount && event.arguments) {
    exec.image.argumentShape = {
        {*event.argumentCount, static_cast<std::uint32_t>(event.arguments->size())}, kSaid};
  }
  exec.image.workingDirectory = said(event.workingDirectory);
  exec.image.comm = said(event.comm);
  exec.image.context = &context;
  exec.typedPath = said(event.typedPath);
  exec.tid = event.pid;
  ++end_.execs;
  write(event.timeNs, exec);
}

// Of an image that no record describes, the sensor says with its attempt what it is.
void RecordMaker::describeCaller(const SensorEvent& event, SensorProcess& process) {
  const Context context = contextOf(event);
  Image image;
  image.id = process.image;
  image.startEvidence = kConcluded;
  if (event.parentPid) image.parentPid = {*event.parentPid, kSaid};
  image.executable = said(event.executable);
  image.workingDirectory = said(event.workingDirectory);
  image.comm = said(event.comm);
  image.context = &context;
  process.described = true;
  write(event.timeNs, Snapshot{image});
}

void RecordMaker::attempt(const SensorEvent& event) {
  SensorProcess& process = processes_.see(event.pid, event.parentPid, event.timeNs);
  if (!process.described) describeCaller(event, process);
  Attempt attempt;
  attempt.caller = process.image;
  attempt.number = ++process.attempts;
  attempt.tid = event.pid;
  attempt.errorNumber = event.errorNumber;
  attempt.systemCall = event.systemCall;
  attempt.typedPath = said(event.typedPath);
  attempt.arguments = saidArguments(event);
  attempt.workingDirectory = said(event.workingDirectory);
  ++end_.attempts;
  write(event.timeNs, attempt);
}

void RecordMaker::fork(const SensorEvent& event) {
  const ImageId creator = processes_.see(event.pid, event.parentPid, event.timeNs).image;
  processes_.exited(event.childPid);  // whoever had the pid before
  SensorProcess& child = processes_.see(event.childPid, event.pid, event.timeNs);
  child.creator = {{creator, CreatorEdge::kFork}, kSaid};
  child.described = true;  // as a copy of its creator
  ++end_.forks;
  write(event.timeNs, Fork{creator, child.image, {}});
}

void RecordMaker::write(std::uint64_t timeNs, RecordBody body) {
  Record record;
  record.timeNs = timeNs;
  record.body = std::move(body);
  writer_->add(record);
}

void RecordMaker::finish() {
  if (unreadableWaiting_ > 0) {
    addGap(readableNs_, std::max(readableNs_, order_.newestNs()),
           std::exchange(unreadableWaiting_, 0));
  }
  order_.end();
  if (!writer_) begin({});
  end_.timeNs = writtenNs_;
  end_.undecodedEvents = counts_.unreadable;
  end_.reason = EndReason::kImported;
  writer_->finish(end_);
}

}  // namespace exectrail::trace
