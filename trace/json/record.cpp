#include "trace/json/record.h"

#include <sys/wait.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

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
    own_.put("trace_id", toString(recordingId()));
    const auto kind = kindOf(record_);
    const std::string_view kindName = kind ? name(*kind) : "unknown";
    own_.put("record", kindName);
    if (record_.cpu != kCpuNotKnown) own_.put("cpu", record_.cpu);
    std::visit(*this, record_.body);
    JsonObject json("@timestamp", rfc3339(clock_.toRealtimeNs(record_.timeNs)));
    json.put("ecs", JsonObject("version", kEcsVersion));
    event_.put("module", "exectrail");
    event_.put("dataset", "exectrail." + std::string(kindName));
    json.put("event", event_);
    json.putUnlessEmpty("process", process_);
    json.putUnlessEmpty("user", user_);
    json.putUnlessEmpty("file", file_);
    json.put("host", hostJson(host_, writer_));
    json.putUnlessEmpty("container", container_);
    json.putUnlessEmpty("error", error_);
    own_.putUnlessEmpty("evidence", evidence_);
    own_.putUnlessEmpty("unreadable", unreadable_);
    own_.putUnlessEmpty("truncated", truncated_);
    own_.putUnlessEmpty("after_gap", afterGap_);
    writer_.putExactBytesAs(own_, "bytes");
    json.put("exectrail", own_);
    return json.line();
  }

  void operator()(std::monostate) { event("state", "info", "unknown"); }

  void operator()(const Snapshot& snapshot) {
    event("state", "info", "snapshot");
    image(snapshot.image);
  }

  void operator()(const Exec& exec) {
    event("event", "start", "exec");
    event_.put("outcome", "success");
    image(exec.image);
    process_.put("thread", JsonObject("id", exec.tid));
    own("typed_path", exec.typedPath);
    if (exec.interpreter.known() && !exec.interpreter.value.empty()) {
      own("interpreter", exec.interpreter);
    }
    own_.put("result", errorName(0));
  }

  void operator()(const Attempt& attempt) {
    event("event", "start", "exec-failed");
    event_.put("outcome", "failure");
    process_ = processJson(attempt.caller);
    process_.put("thread", JsonObject("id", attempt.tid));
    target(attempt);
    error_.put("code", errorName(attempt.errorNumber));
    own("typed_path", attempt.typedPath);
    own_.put("result", errorName(attempt.errorNumber));
    own_.put("system_call", attempt.systemCall == SystemCall::kExecveat ? "execveat" : "execve");
    JsonObject tried("number", attempt.number);
    putArguments(tried, "exectrail.attempt.", attempt.arguments, writer_);
    putText(tried, "exectrail.attempt.", "working_directory", attempt.workingDirectory, writer_);
    own_.put("attempt", tried);
    evidence("exectrail.attempt.args", attempt.arguments.evidence);
    evidence("exectrail.attempt.working_directory", attempt.workingDirectory.evidence);
  }

  void operator()(const Fork& fork) {
    event("event", "start", "fork");
    process_ = processJson(fork.child);
    writer_.putUnlessEmpty(process_, "process.", "name", fork.childComm);
    process_.put("parent", processJson(fork.creator));
  }

  void operator()(const Exit& exit) {
    event("event", "end", "exit");
    process_ = processJson(exit.image);
    evidence("process.exit_code", exit.status.evidence);
    if (!exit.status.known()) return;
    const int status = static_cast<int>(exit.status.value);
    if (WIFSIGNALED(status)) {
      own_.put("signal", WTERMSIG(status));
    } else {
      process_.put("exit_code", WEXITSTATUS(status));
    }
  }

  void operator()(const Gap& gap) {
    event("pipeline_error", "info", "gap");
    JsonArray gaps;
    gaps.add(gapJson(gap, clock_));
    own_.put("gaps", gaps);
  }

  void operator()(const Mapping& mapping) {
    event("event", "info", "mapping");
    process_ = processJson(mapping.image);
    putText(file_, "file.", "path", mapping.path, writer_);
    evidence("file.path", mapping.path.evidence);
    own_.put("role", roleName(mapping.role));
    identity(mapping.identity);
  }

  void operator()(const AttemptTally& tally) {
    event("metric", "info", "attempts-not-kept");
    process_ = processJson(tally.caller);
    error_.put("code", errorName(tally.errorNumber));
    own_.put("count", tally.count);
    own_.put("reason", reasonName(tally.reason));
    own_.put("from", rfc3339(clock_.toRealtimeNs(tally.fromNs)));
    own_.put("to", rfc3339(clock_.toRealtimeNs(tally.toNs)));
  }

  void operator()(const MountTable& table) {
    event("state", "info", "mounts");
    own_.put("mount_namespace", table.mountNamespace);
    own_.put("complete", table.complete);
    JsonArray mounts;
    for (std::size_t i = 0; i < table.mounts.size(); ++i) {
      mounts.add(mountJson(table.mounts[i], "exectrail.mounts." + std::to_string(i) + "."));
    }
    own_.put("mounts", mounts);
    own_.put("removed", table.removedIds);
    if (table.leftOut != 0) own_.put("left_out", table.leftOut);
    evidence("exectrail.mounts", table.evidence);
  }

  void operator()(const Heartbeat& heartbeat) {
    event("metric", "info", "heartbeat");
    own_.put("execs", heartbeat.execs);
    own_.put("attempts", heartbeat.attempts);
    own_.put("lost_events", heartbeat.lostEvents);
    if (!heartbeat.chainHead.empty()) own_.put("chain_head", hexOf(heartbeat.chainHead));
  }

  void operator()(const FileHash& hash) {
    event("event", "info", "file-hash");
    process_ = processJson(hash.image);
    facts(hash.file);
    sha256(hash.sha256);
  }

 private:
  void event(const char* kind, const char* type, const char* action) {
    event_.put("kind", kind);
    event_.put("category", std::vector<const char*>{"process"});
    event_.put("type", std::vector<const char*>{type});
    event_.put("action", action);
  }

  const Uuid& recordingId() const {
    const bool other = record_.origin > 0 && record_.origin <= header_.origins.size();
    return other ? header_.origins[record_.origin - 1U].recordingId : header_.recordingId;
  }

  JsonObject processJson(const ImageId& id) const {
    JsonObject json("entity_id", entityId(host_.bootId, id));
    json.put("pid", id.tgid);
    if (id.startNs != 0) json.put("start", rfc3339(clock_.toRealtimeNs(id.startNs)));
    return json;
  }

  void evidence(const std::string& field, const Evidence& from) {
    evidence_.put(field, name(from.evidenceClass));
    if (from.errorNumber != 0) unreadable_.put(field, errorName(from.errorNumber));
    if (from.truncated()) truncated_.add(field);
    if (from.afterGap) afterGap_.add(field);
  }

  // A text under "exectrail".
  void own(const char* key, const Field<Bytes>& field) {
    putText(own_, "exectrail.", key, field, writer_);
    evidence(std::string("exectrail.") + key, field.evidence);
  }

  void image(const Image& from) {
    const Context& context = *from.context;
    std::optional<std::uint64_t> count;
    if (from.argumentShape.known()) count = from.argumentShape.value.count;
    process_ =
        imageJson("process.",
                  {from.id, entityId(host_.bootId, from.id), shownName(from), from.executable,
                   from.arguments, from.workingDirectory, context.credentials},
                  clock_, writer_, count);
    if (count && (!from.arguments.known() || from.arguments.evidence.truncated())) {
      process_.put("args_count", *count);
    }
    evidence("process.executable", from.executable.evidence);
    evidence("process.args", from.arguments.evidence);
    evidence("process.working_directory", from.workingDirectory.evidence);
    if (context.session.known() && context.session.value.leaderPid != 0) {
      process_.put("session_leader", JsonObject("pid", context.session.value.leaderPid));
    }
    if (from.creator.known() && from.creator.value.edge == CreatorEdge::kFork) {
      process_.put("parent", processJson(from.creator.value.id));
    }
    evidence("process.parent", from.creator.evidence);
    if (from.id.execNumber > 0) {
      // Of the image that it replaced the name is known: it counts them.
      process_.put("previous",
                   processJson({from.id.tgid, from.id.execNumber - 1, from.id.startNs}));
    }
    user_ = userJson(context.credentials);
    evidence("user.id", context.credentials.evidence);
    putText(file_, "file.", "path", from.executable, writer_);
    facts(from.file);
    if (from.sha256.known()) sha256(from.sha256);
    identity(from.identity);
    this->context(context);
  }

  void context(const Context& context) {
    putLogin(own_, context.login);
    if (context.cgroup.known()) own("cgroup", context.cgroup);
    if (context.containerId.known() && !context.containerId.value.empty()) {
      putText(container_, "container.", "id", context.containerId, writer_);
      evidence("container.id", context.containerId.evidence);
    }
    if (context.environment.known()) {
      writer_.put(own_, "exectrail.", "environment", context.environment.value);
      evidence("exectrail.environment", context.environment.evidence);
    }
    if (context.privileges.known()) {
      own_.put("no_new_privileges", context.privileges.value.noNewPrivileges);
      own_.put("seccomp", seccompName(context.privileges.value.seccomp));
      evidence("exectrail.seccomp", context.privileges.evidence);
    }
    if (context.namespaces.known()) {
      JsonObject namespaces("mount", context.namespaces.value.mount);
      namespaces.put("pid", context.namespaces.value.pid);
      namespaces.put("user", context.namespaces.value.user);
      namespaces.put("net", context.namespaces.value.net);
      own_.put("namespaces", namespaces);
      evidence("exectrail.namespaces", context.namespaces.evidence);
    }
  }

  // What was tried: as typed, behind the working directory if it is relative. Not resolved: nothing
  // ran that the kernel would have resolved.
  void target(const Attempt& attempt) {
    if (!attempt.typedPath.known()) return;
    const Bytes typed = attempt.typedPath.value;
    if (typed.starts_with('/')) {
      writer_.put(file_, "file.", "path", typed);
    } else if (attempt.workingDirectory.known()) {
      std::string path(attempt.workingDirectory.value);
      if (!path.ends_with('/')) path += '/';
      writer_.put(file_, "file.", "path", path.append(typed));
    } else {
      return;
    }
    evidence("file.path", attempt.typedPath.evidence);
  }

  void facts(const Field<FileFacts>& from) {
    if (from.known()) putFileFacts(file_, from.value);
    evidence("file.mode", from.evidence);
  }

  void sha256(const Field<Bytes>& from) {
    if (from.known()) file_.put("hash", JsonObject("sha256", hexOf(from.value)));
    evidence("file.hash.sha256", from.evidence);
  }

  // As the kernel mapped it; on some file systems stat(2) says otherwise.
  void identity(const Field<FileIdentity>& from) {
    if (from.known()) {
      JsonObject file("device", std::to_string(from.value.deviceMajor) + ":" +
                                    std::to_string(from.value.deviceMinor));
      file.put("inode", std::to_string(from.value.inode));
      file.put("generation", from.value.generation);
      own_.put("mapped_file", file);
    }
    evidence("exectrail.mapped_file", from.evidence);
  }

  JsonObject mountJson(const Mount& from, const std::string& path) {
    JsonObject mount("id", from.id);
    mount.put("parent_id", from.parentId);
    mount.put("device", std::to_string(from.deviceMajor) + ":" + std::to_string(from.deviceMinor));
    writer_.put(mount, path, "root", from.root);
    writer_.put(mount, path, "point", from.point);
    writer_.put(mount, path, "options", from.options);
    writer_.put(mount, path, "fs", from.fileSystem);
    writer_.put(mount, path, "source", from.source);
    writer_.put(mount, path, "super_options", from.superOptions);
    return mount;
  }

  const Header& header_;
  const Record& record_;
  const ClockReading& clock_;
  const Host& host_;
  TextWriter writer_;
  JsonObject event_, process_, user_, file_, container_, error_;
  JsonObject own_, evidence_, unreadable_;
  JsonArray truncated_, afterGap_;
};

}  // namespace

std::string JsonLines::line(const Record& record) const {
  return RecordJson(header_, record).line();
}

}  // namespace exectrail::trace
