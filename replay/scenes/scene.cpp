#include "replay/scenes/scene.h"

#include <algorithm>

#include "analyzer/paths/path.h"

namespace exectrail::replay {
namespace {

using trace::EvidenceClass;

constexpr std::uint64_t kStartNs = 1'000'000'000;  // mount tables have settled by then
constexpr std::uint64_t kStepNs = 1'000'000;
constexpr std::uint64_t kMountNamespace = 4'026'531'841;
constexpr std::uint32_t kFirstPid = 300;
constexpr std::uint32_t kTerminal = 0x8800;  // /dev/pts/0
constexpr std::size_t kCommBytes = 15;

class Maker {
 public:
  Maker(const Scene& scene, const std::vector<std::string>& environmentNames)
      : scene_(scene), trace_(std::make_unique<SceneTrace>()) {
    trace_->header.writer = "exectrail replay mutate";
    trace_->header.provenance = {"generated, not a recording: " + scene.about};
    trace_->header.host.name = "generated";
    trace_->header.clock = {0, 1'772'600'000'000'000'000, 0};
    trace_->header.capture.environmentNames = environmentNames;
  }

  std::unique_ptr<SceneTrace> run() {
    mounts();
    creator_ = ancestors();
    for (const SceneImage& each : scene_.before) ran(each, each.executable, {}, false);
    if (scene_.result != 0) {
      caller();
      for (unsigned i = 0; i < scene_.repeats; ++i) attempt(i);
    } else {
      for (unsigned i = 0; i < scene_.repeats; ++i) once(i);
    }
    return std::move(trace_);
  }

 private:
  trace::Bytes keep(std::string text) { return trace_->bytes.emplace_back(std::move(text)); }

  void add(trace::RecordBody body) {
    trace_->records.push_back({now_, 0, std::move(body)});
    now_ += kStepNs;
  }

  void mounts() {
    trace::MountTable table;
    table.mountNamespace = kMountNamespace;
    table.complete = true;
    table.evidence = {EvidenceClass::kProcfs};
    const auto mount = [&](std::uint32_t id, std::string point, std::string options,
                           const std::string& fileSystem) {
      trace::Mount made;
      made.id = id;
      made.parentId = id - 1;
      made.root = "/";
      made.point = keep(std::move(point));
      made.options = keep(std::move(options));
      made.fileSystem = fileSystem.empty() ? trace::Bytes("ext4") : keep(fileSystem);
      table.mounts.push_back(made);
    };
    mount(1, "/", "rw,relatime", {});
    const std::string& place = scene_.target.empty() ? scene_.process.executable : scene_.target;
    const std::size_t slash = place.rfind('/');
    const bool own = scene_.noexec || scene_.nosuid || !scene_.fileSystem.empty();
    if (own && slash != std::string::npos && slash != 0) {
      mount(2, place.substr(0, slash),
            std::string("rw,nodev") + (scene_.nosuid ? ",nosuid" : "") +
                (scene_.noexec ? ",noexec" : ""),
            scene_.fileSystem);
    }
    trace_->records.push_back({0, 0, std::move(table)});
  }

  trace::ImageId nextId(std::uint32_t wanted = 0) {
    const std::uint32_t pid = wanted != 0 ? wanted : nextPid_++;
    return {pid, 1, now_};
  }

  const trace::Context& context(const SceneImage& image, std::uint32_t leader) {
    trace::Context made;
    made.credentials = {{image.uid, image.effectiveUid, image.uid, image.effectiveUid},
                        EvidenceClass::kProcfs};
    const std::uint32_t user = image.login ? image.uid : trace::kLoginNotSet;
    made.login = {trace::Login{user, user}, EvidenceClass::kProcfs};
    made.session = {trace::Session{leader, image.terminal ? kTerminal : 0}, EvidenceClass::kProcfs};
    made.privileges = {trace::Privileges{}, EvidenceClass::kProcfs};
    trace::Namespaces namespaces;
    namespaces.mount = kMountNamespace;
    namespaces.pid = kMountNamespace + 1;
    namespaces.user = kMountNamespace + 2;
    namespaces.net = kMountNamespace + 3;
    made.namespaces = {namespaces, EvidenceClass::kKernel};
    made.cgroup = {"/", EvidenceClass::kKernel};
    made.containerId = {keep(image.container), EvidenceClass::kProcfs};
    trace::Environment environment;
    for (const auto& [name, value] : image.environment) {
      environment.push_back(keep(name + "=" + value));
    }
    made.environment = {std::move(environment), EvidenceClass::kImage};
    return trace_->contexts.emplace_back(std::move(made));
  }

