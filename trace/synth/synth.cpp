#include "trace/synth/synth.h"

#include <functional>
#include <utility>

namespace exectrail::trace {
namespace {

constexpr std::uint64_t kUs = 1'000;
constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kStartNs = 3'600 * kSecond;             // the host has been up for an hour
constexpr std::uint64_t kRealtimeNs = 1'772'600'767 * kSecond;  // 2026-03-04T05:06:07Z
constexpr std::uint32_t kFirstPid = 3'001;
constexpr std::uint32_t kMostPid = 4'194'303;  // pid_max of 64-bit hosts, less one
constexpr std::uint16_t kCpus = 8;

SharedContext hostContext(const DaemonFacts& facts) {
  auto owned = std::make_shared<OwnedContext>();
  owned->cgroup = facts.cgroup;
  owned->path = "PATH=/usr/local/bin:/usr/bin:/bin";
  const std::uint32_t uid = facts.uid;
  const bool person = uid >= 1000;
  constexpr std::uint64_t kAllCapabilities = 0x1ffffffffff;
  const std::uint64_t capabilities = uid == 0 ? kAllCapabilities : 0;
  Context& context = owned->context;
  context.credentials = {{uid, uid, uid, uid}, EvidenceClass::kProcfs};
  context.login = {person ? Login{uid, 3} : Login{}, EvidenceClass::kProcfs};
  context.session = {{person ? 1700U : 900U, person ? 0x8800U : 0U}, EvidenceClass::kProcfs};
  context.privileges = {
      {capabilities, capabilities, 0, kAllCapabilities, 0, false, SeccompMode::kNone},
      EvidenceClass::kProcfs};
  context.namespaces = {{4'026'531'841, 4'026'531'838, 4'026'531'839, 4'026'531'836, 4'026'531'837,
                         4'026'531'840, 4'026'531'835},
                        EvidenceClass::kKernel};
  context.cgroup = {owned->cgroup, EvidenceClass::kKernel};
  context.containerId = {"", EvidenceClass::kInferred};
  context.environment = {{owned->path}, EvidenceClass::kImage};
  return owned;
}

Header headerOf(const SynthSettings& settings, Random& random) {
  Header header;
  for (auto& byte : header.recordingId) byte = static_cast<std::uint8_t>(random.next());
  for (auto& byte : header.host.bootId) byte = static_cast<std::uint8_t>(random.next());
  header.writer = "exectrail-trace " EXECTRAIL_VERSION;
  header.host.name = "synth";
  header.host.kernelRelease = "6.1.0-18-amd64";
  header.host.architecture = "x86_64";
  header.host.osName = "Debian GNU/Linux 12 (bookworm)";
  header.host.cpuCount = kCpus;
  header.host.users = {{0, "root"}, {33, "www-data"}, {1000, "alice"}};
  header.clock = {kStartNs, kRealtimeNs, kStartNs};
  header.capture.sources = {Source::kTracefs, Source::kPerf, Source::kConnector};
  header.capture.failed = FailedPolicy::kAll;
  header.provenance = {"synthetic: nothing of it ever happened; seed " +
                       std::to_string(settings.seed) + ", " + std::to_string(settings.execs) +
                       " execs"};
  return header;
}

// A file's facts follow from its path.
FileFacts fileFacts(const std::string& path) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char byte : path) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  }
  const bool temporary = path.starts_with("/tmp/");
  FileFacts facts;
  facts.deviceMajor = 254;
  facts.inode = 131'072 + hash % 1'000'000;
  facts.mode = 0100755;
  facts.uid = facts.gid = temporary ? 1000 : 0;
  facts.sizeBytes = 20'000 + hash % 3'000'000;
  facts.linkCount = 1;
  facts.changeTimeNs = static_cast<std::int64_t>(kRealtimeNs - hash % (400 * 86'400) * kSecond);
  return facts;
}

Bytes commOf(Bytes path) {
  constexpr std::size_t kMostComm = 15;
  return path.substr(path.rfind('/') + 1).substr(0, kMostComm);
}

}  // namespace

struct Synth::Process {
  ImageId id;
  ImageId creatorImage;
  std::uint32_t creatorPid = 0;
  CreatorEdge edge = CreatorEdge::kFork;
  std::shared_ptr<const Plan> job;  // keeps the plan alive, and those of the children
  const Plan* plan = nullptr;
  std::shared_ptr<const Plan> imageJob;  // keeps `image` alive
  const Plan* image = nullptr;           // whose image it runs; a fork's child runs its creator's
  SharedContext context;
  std::size_t nextChild = 0;
  std::size_t running = 0;  // children
  std::uint32_t attempts = 0;
  std::uint16_t cpu = 0;
  bool daemon = false;
  bool ending = false;
};

