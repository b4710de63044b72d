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

using trace::JsonArray;
using trace::JsonObject;

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

  std::string line() {
    JsonObject out;
    out.put("activity_id", kActivityCreate);
    out.put("activity_name", "Create");
    out.put("category_uid", kCategoryFindings);
    out.put("category_name", "Findings");
    out.put("class_uid", kClassDetectionFinding);
    out.put("class_name", "Detection Finding");
    out.put("type_uid", kTypeCreate);
    out.put("type_name", "Detection Finding: Create");
    out.put("time", milliseconds(alert_.realtimeNs));
    out.put("severity_id", severityId(alert_.severity));
    out.put("severity", severityCaption(alert_.severity));
    out.put("status_id", alert_.exempted ? kStatusSuppressed : kStatusNew);
    out.put("status", alert_.exempted ? "Suppressed" : "New");
    out.put("is_alert", !alert_.exempted);
    // What was decided although something was lost or not known, is less certain.
    const bool sure = alert_.gaps.empty() && alert_.unknown.empty();
    out.put("confidence_id", sure ? kConfidenceHigh : kConfidenceLow);
    out.put("confidence", sure ? "High" : "Low");
    writer_.put(out, "", "message", alert_.recipe->name + ": " + headline(alert_));
    out.put("metadata", metadata());
    out.put("finding_info", findingInfo());
    out.put("evidences", std::vector<JsonObject>{evidence()});
    out.put("device", device());
    out.putUnlessEmpty("remediation", remediation());
    JsonObject unmapped("exectrail", exectrailJson(alert_, header_, rendering_.inputsSha256,
                                                   rendering_.context, writer_));
    out.put("unmapped", unmapped);
    return out.asciiLine();
  }

 private:
  JsonObject metadata() {
    JsonObject product("name", "Exectrail");
    product.put("vendor_name", "Exectrail");
    product.put("version", EXECTRAIL_VERSION);
    JsonObject metadata("version", kOcsfVersion);
    metadata.put("product", product);
    metadata.put("uid", alert_.id);
    metadata.put("log_name", trace::toString(header_.recordingId));
    if (contained()) metadata.put("profiles", std::vector<const char*>{"container"});
    return metadata;
  }

  JsonObject findingInfo() {
    const RecipeInfo& recipe = *alert_.recipe;
    JsonObject info;
    info.put("uid", alert_.id);
    writer_.put(info, "finding_info.", "title", recipe.title);
    writer_.putUnlessEmpty(info, "finding_info.", "desc", recipe.description);
    info.put("created_time", milliseconds(alert_.realtimeNs));
    JsonObject analytic("type_id", kAnalyticRule);
    analytic.put("type", "Rule");
    writer_.put(analytic, "finding_info.analytic.", "name", recipe.name);
    writer_.put(analytic, "finding_info.analytic.", "uid", recipe.name);
    analytic.put("version", recipe.version);
    info.put("analytic", analytic);
    info.putUnlessEmpty("attacks", attacks());
    if (!recipe.references.empty()) {
      writer_.put(info, "finding_info.", "src_url", recipe.references.front());
    }
    if (!alert_.directoryClass.empty()) {
      writer_.put(info, "finding_info.", "types", std::vector<std::string>{alert_.directoryClass});
    }
    if (alert_.suppressed != 0) info.put("related_events_count", alert_.suppressed);
    return info;
  }

  JsonArray attacks() const {
    JsonArray attacks;
    for (const std::string& attack : alert_.recipe->attack) {
      const auto reference = parseAttack(attack);
      if (!reference) continue;
      JsonObject entry;
      if (!reference->tactic.empty()) {
        JsonObject tactic("uid", reference->tactic);
        tactic.put("name", tacticName(reference->tactic));
        entry.put("tactic", tactic);
      }
      if (!reference->technique.empty()) {
        entry.put("technique", JsonObject("uid", reference->technique));
      }
      if (!reference->subtechnique.empty()) {
        entry.put("sub_technique", JsonObject("uid", reference->subtechnique));
      }
      attacks.add(entry);
    }
    return attacks;
  }

  JsonObject container() {
    JsonObject container, image;
    writer_.put(container, "evidences.process.container.", "uid",
                alert_.process.context->containerId.value);
    if (!alert_.workload) return container;
    const Workload& known = *alert_.workload;
    writer_.putUnlessEmpty(container, "evidences.process.container.", "name", known.container);
    writer_.putUnlessEmpty(image, "evidences.process.container.image.", "name", known.image);
    container.putUnlessEmpty("image", image);
    if (!known.pod.empty()) container.put("orchestrator", "kubernetes");
    return container;
  }

  // Of a failed attempt the process is the caller, and the file what it tried to run.
  JsonObject evidence() {
    JsonObject evidence;
    JsonObject itsProcess = process("evidences.process.", alert_.process);
    if (!alert_.parent.entityId.empty()) {
      itsProcess.put("parent_process", process("evidences.process.parent_process.", alert_.parent));
    }
    itsProcess.putUnlessEmpty("ancestry", ancestry());
    if (contained()) itsProcess.put("container", container());
    evidence.put("process", itsProcess);
    const bool itself = alert_.errorNumber == 0 && !alert_.script && !alert_.typedPathOnly &&
                        alert_.mapping == trace::MappingRole::kUnknown;
    const ImageFacts* facts = itself ? &alert_.process : nullptr;
    if (!alert_.filePath.value.empty()) {
      evidence.put("file", file("evidences.file.", alert_.filePath.value, facts));
    }
    return evidence;
  }

  JsonObject process(const std::string& path, const ImageFacts& facts) {
    JsonObject process;
    process.put("pid", facts.id.tgid);
    process.put("uid", facts.entityId);
    writer_.putUnlessEmpty(process, path, "name", facts.name);
    if (facts.arguments.known()) {
      writer_.put(process, path, "cmd_line", trace::commandLine(view(facts.arguments).value));
    }
    if (facts.id.startNs != 0) {
      process.put("created_time", milliseconds(header_.clock.toRealtimeNs(facts.id.startNs)));
    }
    if (facts.workingDirectory.known()) {
      writer_.put(process, path, "working_directory", facts.workingDirectory.value);
    }
    if (facts.executable.known()) {
      process.put("file", file(path + "file.", facts.executable.value, &facts));
    }
    if (facts.credentials.known()) {
      const std::uint32_t uid = facts.credentials.value.effectiveUid;
      JsonObject user("uid", std::to_string(uid));
      writer_.putUnlessEmpty(user, path + "user.", "name", userName(header_.host, uid));
      process.put("user", user);
    }
    return process;
  }

  // `facts`: of the image whose executable it is; null: nobody has any.
  JsonObject file(const std::string& at, const std::string& path, const ImageFacts* facts) {
    JsonObject file;
    writer_.put(file, at, "name", lastComponent(path));
    writer_.put(file, at, "path", path);
    const bool known = facts != nullptr && facts->file.known();
    file.put("type_id", facts != nullptr ? kFileRegular : kFileUnknown);  // execve(2) runs no other
    if (known) {
      file.put("size", facts->file.value.sizeBytes);
      file.put("uid", std::to_string(facts->file.value.inode));
      file.put("owner", JsonObject("uid", std::to_string(facts->file.value.uid)));
      if (facts->file.value.linkCount == 0) file.put("is_deleted", true);
    }
    if (facts != nullptr && facts->sha256.known()) {
      JsonObject fingerprint("algorithm_id", kSha256);
      fingerprint.put("algorithm", "SHA-256");
      fingerprint.put("value", hex(facts->sha256.value));
      file.put("hashes", std::vector<JsonObject>{fingerprint});
    }
    return file;
  }

  // From the parent up to the outermost, as the schema has it; our lineage is the other way round.
  JsonArray ancestry() {
    JsonArray ancestry;
    for (auto entry = alert_.lineage.rbegin(); entry != alert_.lineage.rend(); ++entry) {
      if (entry->image == alert_.process.id) continue;
      JsonObject above;
      writer_.put(above, "evidences.process.ancestry.", "name", entry->name);
      above.put("pid", entry->image.tgid);
      ancestry.add(above);
    }
    return ancestry;
  }

  JsonObject device() {
    const trace::Host& host = header_.host;
    JsonObject device("type_id", kDeviceUnknown);
    writer_.putUnlessEmpty(device, "device.", "hostname", host.name);
    writer_.putUnlessEmpty(device, "device.", "uid", host.machineId);
    JsonObject os("type_id", kOsLinux);
    os.put("type", "Linux");
    writer_.put(os, "device.os.", "name", host.osName.empty() ? "Linux" : host.osName);
    writer_.putUnlessEmpty(os, "device.os.", "kernel_release", host.kernelRelease);
    device.put("os", os);
    return device;
  }

  // What to do, where the analysis was told in what context it happened.
  JsonObject remediation() {
    std::string actions;
    for (const Guidance& guidance : alert_.recipe->guidance) {
      if (guidance.context != rendering_.context) continue;
      for (const std::string& action : guidance.actions) {
        actions += (actions.empty() ? "" : "\n") + action;
      }
    }
    JsonObject remediation;
    writer_.putUnlessEmpty(remediation, "remediation.", "desc", actions);
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
  return OcsfJson(alert, rendering).line();
}

}  // namespace exectrail::analyzer
