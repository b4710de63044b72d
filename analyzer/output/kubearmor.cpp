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

using trace::JsonObject;

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

  std::string line() {
    const bool blocked = stoppingOf(alert_).stopped == Stopped::kByMount;
    out_.put("Timestamp", floorSeconds(alert_.realtimeNs));
    std::string updated = trace::rfc3339(alert_.realtimeNs);
    updated.erase(updated.size() - 1 - kNanoseconds, kNanoseconds);
    out_.put("UpdatedTime", updated);
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
      out_.put("Severity", severityText(alert_.severity));
      tags();
      put("Message", alert_.recipe->title + ": " + headline(alert_));
    }
    out_.put("Type", contained ? "MatchedPolicy" : "MatchedHostPolicy");
    if (alert_.parent.executable.known()) put("Source", alert_.parent.executable.value);
    out_.put("Operation", "Process");
    put("Resource", resource());
    if (alert_.mapping == trace::MappingRole::kUnknown) {
      out_.put("Data", "syscall=SYS_EXECVE");
      out_.put("EventData", JsonObject("Syscall", "SYS_EXECVE"));
    }
    out_.put("Enforcer", blocked ? "Mount noexec" : "Exectrail");
    out_.put("Action", policy()  ? action(alert_.recipe->origin->action)
                       : blocked ? "Block"
                                 : "Audit");
    out_.put("Result", alert_.errorNumber == 0 ? "Passed" : errorText(alert_.errorNumber));
    surroundings();
    own();
    return out_.asciiLine();
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
      out_.put("PolicyName", "DefaultPosture");
      return;
    }
    put("PolicyName", origin.id.substr(origin.id.rfind('/') + 1));
    if (origin.severity != 0) out_.put("Severity", std::to_string(origin.severity));
    put("Tags", joined(origin.tags));
    writer_.putUnlessEmpty(out_, "", "ATags", origin.tags);
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
    JsonObject owner;
    writer_.put(owner, "Owner.", "Ref", known.ownerKind);
    writer_.put(owner, "Owner.", "Name", known.ownerName);
    writer_.put(owner, "Owner.", "Namespace", known.space);
    out_.put("Owner", owner);
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
    writer_.putUnlessEmpty(out_, "", key, bytes);
  }

  // Of a failed attempt, KubeArmor too names the program that was to run.
  void processes(bool onHost) {
    const ImageFacts& facts = alert_.process;
    const ImageFacts& above = alert_.parent;
    if (!above.entityId.empty()) out_.put("HostPPID", above.id.tgid);
    out_.put("HostPID", facts.id.tgid);
    if (onHost) {  // the process's own namespace is the host's
      if (!above.entityId.empty()) out_.put("PPID", above.id.tgid);
      out_.put("PID", facts.id.tgid);
    }
    if (facts.credentials.known()) {
      const std::uint32_t uid = facts.credentials.value.realUid;
      out_.put("UID", uid);
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
    writer_.putUnlessEmpty(out_, "", "ATags", tags);
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
      out_.put("ProcessHash", hex(alert_.process.sha256.value));
      out_.put("HashAlgo", "sha256");
    }
  }

  // What KubeArmor has no field for, and nothing of it can be confused with.
  void own() {
    JsonObject own("AlertID", alert_.id);
    own.put("Severity", name(alert_.severity));
    own.putUnlessEmpty("Class", alert_.directoryClass);
    if (alert_.exempted) own.put("Exempted", true);
    if (alert_.suppressed != 0) own.put("Suppressed", alert_.suppressed);
    if (!alert_.gaps.empty()) own.put("Gaps", alert_.gaps.size());
    own.putUnlessEmpty("Unknown", alert_.unknown);
    writer_.putExactBytesAs(own, "Bytes");
    out_.put("Exectrail", own);
  }

  const Alert& alert_;
  const trace::Header& header_;
  trace::TextWriter writer_;
  JsonObject out_;
};

}  // namespace

std::string toKubearmorLine(const Alert& alert, const trace::Header& header) {
  return KubearmorJson(alert, header).line();
}

}  // namespace exectrail::analyzer