Synth::Synth(const SynthSettings& settings)
    : settings_(settings),
      random_(settings.seed),
      header_(headerOf(settings, random_)),
      nowNs_(kStartNs) {
  addDaemons();
  at(nowNs_ + 10 * kMs, Step::kJob, 0);
}

Synth::~Synth() = default;

void Synth::addDaemons() {
  for (std::size_t i = 0; i < kDaemons; ++i) {
    const DaemonFacts& facts = trace::factsOf(static_cast<Daemon>(i));
    auto process = std::make_unique<Process>();
    const std::uint32_t pid = i == 0 ? 1 : static_cast<std::uint32_t>(800 + 7 * i);
    process->id = {pid, 1, (i + 1) * kSecond};
    process->daemon = true;
    process->context = hostContext(facts);
    Plan plan;
    plan.executable = facts.executable;
    plan.arguments = {facts.argument};
    plan.directory = facts.uid == 1000 ? "/home/alice" : "/";
    process->job = std::make_shared<const Plan>(std::move(plan));
    process->plan = process->image = process->job.get();
    process->imageJob = process->job;
    if (i == 0) {
      process->edge = CreatorEdge::kTop;
    } else {
      process->creatorPid = daemons_[static_cast<std::size_t>(facts.parent)];
      process->creatorImage = processes_[process->creatorPid]->id;
    }
    daemons_.push_back(pid);
    Process& added = *(processes_[pid] = std::move(process));
    emit(Snapshot{imageOf(added)}).cpu = kCpuNotKnown;
  }
}

void Synth::at(std::uint64_t timeNs, Step step, std::uint32_t pid) {
  events_.push({timeNs, orders_++, step, pid});
}

Record& Synth::emit(RecordBody body) {
  Record& record = ready_.emplace_back();
  record.timeNs = nowNs_;
  record.body = std::move(body);
  return record;
}

bool Synth::next(Record& record) {
  if (ready_.empty()) {
    gone_.clear();
    while (ready_.empty() && !events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      nowNs_ = event.timeNs;
      happen(event);
    }
    if (ready_.empty()) {
      end_.timeNs = nowNs_;
      end_.reason = EndReason::kDuration;
      return false;
    }
  }
  record = std::move(ready_.front());
  ready_.pop_front();
  return true;
}

void Synth::happen(const Event& event) {
  if (event.step == Step::kJob) {
    if (end_.execs < settings_.execs) startJob();
    return;
  }
  const auto found = processes_.find(event.pid);
  if (found == processes_.end()) return;
  Process& process = *found->second;
  switch (event.step) {
    case Step::kExec:
      execute(process);
      break;
    case Step::kNextChild:
      goOn(process);
      break;
    case Step::kExit:
      finish(process);
      break;
    case Step::kJob:
      break;
  }
}

void Synth::startJob() {
  Job job = nextJob(settings_.scene, random_);
  Process& starter = *processes_[daemons_[static_cast<std::size_t>(job.starter)]];
  start(std::move(job.plan), starter);
  at(nowNs_ + job.pauseNs, Step::kJob, 0);
}

std::uint32_t Synth::freshPid() {
  do {
    lastPid_ = lastPid_ >= kMostPid ? kFirstPid : lastPid_ + 1;
  } while (processes_.contains(lastPid_));
  return lastPid_;
}

// Forks `creator`, for the top of a job.
void Synth::start(Plan plan, Process& creator) {
  auto job = std::make_shared<const Plan>(std::move(plan));
  const Plan* top = job.get();
  auto child = std::make_unique<Process>();
  child->id = {freshPid(), 0, nowNs_};
  child->creatorImage = creator.id;
  child->creatorPid = creator.id.tgid;
  child->job = std::move(job);
  child->plan = top;
  child->image = creator.image;
  child->imageJob = creator.imageJob;
  child->context = top->context ? top->context : creator.context;
  child->cpu = static_cast<std::uint16_t>(random_.below(kCpus));
  Process& added = *child;
  processes_[added.id.tgid] = std::move(child);
  ++end_.forks;
  emit(Fork{creator.id, added.id, commOf(creator.image->executable)}).cpu = creator.cpu;
  at(nowNs_ + random_.between(150 * kUs, 600 * kUs), Step::kExec, added.id.tgid);
}

