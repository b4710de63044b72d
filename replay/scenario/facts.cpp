#include "replay/scenario/facts.h"

#include <array>
#include <cstdio>
#include <cstring>

#include "trace/escape.h"

namespace exectrail::replay {
namespace {

using trace::escapeForTerminal;
using trace::Evidence;
using trace::Field;

constexpr std::size_t kTitlePath = 60;  // bytes

std::string octal(std::uint32_t mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%04o", mode & 07777U);
  return text;
}

std::string truth(bool value) { return value ? "true" : "false"; }

// Collects the facts of one record.
class Sheet {
 public:
  explicit Sheet(RecordFacts& out) : out_(out) {}

  void set(const std::string& fact, std::string text) {
    const std::uint64_t length = text.size();
    out_.facts[fact] = {{std::move(text)}, length, false};
  }
  void set(const std::string& fact, std::uint64_t number) { set(fact, std::to_string(number)); }
  void setBytes(const std::string& fact, trace::Bytes bytes) {
    out_.facts[fact] = {{escapeForTerminal(bytes)}, bytes.size(), false};
  }

  // Where a field comes from; true if there is a value.
  template <typename T>
  bool evident(const std::string& fact, const Field<T>& field) {
    const Evidence& evidence = field.evidence;
    set("evidence." + fact, std::string(trace::name(evidence.evidenceClass)));
    set("truncated." + fact, truth(evidence.truncated()));
    if (evidence.errorNumber != 0) set("error." + fact, resultName(evidence.errorNumber));
    return evidence.known();
  }
  void bytes(const std::string& fact, const Field<trace::Bytes>& field) {
    if (evident(fact, field)) setBytes(fact, field.value);
  }
  void list(const std::string& fact, const Field<trace::Arguments>& field) {
    if (!evident(fact, field)) return;
    FactValue value;
    for (const trace::Bytes each : field.value) value.words.push_back(escapeForTerminal(each));
    value.length = value.words.size();
    value.isList = true;
    out_.facts[fact] = std::move(value);
  }

 private:
  RecordFacts& out_;
};

void addIdentity(Sheet& sheet, std::uint32_t major, std::uint32_t minor, std::uint64_t inode) {
  sheet.set("identity",
            std::to_string(major) + ":" + std::to_string(minor) + ":" + std::to_string(inode));
}

bool addIdentity(Sheet& sheet, const Field<trace::FileIdentity>& identity) {
  if (!sheet.evident("identity", identity)) return false;
  const trace::FileIdentity& file = identity.value;
  addIdentity(sheet, file.deviceMajor, file.deviceMinor, file.inode);
  return true;
}

// What the kernel mapped tells which file it is; where it does not say, what stat(2) says does.
void addFile(Sheet& sheet, const trace::Image& image) {
  const bool identified = addIdentity(sheet, image.identity);
  if (!sheet.evident("file", image.file)) return;
  const trace::FileFacts& file = image.file.value;
  sheet.set("file.owner", file.uid);
  sheet.set("file.group", file.gid);
  sheet.set("file.mode", octal(file.mode));
  sheet.set("file.links", file.linkCount);
  sheet.set("file.size", file.sizeBytes);
  if (!identified) addIdentity(sheet, file.deviceMajor, file.deviceMinor, file.inode);
}

void addUser(Sheet& sheet, const trace::Context& context) {
  if (sheet.evident("user", context.credentials)) {
    const trace::Credentials& who = context.credentials.value;
    sheet.set("user.id", who.realUid);
    sheet.set("user.effective_id", who.effectiveUid);
    sheet.set("user.group", who.realGid);
    sheet.set("user.effective_group", who.effectiveGid);
  }
  if (sheet.evident("privileges", context.privileges)) {
    constexpr std::array<const char*, 4> kSeccomp = {"none", "strict", "filter", "unknown"};
    const auto seccomp = static_cast<std::size_t>(context.privileges.value.seccomp);
    sheet.set("privileges.no_new", truth(context.privileges.value.noNewPrivileges));
    sheet.set("privileges.seccomp", std::string(kSeccomp.at(seccomp)));
  }
}

void addEnvironment(Sheet& sheet, const Field<trace::Environment>& environment) {
  if (!sheet.evident("environment", environment)) return;
  for (const trace::Bytes entry : environment.value) {
    const std::size_t equals = entry.find('=');
    if (equals == trace::Bytes::npos) continue;
    sheet.setBytes("environment." + escapeForTerminal(entry.substr(0, equals)),
                   entry.substr(equals + 1));
  }
}

// What every image has, however it came about.
void addImage(Sheet& sheet, const trace::Image& image) {
  sheet.bytes("executable", image.executable);
  sheet.list("args", image.arguments);
  if (sheet.evident("args_count", image.argumentShape)) {
    sheet.set("args_count", image.argumentShape.value.count);
  }
  sheet.bytes("working_directory", image.workingDirectory);
  sheet.bytes("comm", image.comm);
  sheet.set("image", image.id.execNumber);
  if (sheet.evident("secure", image.secure)) sheet.set("secure", truth(image.secure.value));
  addFile(sheet, image);
  addUser(sheet, *image.context);
  addEnvironment(sheet, image.context->environment);
}

}  // namespace

// Sheets for the kinds that can be asked about.
class FactReader::Body {
 public:
  Body(FactReader& reader, std::vector<RecordFacts>& out) : reader_(reader), out_(out) {}

