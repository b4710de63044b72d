#include "analyzer/output/ocsf.h"

#include <array>

#include "analyzer/compiler/attack.h"
#include "analyzer/compiler/program.h"
#include "analyzer/compiler/workloads.h"
#include "analyzer/output/exectrail_json.h"
#include "analyzer/output/names.h"
#include "analyzer/output/wording.h"
#include "analyzer/paths/path.h"
#include "trace/json/ecs.h"

namespace exectrail::analyzer {
namespace {

using trace::Json;

// Numbers of schema.ocsf.io, 1.4.0.
constexpr int kCategoryFindings = 2;
constexpr int kClassDetectionFinding = 2004;
constexpr int kActivityCreate = 1;
constexpr int kTypeCreate = kClassDetectionFinding * 100 + kActivityCreate;
constexpr int kStatusNew = 1;
constexpr int kStatusSuppressed = 3;
constexpr int kAnalyticRule = 1;
constexpr int kFileRegular = 1;
constexpr int kFileUnknown = 0;
constexpr int kDeviceUnknown = 0;
constexpr int kOsLinux = 200;
constexpr int kSha256 = 3;
constexpr int kConfidenceLow = 1;
constexpr int kConfidenceHigh = 3;

constexpr std::int64_t kNsPerMs = 1'000'000;

std::int64_t milliseconds(std::int64_t ns) { return ns / kNsPerMs - (ns % kNsPerMs < 0 ? 1 : 0); }

// severity_id: 1 Informational to 5 Critical, which is our order.
int severityId(Severity severity) { return static_cast<int>(severity) + 1; }

const char* severityCaption(Severity severity) {
  constexpr std::array<const char*, 5> kCaptions = {"Informational", "Low", "Medium", "High",
                                                    "Critical"};
  return kCaptions.at(static_cast<std::size_t>(severity));
}

class OcsfJson {
 public:
  OcsfJson(const Alert& alert, const Rendering& rendering)
      : alert_(alert), rendering_(rendering), header_(rendering.header) {}

  Json build() {
    Json out;
    out["activity_id"] = kActivityCreate;
    out["activity_name"] = "Create";
    out["category_uid"] = kCategoryFindings;
    out["category_name"] = "Findings";
    out["class_uid"] = kClassDetectionFinding;
    out["class_name"] = "Detection Finding";
    out["type_uid"] = kTypeCreate;
    out["type_name"] = "Detection Finding: Create";
    out["time"] = milliseconds(alert_.realtimeNs);
    out["severity_id"] = severityId(alert_.severity);
    out["severity"] = severityCaption(alert_.severity);
    out["status_id"] = alert_.exempted ? kStatusSuppressed : kStatusNew;
    out["status"] = alert_.exempted ? "Suppressed" : "New";
    out["is_alert"] = !alert_.exempted;
    // What was decided although something was lost or not known, is less certain.
    const bool sure = alert_.gaps.empty() && alert_.unknown.empty();
    out["confidence_id"] = sure ? kConfidenceHigh : kConfidenceLow;
    out["confidence"] = sure ? "High" : "Low";
    out["message"] = text("message", alert_.recipe->name + ": " + headline(alert_));
    out["metadata"] = metadata();
    out["finding_info"] = findingInfo();
    out["evidences"] = Json::array({evidence()});
    out["device"] = device();
    const Json remediation = remediationJson();
    trace::addUnlessEmpty(out, "remediation", remediation);
    out["unmapped"]["exectrail"] =
        exectrailJson(alert_, header_, rendering_.inputsSha256, rendering_.context, writer_);
    return out;
  }

 private:
  Json text(const std::string& field, std::string_view bytes) { return writer_.text(field, bytes); }

  Json metadata() {
    Json metadata;
    metadata["version"] = kOcsfVersion;
    metadata["product"]["name"] = "Exectrail";
    metadata["product"]["vendor_name"] = "Exectrail";
    metadata["product"]["version"] = EXECTRAIL_VERSION;
    metadata["uid"] = alert_.id;
    metadata["log_name"] = trace::toString(header_.recordingId);
    if (contained()) metadata["profiles"] = Json::array({"container"});
    return metadata;
  }

