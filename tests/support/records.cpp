#include "tests/support/records.h"

#include <variant>

namespace exectrail::test {
namespace {

constexpr std::uint32_t kDefaultPid = 1000;
constexpr std::uint32_t kDefaultUser = 1000;

using trace::Evidence;
using trace::EvidenceClass;

trace::Image defaultImage() {
  trace::Image image;
  image.id = test::image(kDefaultPid);
  image.startEvidence = {EvidenceClass::kKernel};
  image.creator = {trace::Creator{{}, trace::CreatorEdge::kTop}, EvidenceClass::kKernel};
  trace::FileFacts file;
  file.deviceMajor = 8;
  file.deviceMinor = 1;
  file.inode = 4711;
  file.mode = 0100755;
  file.sizeBytes = 41'000;
  file.linkCount = 1;
  file.changeTimeNs = 1'772'500'000'000'000'000;  // the day before the traces of traces.h
  image.file = {file, EvidenceClass::kProcfs};
  image.secure = {false, EvidenceClass::kImage};
  return image;
}

RecordBuilder imageDefaults(RecordBuilder builder, const std::string& path) {
  builder.user(kDefaultUser).executable(path, {EvidenceClass::kKernel}).args({path}).cwd("/");
  const std::string name = path.substr(path.rfind('/') + 1);
  return builder.comm(name.substr(0, 15));
}

}  // namespace

trace::ImageId image(std::uint32_t pid, std::uint32_t number) {
  return {pid, number, std::uint64_t{1000} * pid};
}

RecordBuilder::RecordBuilder(trace::RecordBody body)
    : owned_{{0, 0, std::move(body)}, std::make_shared<std::deque<std::string>>(), nullptr} {}

RecordBuilder& RecordBuilder::at(std::uint64_t timeNs) {
  owned_.record.timeNs = timeNs;
  return *this;
}

trace::Bytes RecordBuilder::keep(const std::string& text) {
  return owned_.bytes->emplace_back(text);
}

// A context of its own for this record, once something of it is set.
trace::Context& RecordBuilder::contextOf() {
  owned_.context = std::make_shared<trace::Context>(*imageOf().context);
  imageOf().context = owned_.context.get();
  return *owned_.context;
}

trace::Image& RecordBuilder::imageOf() {
  trace::RecordBody& body = owned_.record.body;
  if (auto* snapshot = std::get_if<trace::Snapshot>(&body)) return snapshot->image;
  return std::get<trace::Exec>(body).image;
}

trace::Field<trace::Bytes>& RecordBuilder::typedField() {
  trace::RecordBody& body = owned_.record.body;
  if (auto* attempt = std::get_if<trace::Attempt>(&body)) return attempt->typedPath;
  return std::get<trace::Exec>(body).typedPath;
}

trace::Field<trace::Arguments>& RecordBuilder::argumentsField() {
  if (auto* attempt = std::get_if<trace::Attempt>(&owned_.record.body)) return attempt->arguments;
  return imageOf().arguments;
}

trace::Field<trace::Bytes>& RecordBuilder::cwdField() {
  if (auto* attempt = std::get_if<trace::Attempt>(&owned_.record.body)) {
    return attempt->workingDirectory;
  }
  return imageOf().workingDirectory;
}

RecordBuilder& RecordBuilder::pid(std::uint32_t pid, std::uint32_t number) {
  imageOf().id = image(pid, number);
  if (auto* exec = std::get_if<trace::Exec>(&owned_.record.body)) exec->tid = pid;
  return *this;
}

RecordBuilder& RecordBuilder::by(const trace::ImageId& creator) {
  imageOf().creator = {trace::Creator{creator, trace::CreatorEdge::kFork}, EvidenceClass::kKernel};
  return *this;
}

RecordBuilder& RecordBuilder::top() {
  imageOf().creator = {trace::Creator{{}, trace::CreatorEdge::kTop}, EvidenceClass::kKernel};
  return *this;
}

RecordBuilder& RecordBuilder::executable(const std::string& path, Evidence evidence) {
  imageOf().executable = {keep(path), evidence};
  return *this;
}

RecordBuilder& RecordBuilder::noExecutable() {
  imageOf().executable = {};
  return noFile();
}

RecordBuilder& RecordBuilder::owner(std::uint32_t uid) {
  imageOf().file.value.uid = uid;
  return *this;
}

RecordBuilder& RecordBuilder::links(std::uint32_t count) {
  imageOf().file.value.linkCount = count;
  return *this;
}

RecordBuilder& RecordBuilder::changedAt(std::int64_t realtimeNs) {
  imageOf().file.value.changeTimeNs = realtimeNs;
  return *this;
}

RecordBuilder& RecordBuilder::noFile() {
  imageOf().file = {};
  return *this;
}

RecordBuilder& RecordBuilder::user(std::uint32_t real, std::uint32_t effective) {
  contextOf().credentials = {trace::Credentials{real, effective, real, effective},
                             EvidenceClass::kProcfs};
  return *this;
}

RecordBuilder& RecordBuilder::noUser() {
  contextOf().credentials = {};
  return *this;
}

RecordBuilder& RecordBuilder::comm(const std::string& name) {
  imageOf().comm = {keep(name), EvidenceClass::kKernel};
  return *this;
}

RecordBuilder& RecordBuilder::typed(const std::string& path) {
  return typed(path, {EvidenceClass::kKernel});
}

RecordBuilder& RecordBuilder::typed(const std::string& path, Evidence evidence) {
  typedField() = {keep(path), evidence};
  return *this;
}

RecordBuilder& RecordBuilder::noTyped() {
  typedField() = {};
  return *this;
}

RecordBuilder& RecordBuilder::args(const std::vector<std::string>& arguments, Evidence evidence) {
  trace::Arguments kept;
  for (const std::string& argument : arguments) kept.push_back(keep(argument));
  argumentsField() = {std::move(kept), evidence};
  return *this;
}

RecordBuilder& RecordBuilder::noArgs() {
  argumentsField() = {};
  return *this;
}

RecordBuilder& RecordBuilder::cwd(const std::string& path) {
  cwdField() = {keep(path), EvidenceClass::kProcfs};
  return *this;
}

RecordBuilder& RecordBuilder::noCwd() {
  cwdField() = {};
  return *this;
}

RecordBuilder& RecordBuilder::number(std::uint32_t attempt) {
  std::get<trace::Attempt>(owned_.record.body).number = attempt;
  return *this;
}

RecordBuilder& RecordBuilder::login(std::uint32_t uid) {
  contextOf().login = {trace::Login{uid, uid}, EvidenceClass::kProcfs};
  return *this;
}

RecordBuilder& RecordBuilder::session(std::uint32_t leaderPid, std::uint32_t terminal) {
  contextOf().session = {trace::Session{leaderPid, terminal}, EvidenceClass::kProcfs};
  return *this;
}

RecordBuilder& RecordBuilder::environment(const std::vector<std::string>& variables) {
  trace::Environment kept;
  for (const std::string& variable : variables) kept.push_back(keep(variable));
  contextOf().environment = {std::move(kept), EvidenceClass::kImage};
  return *this;
}

RecordBuilder& RecordBuilder::capabilities(std::uint64_t effective, std::uint64_t permitted) {
  trace::Privileges privileges;
  privileges.effective = effective;
  privileges.permitted = effective | permitted;
  contextOf().privileges = {privileges, EvidenceClass::kProcfs};
  return *this;
}

RecordBuilder& RecordBuilder::mountNamespace(std::uint64_t inode) {
  trace::Namespaces namespaces;
  namespaces.mount = inode;
  contextOf().namespaces = {namespaces, EvidenceClass::kKernel};
  return *this;
}

RecordBuilder& RecordBuilder::container(const std::string& id) {
  contextOf().containerId = {keep(id), EvidenceClass::kProcfs};
  return *this;
}

RecordBuilder& RecordBuilder::secure(bool atSecure) {
  imageOf().secure = {atSecure, EvidenceClass::kImage};
  return *this;
}

RecordBuilder& RecordBuilder::interpreter(const std::string& path) {
  std::get<trace::Exec>(owned_.record.body).interpreter = {keep(path), EvidenceClass::kKernel};
  return *this;
}

RecordBuilder& RecordBuilder::mappedPath(const std::string& path) {
  std::get<trace::Mapping>(owned_.record.body).path = {keep(path), EvidenceClass::kKernel};
  return *this;
}

RecordBuilder& RecordBuilder::mount(std::uint32_t id, const std::string& point,
                                    const std::string& options) {
  trace::Mount mount;
  mount.id = id;
  mount.root = "/";
  mount.point = keep(point);
  mount.options = keep(options);
  mount.fileSystem = "tmpfs";
  std::get<trace::MountTable>(owned_.record.body).mounts.push_back(mount);
  return *this;
}

RecordBuilder exec(const std::string& path) {
  trace::Exec record;
  record.image = defaultImage();
  record.tid = kDefaultPid;
  return imageDefaults(RecordBuilder(record), path).typed(path);
}

RecordBuilder snapshot(const std::string& path) {
  return imageDefaults(RecordBuilder(trace::Snapshot{defaultImage()}), path);
}

RecordBuilder attempt(const std::string& path, int errorNumber, const trace::ImageId& caller) {
  trace::Attempt record;
  record.caller = caller;
  record.number = 1;
  record.tid = caller.tgid;
  record.errorNumber = static_cast<std::uint16_t>(errorNumber);
  return RecordBuilder(record)
      .typed(path, {EvidenceClass::kEntry})
      .args({path}, {EvidenceClass::kEntry})
      .cwd("/");
}

RecordBuilder forked(const trace::ImageId& creator, std::uint32_t childPid) {
  return RecordBuilder(trace::Fork{creator, image(childPid, 0), {}});
}

RecordBuilder exited(const trace::ImageId& image) { return RecordBuilder(trace::Exit{image, {}}); }

RecordBuilder mapped(const trace::ImageId& image, const std::string& path,
                     trace::MappingRole role) {
  trace::Mapping mapping;
  mapping.image = image;
  mapping.role = role;
  RecordBuilder builder(mapping);
  return builder.mappedPath(path);
}

RecordBuilder tally(const trace::ImageId& caller, int errorNumber, std::uint64_t count) {
  return RecordBuilder(trace::AttemptTally{caller, static_cast<std::uint16_t>(errorNumber), count,
                                           0, 0, trace::TallyReason::kFlood});
}

RecordBuilder mountTable(std::uint64_t mountNamespace,
                         const std::vector<std::pair<std::string, std::string>>& mounts) {
  trace::MountTable table;
  table.mountNamespace = mountNamespace;
  table.complete = true;
  table.evidence = {EvidenceClass::kProcfs};
  RecordBuilder builder(table);
  std::uint32_t id = 0;
  for (const auto& [point, options] : mounts) builder.mount(++id, point, options);
  return builder;
}

RecordBuilder gap(std::uint64_t fromNs, std::uint64_t toNs, std::uint64_t lostEvents) {
  return RecordBuilder(trace::Gap{trace::Source::kTracefs, fromNs, toNs, lostEvents}).at(toNs);
}

}  // namespace exectrail::test