  trace::Image imageOf(const SceneImage& from, const trace::ImageId& id) {
    trace::Image image;
    image.id = id;
    image.startEvidence = {EvidenceClass::kKernel};
    image.creator =
        creator_.tgid == 0
            ? trace::Field{trace::Creator{{}, trace::CreatorEdge::kTop}, EvidenceClass::kKernel}
            : trace::Field{trace::Creator{creator_, trace::CreatorEdge::kFork},
                           EvidenceClass::kKernel};
    image.parentPid = {creator_.tgid, EvidenceClass::kProcfs};
    image.executable = {keep(from.executable), EvidenceClass::kKernel};
    trace::FileFacts file;
    file.deviceMajor = 8;
    file.inode = 4711;
    file.mode = from.secure ? 0104755 : 0100755;
    file.uid = from.fileUid;
    file.sizeBytes = 41'000;
    file.linkCount = from.executable.starts_with("/memfd:") ? 0 : 1;
    file.changeTimeNs = 1'772'500'000'000'000'000;
    image.file = {file, EvidenceClass::kProcfs};
    trace::Arguments arguments;
    for (const std::string& each : from.args) arguments.push_back(keep(each));
    image.arguments = {std::move(arguments), EvidenceClass::kImage};
    image.workingDirectory = {keep(from.cwd), EvidenceClass::kProcfs};
    image.comm = {keep(std::string(analyzer::lastComponent(from.executable)).substr(0, kCommBytes)),
                  EvidenceClass::kKernel};
    image.secure = {from.secure, EvidenceClass::kImage};
    image.context = &context(from, leader_ == 0 ? id.tgid : leader_);
    return image;
  }

  // The nearest of those above; each is there before the recording begins.
  trace::ImageId ancestors() {
    for (auto each = scene_.above.rbegin(); each != scene_.above.rend(); ++each) {
      const trace::ImageId id = nextId(each->pid);
      add(trace::Snapshot{imageOf(*each, id)});
      if (leader_ == 0) leader_ = id.tgid;
      creator_ = id;
    }
    now_ = std::max(now_, kStartNs);
    return creator_;
  }

  trace::ImageId ran(const SceneImage& image, const std::string& typed,
                     const std::string& interpreter, bool script) {
    const trace::ImageId id = nextId(image.pid);
    if (creator_.tgid != 0) add(trace::Fork{creator_, {id.tgid, 0, id.startNs}, {}});
    return executed(id, image, typed, interpreter, script);
  }

  trace::ImageId executed(const trace::ImageId& id, const SceneImage& image,
                          const std::string& typed, const std::string& interpreter, bool script) {
    trace::Exec exec;
    exec.image = imageOf(image, id);
    exec.tid = id.tgid;
    exec.typedPath = {keep(typed), EvidenceClass::kKernel};
    exec.interpreter = {script ? keep(interpreter) : trace::Bytes(), EvidenceClass::kKernel};
    add(exec);
    return id;
  }

  // The same file elsewhere, if each is to be another one.
  std::string place(const std::string& path, unsigned repeat) const {
    if (!scene_.varied || repeat == 0) return path;
    const std::size_t slash = path.rfind('/');
    return path.substr(0, slash) + "/other" + std::to_string(repeat) + path.substr(slash);
  }

  // What decides: of a process of its own, or in the place of what the process ran before.
  trace::ImageId decides(const SceneImage& image, const std::string& typed,
                         const std::string& interpreter, bool script) {
    if (!scene_.replaced) return ran(image, typed, interpreter, script);
    trace::ImageId id = ran(*scene_.replaced, scene_.replaced->executable, {}, false);
    ++id.execNumber;
    return executed(id, image, typed, interpreter, script);
  }

  void once(unsigned repeat) {
    SceneImage image = scene_.process;
    if (repeat != 0) image.pid = 0;
    image.executable = place(image.executable, repeat);
    if (scene_.mapping == trace::MappingRole::kUnknown) {
      const std::string& file = scene_.script ? scene_.target : image.executable;
      decides(image, scene_.typed.empty() ? file : scene_.typed, image.executable, scene_.script);
      return;
    }
    trace::Mapping mapping;
    mapping.image = decides(image, image.executable, {}, false);
    mapping.path = {keep(place(scene_.target, repeat)), EvidenceClass::kKernel};
    mapping.role = scene_.mapping;
    add(mapping);
  }

  void caller() {
    SceneImage image = scene_.process;
    image.args = {image.executable};
    caller_ = ran(image, image.executable, {}, false);
  }

  void attempt(unsigned repeat) {
    trace::Attempt attempt;
    attempt.caller = caller_;
    attempt.number = repeat + 1;
    attempt.tid = caller_.tgid;
    attempt.errorNumber = scene_.result;
    attempt.typedPath = {keep(place(scene_.target, repeat)), EvidenceClass::kKernel};
    trace::Arguments arguments;
    for (const std::string& each : scene_.process.args) arguments.push_back(keep(each));
    attempt.arguments = {std::move(arguments), EvidenceClass::kEntry};
    attempt.workingDirectory = {keep(scene_.process.cwd), EvidenceClass::kProcfs};
    add(attempt);
  }

  const Scene& scene_;
  std::unique_ptr<SceneTrace> trace_;
  std::uint64_t now_ = kStepNs;
  std::uint32_t nextPid_ = kFirstPid;
  std::uint32_t leader_ = 0;
  trace::ImageId creator_;
  trace::ImageId caller_;
};

}  // namespace

std::unique_ptr<SceneTrace> becomes(const Scene& scene,
                                    const std::vector<std::string>& environmentNames) {
  return Maker(scene, environmentNames).run();
}

}  // namespace exectrail::replay
