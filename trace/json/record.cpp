#include "trace/json/record.h"

#include <sys/wait.h>

#include <algorithm>
#include <utility>

#include "trace/container/chain.h"
#include "trace/dump.h"
#include "trace/identity.h"
#include "trace/json/ecs.h"
#include "trace/readable.h"

namespace exectrail::trace {
namespace {

std::string baseName(Bytes path) { return std::string(path.substr(path.rfind('/') + 1)); }

// As alerts show it: the last part of the path, or the name of the task.
std::string shownName(const Image& image) {
  if (image.executable.known()) {
    if (image.executable.value.starts_with("/memfd:")) {
      return std::string(image.executable.value.substr(1));
    }
    if (const std::string name = baseName(image.executable.value); !name.empty()) return name;
  }
  return image.comm.known() ? std::string(image.comm.value) : "";
}

std::string hexOf(Bytes bytes) {
  return toHex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string_view seccompName(SeccompMode mode) {
  static constexpr std::string_view kNames[] = {"none", "strict", "filter", "unknown"};
  return kNames[std::min<std::size_t>(static_cast<std::size_t>(mode), 3)];
}

std::string_view roleName(MappingRole role) {
  static constexpr std::string_view kNames[] = {"unknown", "loader_target", "library"};
  return kNames[std::min<std::size_t>(static_cast<std::size_t>(role), 2)];
}

std::string_view reasonName(TallyReason reason) {
  static constexpr std::string_view kNames[] = {"unknown", "path_search", "flood", "policy"};
  return kNames[std::min<std::size_t>(static_cast<std::size_t>(reason), 3)];
}

// One record, whose members are filled in the order in which they are to stand.
class RecordJson {
 public:
  RecordJson(const Header& header, const Record& record)
      : header_(header),
        record_(record),
        clock_(header.clockOf(record)),
        host_(header.hostOf(record)) {}

  std::string line() {
    own_["trace_id"] = toString(recordingId());
    const auto kind = kindOf(record_);
    own_["record"] = kind ? name(*kind) : "unknown";
    if (record_.cpu != kCpuNotKnown) own_["cpu"] = record_.cpu;
    std::visit(*this, record_.body);
    Json json;
    json["@timestamp"] = rfc3339(clock_.toRealtimeNs(record_.timeNs));
    json["ecs"]["version"] = kEcsVersion;
    event_["module"] = "exectrail";
    event_["dataset"] = "exectrail." + std::string(kind ? name(*kind) : "unknown");
    json["event"] = std::move(event_);
    addUnlessEmpty(json, "process", std::move(process_));
    addUnlessEmpty(json, "user", std::move(user_));
    addUnlessEmpty(json, "file", std::move(file_));
    json["host"] = hostJson(host_, writer_);
    addUnlessEmpty(json, "container", std::move(container_));
    addUnlessEmpty(json, "error", std::move(error_));
    addUnlessEmpty(own_, "evidence", std::move(evidence_));
    addUnlessEmpty(own_, "unreadable", std::move(unreadable_));
    addUnlessEmpty(own_, "truncated", std::move(truncated_));
    addUnlessEmpty(own_, "after_gap", std::move(afterGap_));
    addUnlessEmpty(own_, "bytes", writer_.exactBytes());
    json["exectrail"] = std::move(own_);
    return json.dump() + "\n";
  }

  void operator()(std::monostate) { event("state", "info", "unknown"); }

  void operator()(const Snapshot& snapshot) {
    event("state", "info", "snapshot");
    image(snapshot.image);
  }

  void operator()(const Exec& exec) {
    event("event", "start", "exec");
    event_["outcome"] = "success";
    image(exec.image);
    process_["thread"]["id"] = exec.tid;
    own("typed_path", exec.typedPath);
    if (exec.interpreter.known() && !exec.interpreter.value.empty()) {
      own("interpreter", exec.interpreter);
    }
    own_["result"] = errorName(0);
  }

  void operator()(const Attempt& attempt) {
    event("event", "start", "exec-failed");
    event_["outcome"] = "failure";
    process_ = idJson(attempt.caller);
    process_["thread"]["id"] = attempt.tid;
    target(attempt);
    error_["code"] = errorName(attempt.errorNumber);
    own("typed_path", attempt.typedPath);
    own_["result"] = errorName(attempt.errorNumber);
    own_["system_call"] = attempt.systemCall == SystemCall::kExecveat ? "execveat" : "execve";
    Json& tried = own_["attempt"];
    tried["number"] = attempt.number;
    addArguments(tried, "exectrail.attempt", attempt.arguments, writer_);
    addText(tried, "working_directory", "exectrail.attempt", attempt.workingDirectory, writer_);
    evidence("exectrail.attempt.args", attempt.arguments.evidence);
    evidence("exectrail.attempt.working_directory", attempt.workingDirectory.evidence);
  }

  void operator()(const Fork& fork) {
    event("event", "start", "fork");
    process_ = idJson(fork.child);
    if (!fork.childComm.empty()) process_["name"] = writer_.text("process.name", fork.childComm);
    process_["parent"] = idJson(fork.creator);
  }

  void operator()(const Exit& exit) {
    event("event", "end", "exit");
    process_ = idJson(exit.image);
    evidence("process.exit_code", exit.status.evidence);
    if (!exit.status.known()) return;
    const int status = static_cast<int>(exit.status.value);
    if (WIFSIGNALED(status)) {
      own_["signal"] = WTERMSIG(status);
    } else {
      process_["exit_code"] = WEXITSTATUS(status);
    }
  }

  void operator()(const Gap& gap) {
    event("pipeline_error", "info", "gap");
    own_["gaps"] = Json::array({gapJson(gap, clock_)});
  }

  void operator()(const Mapping& mapping) {
    event("event", "info", "mapping");
    process_ = idJson(mapping.image);
    addText(file_, "path", "file", mapping.path, writer_);
    evidence("file.path", mapping.path.evidence);
    own_["role"] = roleName(mapping.role);
    identity(mapping.identity);
  }

  void operator()(const AttemptTally& tally) {
    event("metric", "info", "attempts-not-kept");
    process_ = idJson(tally.caller);
    error_["code"] = errorName(tally.errorNumber);
    own_["count"] = tally.count;
    own_["reason"] = reasonName(tally.reason);
    own_["from"] = rfc3339(clock_.toRealtimeNs(tally.fromNs));
    own_["to"] = rfc3339(clock_.toRealtimeNs(tally.toNs));
  }

  void operator()(const MountTable& table) {
    event("state", "info", "mounts");
    own_["mount_namespace"] = table.mountNamespace;
    own_["complete"] = table.complete;
    Json mounts = Json::array();
    for (std::size_t i = 0; i < table.mounts.size(); ++i) {
      mounts.push_back(mountJson(table.mounts[i], "exectrail.mounts." + std::to_string(i)));
    }
    own_["mounts"] = std::move(mounts);
    own_["removed"] = table.removedIds;
    if (table.leftOut != 0) own_["left_out"] = table.leftOut;
    evidence("exectrail.mounts", table.evidence);
  }

  void operator()(const Heartbeat& heartbeat) {
    event("metric", "info", "heartbeat");
    own_["execs"] = heartbeat.execs;
    own_["attempts"] = heartbeat.attempts;
    own_["lost_events"] = heartbeat.lostEvents;
    if (!heartbeat.chainHead.empty()) own_["chain_head"] = hexOf(heartbeat.chainHead);
  }

  void operator()(const FileHash& hash) {
    event("event", "info", "file-hash");
    process_ = idJson(hash.image);
    facts(hash.file);
    sha256(hash.sha256);
  }

 private:
  void event(const char* kind, const char* type, const char* action) {
    event_["kind"] = kind;
    event_["category"] = Json::array({"process"});
    event_["type"] = Json::array({type});
    event_["action"] = action;
  }

  const Uuid& recordingId() const {
    const bool other = record_.origin > 0 && record_.origin <= header_.origins.size();
    return other ? header_.origins[record_.origin - 1U].recordingId : header_.recordingId;
  }

  Json idJson(const ImageId& id) const {
    Json json;
    json["entity_id"] = entityId(host_.bootId, id);
    json["pid"] = id.tgid;
    if (id.startNs != 0) json["start"] = rfc3339(clock_.toRealtimeNs(id.startNs));
    return json;
  }

  void evidence(const std::string& field, const Evidence& from) {
    evidence_[field] = name(from.evidenceClass);
    if (from.errorNumber != 0) unreadable_[field] = errorName(from.errorNumber);
    if (from.truncated()) truncated_.push_back(field);
    if (from.afterGap) afterGap_.push_back(field);
  }

  // A text under "exectrail".
  void own(const char* key, const Field<Bytes>& field) {
    addText(own_, key, "exectrail", field, writer_);
    evidence(std::string("exectrail.") + key, field.evidence);
  }

  void image(const Image& from) {
    const Context& context = *from.context;
    process_ =
        imageJson("process",
                  {from.id, entityId(host_.bootId, from.id), shownName(from), from.executable,
                   from.arguments, from.workingDirectory, context.credentials},
                  clock_, writer_);
    if (const ArgumentShape& shape = from.argumentShape.value; from.argumentShape.known()) {
      process_["args_count"] = shape.count;
    }
    evidence("process.executable", from.executable.evidence);
    evidence("process.args", from.arguments.evidence);
    evidence("process.working_directory", from.workingDirectory.evidence);
    if (context.session.known() && context.session.value.leaderPid != 0) {
      process_["session_leader"]["pid"] = context.session.value.leaderPid;
    }
    if (from.creator.known() && from.creator.value.edge == CreatorEdge::kFork) {
      process_["parent"] = idJson(from.creator.value.id);
    }
    evidence("process.parent", from.creator.evidence);
    if (from.id.execNumber > 0) {
      // Of the image that it replaced the name is known: it counts them.
      process_["previous"] = idJson({from.id.tgid, from.id.execNumber - 1, from.id.startNs});
    }
    user_ = userJson(context.credentials);
    evidence("user.id", context.credentials.evidence);
    addText(file_, "path", "file", from.executable, writer_);
    facts(from.file);
    if (from.sha256.known()) sha256(from.sha256);
    identity(from.identity);
    this->context(context);
  }

  void context(const Context& context) {
    addLogin(own_, context.login);
    if (context.cgroup.known()) own("cgroup", context.cgroup);
    if (context.containerId.known() && !context.containerId.value.empty()) {
      addText(container_, "id", "container", context.containerId, writer_);
      evidence("container.id", context.containerId.evidence);
    }
    if (context.environment.known()) {
      own_["environment"] = writer_.texts("exectrail.environment", context.environment.value);
      evidence("exectrail.environment", context.environment.evidence);
    }
    if (context.privileges.known()) {
      own_["no_new_privileges"] = context.privileges.value.noNewPrivileges;
      own_["seccomp"] = seccompName(context.privileges.value.seccomp);
      evidence("exectrail.seccomp", context.privileges.evidence);
    }
    if (context.namespaces.known()) {
      own_["namespaces"] = {{"mount", context.namespaces.value.mount},
                            {"pid", context.namespaces.value.pid},
                            {"user", context.namespaces.value.user},
                            {"net", context.namespaces.value.net}};
      evidence("exectrail.namespaces", context.namespaces.evidence);
    }
  }

  // What was tried: as typed, behind the working directory if it is relative. Not resolved: nothing
  // ran that the kernel would have resolved.
  void target(const Attempt& attempt) {
    if (!attempt.typedPath.known()) return;
    const Bytes typed = attempt.typedPath.value;
    if (typed.starts_with('/')) {
      file_["path"] = writer_.text("file.path", typed);
    } else if (attempt.workingDirectory.known()) {
      std::string path(attempt.workingDirectory.value);
      if (!path.ends_with('/')) path += '/';
      file_["path"] = writer_.text("file.path", path.append(typed));
    } else {
      return;
    }
    evidence("file.path", attempt.typedPath.evidence);
  }

  void facts(const Field<FileFacts>& from) {
    if (from.known()) addFileFacts(file_, from.value);
    evidence("file.mode", from.evidence);
  }

  void sha256(const Field<Bytes>& from) {
    if (from.known()) file_["hash"]["sha256"] = hexOf(from.value);
    evidence("file.hash.sha256", from.evidence);
  }

  // As the kernel mapped it; on some file systems stat(2) says otherwise.
  void identity(const Field<FileIdentity>& from) {
    if (from.known()) {
      own_["mapped_file"] = {{"device", std::to_string(from.value.deviceMajor) + ":" +
                                            std::to_string(from.value.deviceMinor)},
                             {"inode", std::to_string(from.value.inode)},
                             {"generation", from.value.generation}};
    }
    evidence("exectrail.mapped_file", from.evidence);
  }

  Json mountJson(const Mount& from, const std::string& prefix) {
    Json mount;
    mount["id"] = from.id;
    mount["parent_id"] = from.parentId;
    mount["device"] = std::to_string(from.deviceMajor) + ":" + std::to_string(from.deviceMinor);
    mount["root"] = writer_.text(prefix + ".root", from.root);
    mount["point"] = writer_.text(prefix + ".point", from.point);
    mount["options"] = writer_.text(prefix + ".options", from.options);
    mount["fs"] = writer_.text(prefix + ".fs", from.fileSystem);
    mount["source"] = writer_.text(prefix + ".source", from.source);
    mount["super_options"] = writer_.text(prefix + ".super_options", from.superOptions);
    return mount;
  }

  const Header& header_;
  const Record& record_;
  const ClockReading& clock_;
  const Host& host_;
  TextWriter writer_;
  Json event_, process_, user_, file_, container_, error_;
  Json own_, evidence_, unreadable_;
  Json truncated_ = Json::array();
  Json afterGap_ = Json::array();
};

}  // namespace

std::string JsonLines::line(const Record& record) const {
  return RecordJson(header_, record).line();
}

}  // namespace exectrail::trace
