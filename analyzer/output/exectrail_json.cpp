#include "analyzer/output/exectrail_json.h"

#include "analyzer/compiler/program.h"
#include "analyzer/output/wording.h"
#include "analyzer/posture/stopping.h"
#include "trace/json/ecs.h"

namespace exectrail::analyzer {
namespace {

using trace::Json;
using trace::TextWriter;

class ExectrailJson {
 public:
  ExectrailJson(const Alert& alert, const trace::Header& header, const std::string& inputsSha256,
                std::string_view context, TextWriter& writer)
      : alert_(alert),
        header_(header),
        inputsSha256_(inputsSha256),
        context_(context),
        writer_(writer) {}

  Json build() {
    Json own = trace::objectFor(32);
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
    if (alert_.amended) own["amended"] = true;
    own["exempted"] = alert_.exempted;
    if (alert_.recipe->origin) own["rule"] = ruleAsWritten(*alert_.recipe->origin);
    own["reasons"] = reasons();
    own["lineage"] = lineage();
    own["lineage_complete"] = alert_.lineageComplete;
    trace::addUnlessEmpty(own, "compliance",
                          writer_.texts("exectrail.compliance", alert_.recipe->compliance));
    trace::addLogin(own, alert_.process.login);
    const auto& cgroup = alert_.process.context->cgroup;
    if (cgroup.known()) own["cgroup"] = text("exectrail.cgroup", cgroup.value);
    addStopping(own);
    Json evidence = trace::objectFor(alert_.evidence.size());
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

 private:
  void addStopping(Json& own) {
    if (alert_.mount) {
      Json mount;
      mount["point"] = text("exectrail.mount.point", alert_.mount->point);
      mount["fs"] = text("exectrail.mount.fs", alert_.mount->fileSystem);
      mount["options"] = writer_.texts("exectrail.mount.options", alert_.mount->options);
      own["mount"] = std::move(mount);
    }
    const Stopping stopping = stoppingOf(alert_);
    if (stopping.stopped != Stopped::kSomehow) {
      own["stopped_by_mount"] = stopping.stopped == Stopped::kByMount;
    }
    if (!stopping.known) return;  // absent: nobody knows. Empty: none would have.
    Json would = Json::array();
    for (const WouldStop& each : stopping.would) {
      Json entry;
      entry["control"] = text("exectrail.would_stop.control", each.control);
      entry["effect"] = each.why;
      entry["compliance"] = each.compliance;
      would.push_back(std::move(entry));
    }
    own["would_stop"] = std::move(would);
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

  Json text(std::string_view field, std::string_view bytes) { return writer_.text(field, bytes); }

  const Alert& alert_;
  const trace::Header& header_;
  const std::string& inputsSha256_;
  std::string_view context_;
  TextWriter& writer_;
};

}  // namespace

Json exectrailJson(const Alert& alert, const trace::Header& header, const std::string& inputsSha256,
                   std::string_view context, TextWriter& writer) {
  return ExectrailJson(alert, header, inputsSha256, context, writer).build();
}

}  // namespace exectrail::analyzer