  void operator()(const trace::Exec& exec) {
    if (!reader_.first_) reader_.first_ = exec.image.context->namespaces;
    Sheet sheet(begin("exec", exec.image.id));
    sheet.bytes("typed", exec.typedPath);
    sheet.bytes("interpreter", exec.interpreter);
    sheet.set("thread", std::string(exec.tid == exec.image.id.tgid ? "leader" : "other"));
    trace::ImageId previous = exec.image.id;
    if (previous.execNumber-- > 0) setProgram(sheet, "previous", previous);
    addAll(sheet, exec.image);
  }
  void operator()(const trace::Snapshot& snapshot) {
    Sheet sheet(begin("snapshot", snapshot.image.id));
    addAll(sheet, snapshot.image);
  }
  void operator()(const trace::Attempt& attempt) {
    Sheet sheet(begin("attempt", attempt.caller));
    sheet.bytes("typed", attempt.typedPath);
    sheet.list("args", attempt.arguments);
    sheet.bytes("working_directory", attempt.workingDirectory);
    sheet.set("errno", resultName(attempt.errorNumber));
    const bool at = attempt.systemCall == trace::SystemCall::kExecveat;
    sheet.set("call", std::string(at ? "execveat" : "execve"));
    setProgram(sheet, "caller", attempt.caller);
  }
  void operator()(const trace::AttemptTally& tally) {
    constexpr std::array<const char*, 4> kReasons = {"unknown", "path-search", "flood", "policy"};
    Sheet sheet(begin("tally", tally.caller));
    sheet.set("errno", resultName(tally.errorNumber));
    sheet.set("count", tally.count);
    sheet.set("reason", std::string(kReasons.at(static_cast<std::size_t>(tally.reason))));
    setProgram(sheet, "caller", tally.caller);
  }
  void operator()(const trace::Mapping& mapping) {
    constexpr std::array<const char*, 3> kRoles = {"unknown", "loader-target", "library"};
    Sheet sheet(begin("mapping", mapping.image));
    sheet.bytes("path", mapping.path);
    addIdentity(sheet, mapping.identity);
    sheet.set("role", std::string(kRoles.at(static_cast<std::size_t>(mapping.role))));
    setProgram(sheet, "by", mapping.image);
  }
  void operator()(const trace::MountTable& table) {
    for (const trace::Mount& mount : table.mounts) {
      Sheet sheet(begin("mount", {}));
      sheet.setBytes("point", mount.point);
      sheet.setBytes("root", mount.root);
      sheet.setBytes("options", mount.options);
      sheet.setBytes("file_system", mount.fileSystem);
      sheet.setBytes("super_options", mount.superOptions);
      if (!reader_.first_ || !reader_.first_->known()) continue;
      sheet.set("namespace", sharing(table.mountNamespace, reader_.first_->value.mount));
    }
  }
  void operator()(const trace::Fork& fork) {
    const auto creator = reader_.executables_.find(fork.creator);
    if (creator != reader_.executables_.end()) reader_.executables_[fork.child] = creator->second;
  }
  template <typename Other>
  void operator()(const Other&) {}

