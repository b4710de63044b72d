#include "analyzer/output/json.h"

#include "analyzer/compiler/attack.h"
#include "analyzer/compiler/program.h"
#include "analyzer/compiler/workloads.h"
#include "analyzer/engine/facts.h"
#include "analyzer/output/exectrail_json.h"
#include "analyzer/output/names.h"
#include "analyzer/output/wording.h"
#include "trace/json/ecs.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

// Elastic's own scale, so that severities of both sort together.
int severityNumber(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return 0;
    case Severity::kLow:
      return 21;
    case Severity::kMedium:
      return 47;
    case Severity::kHigh:
      return 73;
    case Severity::kCritical:
      return 99;
  }
  return 0;
}

using trace::Json;
using trace::TextWriter;

class AlertJson {
 public:
  AlertJson(const Alert& alert, const trace::Header& header, const std::string& inputsSha256,
            std::string_view context)
      : alert_(alert), header_(header), inputsSha256_(inputsSha256), context_(context) {}

  Json build() {
    Json json = trace::objectFor(16);
    json["@timestamp"] = trace::rfc3339(alert_.realtimeNs);
    json["ecs"]["version"] = trace::kEcsVersion;
    json["event"] = event();
    json["rule"] = rule();
    trace::addUnlessEmpty(json, "threat", threat());
    json["message"] = text("message", alert_.recipe->name + ": " + headline(alert_));
    json["process"] = process();
    trace::addUnlessEmpty(json, "user", trace::userJson(alert_.process.credentials));
    json["file"] = file();
    json["host"] = trace::hostJson(header_.host, writer_);
    const auto& container = alert_.process.context->containerId;
    if (container.known() && !container.value.empty()) {
      json["container"]["id"] = text("container.id", container.value);
      if (alert_.workload) addWorkload(*alert_.workload, json);
    }
    if (alert_.errorNumber != 0) json["error"]["code"] = errorName(alert_.errorNumber);
    json["exectrail"] = exectrailJson(alert_, header_, inputsSha256_, context_, writer_);
    return json;
  }

 private:
  void addWorkload(const Workload& known, Json& json) {
    Json& container = json["container"];
    trace::addUnlessEmpty(container, "name", text("container.name", known.container));
    if (!known.image.empty()) {
      container["image"]["name"] = text("container.image.name", known.image);
    }
    Json labels;
    for (const auto& [key, value] : known.labels) labels[key] = text("container.labels", value);
    trace::addUnlessEmpty(container, "labels", std::move(labels));
    Json orchestrator;
    trace::addUnlessEmpty(orchestrator, "namespace", text("orchestrator.namespace", known.space));
    if (!known.pod.empty()) {
      orchestrator["resource"]["type"] = "pod";
      orchestrator["resource"]["name"] = text("orchestrator.resource.name", known.pod);
    }
    if (!known.ownerKind.empty()) {
      orchestrator["resource"]["parent"]["type"] =
          text("orchestrator.resource.parent.type", known.ownerKind);
    }
    if (orchestrator.empty()) return;
    orchestrator["type"] = "kubernetes";
    json["orchestrator"] = std::move(orchestrator);
  }

  Json text(std::string_view field, std::string_view bytes) { return writer_.text(field, bytes); }

  Json event() const {
    Json event = trace::objectFor(16);
    event["kind"] = "alert";
    event["category"] = Json::array({"process"});
    event["type"] = Json::array({"start"});
    event["outcome"] = alert_.errorNumber == 0 ? "success" : "failure";
    event["action"] = alert_.errorNumber == 0 ? "exec" : "exec-failed";
    event["module"] = "exectrail";
    event["dataset"] = "exectrail.alert";
    event["severity"] = severityNumber(alert_.severity);
    event["id"] = alert_.id;
    return event;
  }