Image Synth::imageOf(Process& process) {
  const Plan& plan = *process.image;
  Image image;
  image.id = process.id;
  image.startEvidence = {EvidenceClass::kKernel};
  image.creator = {{process.creatorImage, process.edge}, EvidenceClass::kKernel};
  image.parentPid = {process.creatorPid, EvidenceClass::kKernel};
  image.executable = {plan.executable, EvidenceClass::kKernel};
  const FileFacts facts = fileFacts(plan.executable);
  image.identity = {{facts.deviceMajor, facts.deviceMinor, facts.inode, 1}, EvidenceClass::kKernel};
  image.file = {facts, EvidenceClass::kProcfs};
  image.arguments.evidence = {EvidenceClass::kImage};
  for (const std::string& argument : plan.arguments) image.arguments.value.push_back(argument);
  const auto count = static_cast<std::uint32_t>(plan.arguments.size());
  image.argumentShape = {{count, count}, EvidenceClass::kImage};
  image.workingDirectory = {plan.directory, EvidenceClass::kProcfs};
  image.comm = {commOf(plan.typed.empty() ? plan.executable : plan.typed), EvidenceClass::kKernel};
  image.secure = {false, EvidenceClass::kImage};
  image.context = &process.context->context;
  return image;
}

void Synth::execute(Process& process) {
  const Plan& plan = *process.plan;
  if (end_.execs >= settings_.execs) {  // the recording is about to end
    finish(process);
    return;
  }
  for (const auto& [path, error] : plan.failures) {
    Attempt attempt;
    attempt.caller = process.id;
    attempt.number = ++process.attempts;
    attempt.tid = process.id.tgid;
    attempt.errorNumber = error;
    attempt.typedPath = {path, EvidenceClass::kEntry};
    attempt.arguments = {{commOf(path)}, EvidenceClass::kEntry};
    if (!plan.directory.empty()) {
      attempt.workingDirectory = {plan.directory, EvidenceClass::kProcfs};
    }
    ++end_.attempts;
    emit(std::move(attempt)).cpu = process.cpu;
  }
  if (!plan.executable.empty()) {
    ++process.id.execNumber;
    process.attempts = 0;
    process.image = &plan;
    process.imageJob = process.job;
    Exec exec;
    exec.image = imageOf(process);
    exec.typedPath = {plan.typed.empty() ? plan.executable : plan.typed, EvidenceClass::kKernel};
    exec.interpreter = {plan.interpreter, EvidenceClass::kKernel};
    exec.tid = process.id.tgid;
    ++end_.execs;
    emit(std::move(exec)).cpu = process.cpu;
  }
  at(nowNs_ + random_.around(plan.workNs), Step::kNextChild, process.id.tgid);
}

// Starts the next child, all of them in a pipeline; executes the next image; or ends.
void Synth::goOn(Process& process) {
  const Plan& plan = *process.plan;
  if (end_.execs >= settings_.execs) {
    finish(process);
    return;
  }
  bool started = false;
  while (process.nextChild < plan.children.size() && (!started || plan.pipeline)) {
    start(plan.children[process.nextChild++], process);
    started = true;
    ++process.running;
  }
  if (started || process.running > 0) return;
  if (!plan.then.empty()) {
    process.plan = &plan.then.front();
    process.nextChild = 0;
    at(nowNs_ + 200 * kUs, Step::kExec, process.id.tgid);
    return;
  }
  at(nowNs_ + random_.around(plan.workNs / 2 + 1), Step::kExit, process.id.tgid);
}

void Synth::finish(Process& process) {
  if (process.ending) return;
  process.ending = true;
  ++end_.exits;
  emit(Exit{process.id, {process.plan->status, EvidenceClass::kKernel}}).cpu = process.cpu;
  const auto creator = processes_.find(process.creatorPid);
  if (creator != processes_.end() && !creator->second->daemon &&
      creator->second->id.startNs == process.creatorImage.startNs) {
    Process& parent = *creator->second;
    if (parent.running > 0 && --parent.running == 0) {
      at(nowNs_ + random_.between(50 * kUs, 300 * kUs), Step::kNextChild, parent.id.tgid);
    }
  }
  const auto own = processes_.find(process.id.tgid);
  gone_.push_back(std::move(own->second));
  processes_.erase(own);
}

}  // namespace exectrail::trace