 private:
  RecordFacts& begin(const char* kind, const trace::ImageId& image) {
    RecordFacts& facts = out_.emplace_back();
    facts.kind = facts.title = kind;
    if (image == trace::ImageId{}) return facts;
    facts.title += " " + std::to_string(image.tgid) + "." + std::to_string(image.execNumber);
    return facts;
  }

  static std::string sharing(std::uint64_t one, std::uint64_t other) {
    return one == other ? "shared" : "own";
  }

  // The program that `image` runs, also if it is a copy that fork made.
  void setProgram(Sheet& sheet, const char* fact, const trace::ImageId& image) const {
    const auto known = reader_.executables_.find(image);
    if (known != reader_.executables_.end()) sheet.set(fact, known->second);
  }

  void addAll(Sheet& sheet, const trace::Image& image) {
    addImage(sheet, image);
    addOrigin(sheet, image);
    if (sheet.evident("namespaces", image.context->namespaces) && reader_.first_ &&
        reader_.first_->known()) {
      const trace::Namespaces& own = image.context->namespaces.value;
      const trace::Namespaces& first = reader_.first_->value;
      sheet.set("namespaces.mount", sharing(own.mount, first.mount));
      sheet.set("namespaces.pid", sharing(own.pid, first.pid));
      sheet.set("namespaces.user", sharing(own.user, first.user));
    }
    if (!image.executable.known()) return;
    reader_.executables_[image.id] = escapeForTerminal(image.executable.value);
  }

  void addOrigin(Sheet& sheet, const trace::Image& image) const {
    const trace::Creator& creator = image.creator.value;
    if (sheet.evident("creator", image.creator)) {
      if (creator.edge == trace::CreatorEdge::kTop) sheet.set("creator", std::string("top"));
      if (creator.edge == trace::CreatorEdge::kFork) setProgram(sheet, "creator", creator.id);
    }
    if (!sheet.evident("parent", image.parentPid) || !image.creator.known()) return;
    sheet.set("parent",
              std::string(image.parentPid.value == creator.id.tgid ? "creator" : "other"));
  }

  FactReader& reader_;
  std::vector<RecordFacts>& out_;
};

void FactReader::read(const trace::Record& record, std::vector<RecordFacts>& out) {
  const std::size_t before = out.size();
  std::visit(Body{*this, out}, record.body);
  char time[48];
  std::snprintf(time, sizeof time, " at %.3f s",
                (static_cast<double>(record.timeNs) - static_cast<double>(startNs_)) / 1e9);
  for (std::size_t i = before; i < out.size(); ++i) {
    out[i].title += time;
    for (const char* name : {"typed", "executable", "path", "point"}) {
      const auto path = out[i].facts.find(name);
      if (path == out[i].facts.end()) continue;
      out[i].title += ", " + shortened(path->second.words.front(), kTitlePath);
      break;
    }
  }
}

std::string resultName(std::uint16_t errorNumber) {
  if (errorNumber == 0) return "ok";
  const char* const known = ::strerrorname_np(errorNumber);
  return known != nullptr ? known : "errno " + std::to_string(errorNumber);
}

std::string shortened(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;  // UTF-8
  return text.substr(0, end) + "… and " + std::to_string(text.size() - end) + " bytes more";
}

}  // namespace exectrail::replay