  Json rule() {
    const RecipeInfo& recipe = *alert_.recipe;
    Json rule = trace::objectFor(16);
    rule["name"] = text("rule.name", recipe.name);
    if (!recipe.version.empty()) rule["version"] = text("rule.version", recipe.version);
    rule["id"] = text("rule.id", recipe.name);
    rule["description"] = text("rule.description", recipe.title);
    rule["ruleset"] = "exectrail";
    rule["category"] = "recipe";
    if (recipe.origin) addOrigin(*recipe.origin, rule);
    trace::addUnlessEmpty(rule, "reference", writer_.texts("rule.reference", recipe.references));
    return rule;
  }

  // Of a rule of another tool: who wrote it, and under which id it is known.
  void addOrigin(const RuleOrigin& origin, Json& rule) {
    rule["ruleset"] = origin.ruleset;
    rule["category"] = "rule";
    if (!origin.id.empty()) rule["id"] = text("rule.id", origin.id);
    if (!origin.author.empty()) rule["author"] = Json::array({text("rule.author", origin.author)});
    if (!origin.license.empty()) rule["license"] = text("rule.license", origin.license);
  }

  Json threat() const {
    Json tacticIds = Json::array(), tacticNames = Json::array();
    Json techniqueIds = Json::array(), subtechniqueIds = Json::array();
    for (const std::string& text : alert_.recipe->attack) {
      const auto reference = parseAttack(text);
      if (!reference) continue;
      if (!reference->tactic.empty()) {
        tacticIds.push_back(reference->tactic);
        tacticNames.push_back(tacticName(reference->tactic));
      }
      if (!reference->technique.empty()) techniqueIds.push_back(reference->technique);
      if (!reference->subtechnique.empty()) subtechniqueIds.push_back(reference->subtechnique);
    }
    Json threat;
    if (tacticIds.empty() && techniqueIds.empty()) return threat;
    threat["framework"] = "MITRE ATT&CK";
    if (!tacticIds.empty()) {
      threat["tactic"] = {{"id", std::move(tacticIds)}, {"name", std::move(tacticNames)}};
    }
    if (!techniqueIds.empty()) threat["technique"]["id"] = std::move(techniqueIds);
    if (!subtechniqueIds.empty()) {
      threat["technique"]["subtechnique"]["id"] = std::move(subtechniqueIds);
    }
    return threat;
  }

  Json process() {
    Json process = image("process", alert_.process);
    if (alert_.process.sha256.known()) {
      process["hash"]["sha256"] = hex(alert_.process.sha256.value);
    }
    const ImageFacts& facts = alert_.process;
    if (facts.session.known() && facts.session.value.leaderPid != 0) {
      process["session_leader"]["pid"] = facts.session.value.leaderPid;
    }
    trace::addUnlessEmpty(process, "parent", image("process.parent", alert_.parent));
    trace::addUnlessEmpty(process, "previous", image("process.previous", alert_.previous));
    return process;
  }

  Json image(const std::string& prefix, const ImageFacts& facts) {
    const bool named = facts.executable.known() || facts.comm.known();
    return trace::imageJson(
        prefix,
        {facts.id, facts.entityId, named ? displayName(facts) : "", view(facts.executable),
         view(facts.arguments), view(facts.workingDirectory), facts.credentials},
        header_.clock, writer_);
  }

  Json file() {
    Json file = trace::objectFor(8);
    file["path"] = text("file.path", alert_.filePath.value);
    // Facts are about the file that ran. Of a script, and of what was only typed or only tried,
    // nobody has any.
    const bool ran = alert_.errorNumber == 0 && !alert_.typedPathOnly && !alert_.script &&
                     alert_.mapping == trace::MappingRole::kUnknown;
    if (!ran || !alert_.process.file.known()) return file;
    trace::addFileFacts(file, alert_.process.file.value);
    return file;
  }

  const Alert& alert_;
  const trace::Header& header_;
  const std::string& inputsSha256_;
  std::string_view context_;
  TextWriter writer_;
};

}  // namespace

std::string toJsonLine(const Alert& alert, const trace::Header& header,
                       const std::string& inputsSha256, std::string_view context) {
  return jsonLine(AlertJson(alert, header, inputsSha256, context).build());
}

}  // namespace exectrail::analyzer