  Json findingInfo() {
    const RecipeInfo& recipe = *alert_.recipe;
    Json info;
    info["uid"] = alert_.id;
    info["title"] = text("finding_info.title", recipe.title);
    if (!recipe.description.empty()) {
      info["desc"] = text("finding_info.desc", recipe.description);
    }
    info["created_time"] = milliseconds(alert_.realtimeNs);
    info["analytic"]["type_id"] = kAnalyticRule;
    info["analytic"]["type"] = "Rule";
    info["analytic"]["name"] = text("finding_info.analytic.name", recipe.name);
    info["analytic"]["uid"] = text("finding_info.analytic.uid", recipe.name);
    info["analytic"]["version"] = recipe.version;
    trace::addUnlessEmpty(info, "attacks", attacks());
    if (!recipe.references.empty()) {
      info["src_url"] = text("finding_info.src_url", recipe.references.front());
    }
    if (!alert_.directoryClass.empty()) {
      info["types"] = Json::array({text("finding_info.types", alert_.directoryClass)});
    }
    if (alert_.suppressed != 0) info["related_events_count"] = alert_.suppressed;
    return info;
  }

  Json attacks() const {
    Json attacks = Json::array();
    for (const std::string& attack : alert_.recipe->attack) {
      const auto reference = parseAttack(attack);
      if (!reference) continue;
      Json entry;
      if (!reference->tactic.empty()) {
        entry["tactic"]["uid"] = reference->tactic;
        entry["tactic"]["name"] = tacticName(reference->tactic);
      }
      if (!reference->technique.empty()) entry["technique"]["uid"] = reference->technique;
      if (!reference->subtechnique.empty()) {
        entry["sub_technique"]["uid"] = reference->subtechnique;
      }
      attacks.push_back(std::move(entry));
    }
    return attacks;
  }

  void addWorkload(const Workload& known, Json& container) {
    if (!known.container.empty()) {
      container["name"] = text("evidences.process.container.name", known.container);
    }
    if (!known.image.empty()) {
      container["image"]["name"] = text("evidences.process.container.image.name", known.image);
    }
    if (!known.pod.empty()) {
      container["orchestrator"] = "kubernetes";
    }
  }

  // Of a failed attempt the process is the caller, and the file what it tried to run.
  Json evidence() {
    Json evidence;
    evidence["process"] = process("evidences.process", alert_.process);
    if (!alert_.parent.entityId.empty()) {
      evidence["process"]["parent_process"] =
          process("evidences.process.parent_process", alert_.parent);
    }
    trace::addUnlessEmpty(evidence["process"], "ancestry", ancestry());
    if (contained()) {
      evidence["process"]["container"]["uid"] =
          text("evidences.process.container.uid", alert_.process.context->containerId.value);
      if (alert_.workload) addWorkload(*alert_.workload, evidence["process"]["container"]);
    }
    const bool itself = alert_.errorNumber == 0 && !alert_.script && !alert_.typedPathOnly &&
                        alert_.mapping == trace::MappingRole::kUnknown;
    const ImageFacts* facts = itself ? &alert_.process : nullptr;
    if (!alert_.filePath.value.empty()) {
      evidence["file"] = file("evidences.file", alert_.filePath.value, facts);
    }
    return evidence;
  }

