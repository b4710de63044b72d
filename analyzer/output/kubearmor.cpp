#include "analyzer/output/kubearmor.h"

#include "analyzer/compiler/program.h"
#include "analyzer/compiler/workloads.h"
#include "analyzer/output/exectrail_json.h"
#include "analyzer/output/names.h"
#include "analyzer/output/wording.h"
#include "analyzer/posture/stopping.h"
#include "trace/json/ecs.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

using trace::Json;

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::size_t kNanoseconds = 3;  // digits behind the microseconds, before the Z

// 1 is the worst, as in KubeArmor's own policies.
const char* severityText(Severity severity) {
  switch (severity) {
    case Severity::kCritical:
      return "1";
    case Severity::kHigh:
      return "3";
    case Severity::kMedium:
      return "5";
    case Severity::kLow:
      return "8";
    case Severity::kInfo:
      return "10";
  }
  return "10";
}

class KubearmorJson {
 public:
  KubearmorJson(const Alert& alert, const trace::Header& header) : alert_(alert), header_(header) {}

  Json build() {
    const bool blocked = stoppingOf(alert_).stopped == Stopped::kByMount;
    out_["Timestamp"] = floorSeconds(alert_.realtimeNs);
    std::string updated = trace::rfc3339(alert_.realtimeNs);
    updated.erase(updated.size() - 1 - kNanoseconds, kNanoseconds);
    out_["UpdatedTime"] = updated;
    put("HostName", header_.host.name);
    const auto& container = alert_.process.context->containerId;
    const bool contained = container.known() && !container.value.empty();
    if (contained) put("ContainerID", container.value);
    if (alert_.workload) workload(*alert_.workload);
    processes(container.known() && !contained);
    if (policy()) {
      asWritten(*alert_.recipe->origin);
    } else {
      put("PolicyName", alert_.recipe->name);
      out_["Severity"] = severityText(alert_.severity);
      tags();
      put("Message", alert_.recipe->title + ": " + headline(alert_));
    }
    out_["Type"] = contained ? "MatchedPolicy" : "MatchedHostPolicy";
    if (alert_.parent.executable.known()) put("Source", alert_.parent.executable.value);
    out_["Operation"] = "Process";
    put("Resource", resource());
    if (alert_.mapping == trace::MappingRole::kUnknown) {
      out_["Data"] = "syscall=SYS_EXECVE";
      out_["EventData"]["Syscall"] = "SYS_EXECVE";
    }
    out_["Enforcer"] = blocked ? "Mount noexec" : "Exectrail";
    out_["Action"] = policy() ? action(alert_.recipe->origin->action) : blocked ? "Block" : "Audit";
    out_["Result"] = alert_.errorNumber == 0 ? "Passed" : errorText(alert_.errorNumber);
    surroundings();
    own();
    return std::move(out_);
  }

 private:
  // Whether what alerts is a policy of KubeArmor.
  bool policy() const { return alert_.recipe->origin && !alert_.recipe->origin->action.empty(); }

  // A policy that blocks, where what it blocks ran, was enforced by nobody: as KubeArmor says it of
  // a workload that is audited only. What a whitelist does not name is KubeArmor's default posture.
  const char* action(const std::string& written) const {
    if (written == "Allow") return "Audit";
    if (written == "Audit") return "Audit";
    return alert_.errorNumber == 0 ? "Audit (Block)" : "Block";
  }

  // Name, tags, message and severity as the policy has them; what it leaves out is left out.
  void asWritten(const RuleOrigin& origin) {
    if (origin.action == "Allow") {
      out_["PolicyName"] = "DefaultPosture";
      return;
    }
    put("PolicyName", origin.id.substr(origin.id.rfind('/') + 1));
    if (origin.severity != 0) out_["Severity"] = std::to_string(origin.severity);
    put("Tags", joined(origin.tags));
    if (!origin.tags.empty()) out_["ATags"] = writer_.texts("ATags", origin.tags);
    put("Message", origin.message);
  }

  void workload(const Workload& known) {
    put("NamespaceName", known.space);
    put("PodName", known.pod);
    put("ContainerName", known.container);
    put("ContainerImage", known.image);
    std::vector<std::string> labels;
    for (const auto& [key, value] : known.labels) labels.push_back(key + "=" + value);
    put("Labels", joined(labels));
    if (known.ownerName.empty()) return;
    Json& owner = out_["Owner"];
    owner["Ref"] = writer_.text("Owner.Ref", known.ownerKind);
    owner["Name"] = writer_.text("Owner.Name", known.ownerName);
    owner["Namespace"] = writer_.text("Owner.Namespace", known.space);
  }

