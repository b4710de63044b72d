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

using trace::JsonArray;
using trace::JsonObject;
using trace::TextWriter;

class AlertJson {
 public:
  AlertJson(const Alert& alert, const trace::Header& header, const std::string& inputsSha256,
            std::string_view context)
      : alert_(alert), header_(header), inputsSha256_(inputsSha256), context_(context) {}

  std::string line() {
    JsonObject json("@timestamp", trace::rfc3339(alert_.realtimeNs));
    json.put("ecs", JsonObject("version", trace::kEcsVersion));
    json.put("event", event());
    json.put("rule", rule());
    json.putUnlessEmpty("threat", threat());
    writer_.put(json, "", "message", alert_.recipe->name + ": " + headline(alert_));
    json.put("process", process());
    json.putUnlessEmpty("user", trace::userJson(alert_.process.credentials));
    json.put("file", file());
    json.put("host", trace::hostJson(header_.host, writer_));
    const auto& container = alert_.process.context->containerId;
    if (container.known() && !container.value.empty()) {
      json.put("container", containerJson(container.value));
      if (alert_.workload) json.putUnlessEmpty("orchestrator", orchestrator(*alert_.workload));
    }
    if (alert_.errorNumber != 0) {
      json.put("error", JsonObject("code", errorName(alert_.errorNumber)));
    }
    json.put("exectrail", exectrailJson(alert_, header_, inputsSha256_, context_, writer_));
    return json.asciiLine();
  }

 private:
  JsonObject containerJson(std::string_view id) {
    JsonObject container;
    writer_.put(container, "container.", "id", id);
    if (!alert_.workload) return container;
    const Workload& known = *alert_.workload;
    writer_.putUnlessEmpty(container, "container.", "name", known.container);
    JsonObject image;
    writer_.putUnlessEmpty(image, "container.image.", "name", known.image);
    container.putUnlessEmpty("image", image);
    JsonObject labels;
    for (const auto& [key, value] : known.labels) {
      writer_.put(labels, "container.labels.", key, value);
    }
    container.putUnlessEmpty("labels", labels);
    return container;
  }

  JsonObject orchestrator(const Workload& known) {
    JsonObject orchestrator, resource, parent;
    writer_.putUnlessEmpty(orchestrator, "orchestrator.", "namespace", known.space);
    if (!known.pod.empty()) {
      resource.put("type", "pod");
      writer_.put(resource, "orchestrator.resource.", "name", known.pod);
    }
    writer_.putUnlessEmpty(parent, "orchestrator.resource.parent.", "type", known.ownerKind);
    resource.putUnlessEmpty("parent", parent);
    orchestrator.putUnlessEmpty("resource", resource);
    if (!orchestrator.empty()) orchestrator.put("type", "kubernetes");
    return orchestrator;
  }

  JsonObject event() const {
    JsonObject event;
    event.put("kind", "alert");
    event.put("category", std::vector<const char*>{"process"});
    event.put("type", std::vector<const char*>{"start"});
    event.put("outcome", alert_.errorNumber == 0 ? "success" : "failure");
    event.put("action", alert_.errorNumber == 0 ? "exec" : "exec-failed");
    event.put("module", "exectrail");
    event.put("dataset", "exectrail.alert");
    event.put("severity", severityNumber(alert_.severity));
    event.put("id", alert_.id);
    return event;
  }

  // A rule of another tool has its own id there, and somebody who wrote it.
  JsonObject rule() {
    const RecipeInfo& recipe = *alert_.recipe;
    const bool foreign = recipe.origin.has_value();
    const bool ownId = !foreign || recipe.origin->id.empty();
    JsonObject rule;
    writer_.put(rule, "rule.", "name", recipe.name);
    writer_.putUnlessEmpty(rule, "rule.", "version", recipe.version);
    writer_.put(rule, "rule.", "id", ownId ? recipe.name : recipe.origin->id);
    writer_.put(rule, "rule.", "description", recipe.title);
    rule.put("ruleset", foreign ? recipe.origin->ruleset : "exectrail");
    rule.put("category", foreign ? "rule" : "recipe");
    if (foreign && !recipe.origin->author.empty()) {
      writer_.put(rule, "rule.", "author", std::vector<std::string>{recipe.origin->author});
    }
    if (foreign) writer_.putUnlessEmpty(rule, "rule.", "license", recipe.origin->license);
    writer_.putUnlessEmpty(rule, "rule.", "reference", recipe.references);
    return rule;
  }

  JsonObject threat() const {
    JsonArray tacticIds, tacticNames, techniqueIds, subtechniqueIds;
    for (const std::string& text : alert_.recipe->attack) {
      const auto reference = parseAttack(text);
      if (!reference) continue;
      if (!reference->tactic.empty()) {
        tacticIds.add(reference->tactic);
        tacticNames.add(tacticName(reference->tactic));
      }
      if (!reference->technique.empty()) techniqueIds.add(reference->technique);
      if (!reference->subtechnique.empty()) subtechniqueIds.add(reference->subtechnique);
    }
    JsonObject threat, technique;
    if (tacticIds.empty() && techniqueIds.empty()) return threat;
    threat.put("framework", "MITRE ATT&CK");
    if (!tacticIds.empty()) {
      JsonObject tactic("id", tacticIds);
      tactic.put("name", tacticNames);
      threat.put("tactic", tactic);
    }
    technique.putUnlessEmpty("id", techniqueIds);
    if (!subtechniqueIds.empty()) {
      technique.put("subtechnique", JsonObject("id", subtechniqueIds));
    }
    threat.putUnlessEmpty("technique", technique);
    return threat;
  }

  JsonObject process() {
    JsonObject process = image("process.", alert_.process);
    if (alert_.process.sha256.known()) {
      process.put("hash", JsonObject("sha256", hex(alert_.process.sha256.value)));
    }
    const ImageFacts& facts = alert_.process;
    if (facts.session.known() && facts.session.value.leaderPid != 0) {
      process.put("session_leader", JsonObject("pid", facts.session.value.leaderPid));
    }
    process.putUnlessEmpty("parent", image("process.parent.", alert_.parent));
    process.putUnlessEmpty("previous", image("process.previous.", alert_.previous));
    return process;
  }

  JsonObject image(std::string_view path, const ImageFacts& facts) {
    const bool named = facts.executable.known() || facts.comm.known();
    return trace::imageJson(
        path,
        {facts.id, facts.entityId, named ? displayName(facts) : "", view(facts.executable),
         view(facts.arguments), view(facts.workingDirectory), facts.credentials},
        header_.clock, writer_);
  }

  JsonObject file() {
    JsonObject file;
    writer_.put(file, "file.", "path", alert_.filePath.value);
    // Facts are about the file that ran. Of a script, and of what was only typed or only tried,
    // nobody has any.
    const bool ran = alert_.errorNumber == 0 && !alert_.typedPathOnly && !alert_.script &&
                     alert_.mapping == trace::MappingRole::kUnknown;
    if (!ran || !alert_.process.file.known()) return file;
    trace::putFileFacts(file, alert_.process.file.value);
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
  return AlertJson(alert, header, inputsSha256, context).line();
}

}  // namespace exectrail::analyzer