  Json process(const std::string& prefix, const ImageFacts& facts) {
    Json process;
    process["pid"] = facts.id.tgid;
    process["uid"] = facts.entityId;
    if (!facts.name.empty()) process["name"] = text(prefix + ".name", facts.name);
    if (facts.arguments.known()) {
      process["cmd_line"] =
          text(prefix + ".cmd_line", trace::commandLine(view(facts.arguments).value));
    }
    if (facts.id.startNs != 0) {
      process["created_time"] = milliseconds(header_.clock.toRealtimeNs(facts.id.startNs));
    }
    if (facts.workingDirectory.known()) {
      process["working_directory"] =
          text(prefix + ".working_directory", facts.workingDirectory.value);
    }
    if (facts.executable.known()) {
      process["file"] = file(prefix + ".file", facts.executable.value, &facts);
    }
    if (facts.credentials.known()) {
      const std::uint32_t uid = facts.credentials.value.effectiveUid;
      process["user"]["uid"] = std::to_string(uid);
      const std::string_view name = userName(header_.host, uid);
      if (!name.empty()) process["user"]["name"] = text(prefix + ".user.name", name);
    }
    return process;
  }

  // `facts`: of the image whose executable it is; null: nobody has any.
  Json file(const std::string& prefix, const std::string& path, const ImageFacts* facts) {
    Json file;
    file["name"] = text(prefix + ".name", lastComponent(path));
    file["path"] = text(prefix + ".path", path);
    const bool known = facts != nullptr && facts->file.known();
    file["type_id"] = facts != nullptr ? kFileRegular : kFileUnknown;  // execve(2) runs no other
    if (known) {
      file["size"] = facts->file.value.sizeBytes;
      file["uid"] = std::to_string(facts->file.value.inode);
      file["owner"]["uid"] = std::to_string(facts->file.value.uid);
      if (facts->file.value.linkCount == 0) file["is_deleted"] = true;
    }
    if (facts != nullptr && facts->sha256.known()) {
      Json fingerprint;
      fingerprint["algorithm_id"] = kSha256;
      fingerprint["algorithm"] = "SHA-256";
      fingerprint["value"] = hex(facts->sha256.value);
      file["hashes"] = Json::array({std::move(fingerprint)});
    }
    return file;
  }

  // From the parent up to the outermost, as the schema has it; our lineage is the other way round.
  Json ancestry() {
    Json ancestry = Json::array();
    for (auto entry = alert_.lineage.rbegin(); entry != alert_.lineage.rend(); ++entry) {
      if (entry->image == alert_.process.id) continue;
      Json above;
      above["name"] = text("evidences.process.ancestry.name", entry->name);
      above["pid"] = entry->image.tgid;
      ancestry.push_back(std::move(above));
    }
    return ancestry;
  }

  Json device() {
    const trace::Host& host = header_.host;
    Json device;
    device["type_id"] = kDeviceUnknown;
    if (!host.name.empty()) device["hostname"] = text("device.hostname", host.name);
    if (!host.machineId.empty()) device["uid"] = text("device.uid", host.machineId);
    Json& os = device["os"];
    os["type_id"] = kOsLinux;
    os["type"] = "Linux";
    os["name"] = text("device.os.name", host.osName.empty() ? "Linux" : host.osName);
    if (!host.kernelRelease.empty()) {
      os["kernel_release"] = text("device.os.kernel_release", host.kernelRelease);
    }
    return device;
  }

  // What to do, where the analysis was told in what context it happened.
  Json remediationJson() {
    std::string actions;
    for (const Guidance& guidance : alert_.recipe->guidance) {
      if (guidance.context != rendering_.context) continue;
      for (const std::string& action : guidance.actions) {
        actions += (actions.empty() ? "" : "\n") + action;
      }
    }
    Json remediation;
    if (!actions.empty()) remediation["desc"] = text("remediation.desc", actions);
    return remediation;
  }

  bool contained() const {
    const auto& container = alert_.process.context->containerId;
    return container.known() && !container.value.empty();
  }

  const Alert& alert_;
  const Rendering& rendering_;
  const trace::Header& header_;
  trace::TextWriter writer_;
};

}  // namespace

std::string toOcsfLine(const Alert& alert, const Rendering& rendering) {
  return jsonLine(OcsfJson(alert, rendering).build());
}

}  // namespace exectrail::analyzer