  static std::string joined(const std::vector<std::string>& texts) {
    std::string result;
    for (const std::string& text : texts) result += (result.empty() ? "" : ",") + text;
    return result;
  }

  static std::int64_t floorSeconds(std::int64_t ns) {
    return ns / kNsPerSecond - (ns % kNsPerSecond < 0 ? 1 : 0);
  }

  void put(const char* key, std::string_view bytes) {
    if (!bytes.empty()) out_[key] = writer_.text(key, bytes);
  }

  // Of a failed attempt, KubeArmor too names the program that was to run.
  void processes(bool onHost) {
    const ImageFacts& facts = alert_.process;
    const ImageFacts& above = alert_.parent;
    if (!above.entityId.empty()) out_["HostPPID"] = above.id.tgid;
    out_["HostPID"] = facts.id.tgid;
    if (onHost) {  // the process's own namespace is the host's
      if (!above.entityId.empty()) out_["PPID"] = above.id.tgid;
      out_["PID"] = facts.id.tgid;
    }
    if (facts.credentials.known()) {
      const std::uint32_t uid = facts.credentials.value.realUid;
      out_["UID"] = uid;
      put("UserName", userName(header_.host, uid));
    }
    if (above.executable.known()) put("ParentProcessName", above.executable.value);
    if (alert_.errorNumber != 0 || alert_.mapping != trace::MappingRole::kUnknown) {
      put("ProcessName", alert_.filePath.value);
    } else if (facts.executable.known()) {
      put("ProcessName", facts.executable.value);
    }
  }

  void tags() {
    std::vector<std::string> tags = alert_.recipe->attack;
    tags.insert(tags.end(), alert_.recipe->compliance.begin(), alert_.recipe->compliance.end());
    for (const Reason& reason : alert_.reasons) tags.push_back(reason.name);
    put("Tags", joined(tags));
    if (!tags.empty()) out_["ATags"] = writer_.texts("ATags", tags);
  }

  std::string resource() const {
    std::string text = alert_.filePath.value;
    const auto& arguments =
        alert_.errorNumber == 0 ? alert_.process.arguments : alert_.attemptArguments;
    if (!arguments.known()) return text;
    for (std::size_t i = 1; i < arguments.value.size(); ++i) text += " " + arguments.value[i];
    return text;
  }

  void surroundings() {
    const auto& cwd =
        alert_.errorNumber == 0 ? alert_.process.workingDirectory : alert_.attemptWorkingDirectory;
    if (cwd.known()) put("Cwd", cwd.value.ends_with('/') ? cwd.value : cwd.value + "/");
    if (alert_.process.session.known()) {
      std::string name = terminalName(alert_.process.session.value.terminal);
      std::erase(name, '/');
      put("TTY", name);
    }
    if (alert_.errorNumber == 0 && alert_.process.sha256.known()) {
      out_["ProcessHash"] = hex(alert_.process.sha256.value);
      out_["HashAlgo"] = "sha256";
    }
  }

  // What KubeArmor has no field for, and nothing of it can be confused with.
  void own() {
    Json& own = out_["Exectrail"];
    own["AlertID"] = alert_.id;
    own["Severity"] = name(alert_.severity);
    if (!alert_.directoryClass.empty()) own["Class"] = alert_.directoryClass;
    if (alert_.exempted) own["Exempted"] = true;
    if (alert_.suppressed != 0) own["Suppressed"] = alert_.suppressed;
    if (!alert_.gaps.empty()) own["Gaps"] = alert_.gaps.size();
    trace::addUnlessEmpty(own, "Unknown", alert_.unknown);
    trace::addUnlessEmpty(own, "Bytes", writer_.exactBytes());
  }

  const Alert& alert_;
  const trace::Header& header_;
  trace::TextWriter writer_;
  Json out_;
};

}  // namespace

std::string toKubearmorLine(const Alert& alert, const trace::Header& header) {
  return jsonLine(KubearmorJson(alert, header).build());
}

}  // namespace exectrail::analyzer
