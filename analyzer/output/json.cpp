#include "analyzer/output/json.h"

#include "analyzer/compiler/attack.h"
#include "analyzer/compiler/program.h"
#include "analyzer/engine/facts.h"
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

using trace::Bytes;
using trace::Field;
using trace::Json;
using trace::TextWriter;

Field<Bytes> view(const Field<std::string>& field) { return {field.value, field.evidence}; }

Field<trace::Arguments> view(const Field<std::vector<std::string>>& field) {
  return {trace::Arguments(field.value.begin(), field.value.end()), field.evidence};
}

class AlertJson {
 public:
  AlertJson(const Alert& alert, const trace::Header& header, const std::string& inputsSha256,
            std::string_view context)
      : alert_(alert), header_(header), inputsSha256_(inputsSha256), context_(context) {}

  Json build() {
    Json json;
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
    if (alert_.errorNumber != 0) json["error"]["code"] = errorName(alert_.errorNumber);
    json["exectrail"] = exectrail();
    return json;
  }

 private:
  Json text(const std::string& field, std::string_view bytes) { return writer_.text(field, bytes); }

  Json event() const {
    Json event;
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
    Json rule;
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

  // What its author said of it, and ECS has no name for.
  Json ruleAsWritten(const RuleOrigin& origin) {
    Json rule;
    rule["source"] = text("exectrail.rule.source", origin.source);
    if (!origin.status.empty()) rule["status"] = text("exectrail.rule.status", origin.status);
    trace::addUnlessEmpty(rule, "tags", writer_.texts("exectrail.rule.tags", origin.tags));
    if (!origin.action.empty()) rule["action"] = text("exectrail.rule.action", origin.action);
    if (!origin.message.empty()) rule["message"] = text("exectrail.rule.message", origin.message);
    if (origin.severity != 0) rule["severity"] = origin.severity;
    return rule;
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
    Json file;
    file["path"] = text("file.path", alert_.filePath.value);
    // Facts are about the file that ran. Of a script, and of what was only typed or only tried,
    // nobody has any.
    const bool ran = alert_.errorNumber == 0 && !alert_.typedPathOnly && !alert_.script &&
                     alert_.mapping == trace::MappingRole::kUnknown;
    if (!ran || !alert_.process.file.known()) return file;
    trace::addFileFacts(file, alert_.process.file.value);
    return file;
  }

  Json exectrail() {
    Json own;
    own["trace_id"] = trace::toString(header_.recordingId);
    own["inputs_sha256"] = inputsSha256_;
    own["recipe"] = text("exectrail.recipe", alert_.recipe->name);
    own["severity"] = name(alert_.severity);
    trace::addUnlessEmpty(own, "class", alert_.directoryClass);
    if (alert_.suppressed != 0) own["suppressed"] = alert_.suppressed;
    if (alert_.mapping == trace::MappingRole::kLoaderTarget) own["mapping"] = "loader_target";
    if (alert_.mapping == trace::MappingRole::kLibrary) own["mapping"] = "library";
    trace::addText(own, "typed_path", "exectrail", view(alert_.typedPath), writer_);
    if (alert_.typedPathOnly) own["typed_path_only"] = true;
    if (alert_.script) own["script"] = true;
    own["result"] = errorName(alert_.errorNumber);
    if (alert_.errorNumber != 0) own["attempt"] = attempt();
    own["exempted"] = alert_.exempted;
    if (alert_.recipe->origin) own["rule"] = ruleAsWritten(*alert_.recipe->origin);
    own["reasons"] = reasons();
    own["lineage"] = lineage();
    own["lineage_complete"] = alert_.lineageComplete;
    trace::addUnlessEmpty(own, "compliance",
                          writer_.texts("exectrail.compliance", alert_.recipe->compliance));
    trace::addLogin(own, alert_.process.login);
    Json evidence = Json::object();
    for (const auto& [field, evidenceClass] : alert_.evidence) {
      evidence[field] = trace::name(evidenceClass);
    }
    own["evidence"] = std::move(evidence);
    trace::addUnlessEmpty(own, "truncated", alert_.truncated);
    trace::addUnlessEmpty(own, "after_gap", alert_.afterGap);
    own["gaps"] = gaps();
    own["unknown"] = unknown();
    addGuidance(own);
    trace::addUnlessEmpty(own, "bytes", writer_.exactBytes());
    return own;
  }

  void addGuidance(Json& own) {
    for (const Guidance& from : alert_.recipe->guidance) {
      if (from.context != context_) continue;
      Json guidance;
      guidance["context"] = from.context;
      trace::addUnlessEmpty(guidance, "implications",
                            writer_.texts("exectrail.guidance.implications", from.implications));
      trace::addUnlessEmpty(guidance, "actions",
                            writer_.texts("exectrail.guidance.actions", from.actions));
      own["guidance"] = std::move(guidance);
    }
  }

  Json attempt() {
    Json attempt;
    attempt["number"] = alert_.attemptNumber;
    trace::addArguments(attempt, "exectrail.attempt", view(alert_.attemptArguments), writer_);
    trace::addText(attempt, "working_directory", "exectrail.attempt",
                   view(alert_.attemptWorkingDirectory), writer_);
    return attempt;
  }

  Json reasons() {
    Json reasons = Json::array();
    for (std::size_t i = 0; i < alert_.reasons.size(); ++i) {
      const Reason& from = alert_.reasons[i];
      const std::string prefix = "exectrail.reasons." + std::to_string(i);
      Json reason;
      reason["name"] = from.name;
      reason["effect"] = from.effect;
      reason["because"] = text(prefix + ".because", from.because);
      if (!from.source.empty()) reason["source"] = text(prefix + ".source", from.source);
      reasons.push_back(std::move(reason));
    }
    return reasons;
  }

  Json lineage() {
    Json lineage = Json::array();
    for (std::size_t i = 0; i < alert_.lineage.size(); ++i) {
      const LineageEntry& from = alert_.lineage[i];
      const std::string prefix = "exectrail.lineage." + std::to_string(i);
      Json entry;
      entry["pid"] = from.image.tgid;
      entry["name"] = text(prefix + ".name", from.name);
      if (!from.executable.empty()) {
        entry["executable"] = text(prefix + ".executable", from.executable);
      }
      entry["edge"] = from.edge;
      lineage.push_back(std::move(entry));
    }
    return lineage;
  }

  Json gaps() const {
    Json gaps = Json::array();
    for (const trace::Gap& gap : alert_.gaps) gaps.push_back(trace::gapJson(gap, header_.clock));
    return gaps;
  }

  Json unknown() {
    Json unknown = Json::array();
    for (const std::string& condition : alert_.unknown) {
      Json entry;
      entry["name"] = condition;
      const auto found = alert_.unknownBecause.find(condition);
      if (found != alert_.unknownBecause.end()) {
        entry["missing"] = text("exectrail.unknown." + condition, found->second);
      }
      unknown.push_back(std::move(entry));
    }
    return unknown;
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
  return AlertJson(alert, header, inputsSha256, context).build().dump() + "\n";
}

}  // namespace exectrail::analyzer
