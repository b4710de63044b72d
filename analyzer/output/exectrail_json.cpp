#include "analyzer/output/exectrail_json.h"

#include "analyzer/compiler/program.h"
#include "analyzer/output/wording.h"
#include "analyzer/posture/stopping.h"
#include "trace/json/ecs.h"

namespace exectrail::analyzer {
namespace {

using trace::JsonArray;
using trace::JsonObject;
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

  JsonObject build() {
    JsonObject own;
    own.put("trace_id", trace::toString(header_.recordingId));
    own.put("inputs_sha256", inputsSha256_);
    writer_.put(own, "exectrail.", "recipe", alert_.recipe->name);
    own.put("severity", name(alert_.severity));
    own.putUnlessEmpty("class", alert_.directoryClass);
    if (alert_.suppressed != 0) own.put("suppressed", alert_.suppressed);
    if (alert_.mapping == trace::MappingRole::kLoaderTarget) own.put("mapping", "loader_target");
    if (alert_.mapping == trace::MappingRole::kLibrary) own.put("mapping", "library");
    trace::putText(own, "exectrail.", "typed_path", view(alert_.typedPath), writer_);
    if (alert_.typedPathOnly) own.put("typed_path_only", true);
    if (alert_.script) own.put("script", true);
    own.put("result", errorName(alert_.errorNumber));
    if (alert_.errorNumber != 0) own.put("attempt", attempt());
    if (alert_.amended) own.put("amended", true);
    own.put("exempted", alert_.exempted);
    if (alert_.recipe->origin) own.put("rule", ruleAsWritten(*alert_.recipe->origin));
    own.put("reasons", reasons());
    own.put("lineage", lineage());
    own.put("lineage_complete", alert_.lineageComplete);
    writer_.putUnlessEmpty(own, "exectrail.", "compliance", alert_.recipe->compliance);
    trace::putLogin(own, alert_.process.login);
    const auto& cgroup = alert_.process.context->cgroup;
    if (cgroup.known()) writer_.put(own, "exectrail.", "cgroup", cgroup.value);
    putStopping(own);
    JsonObject evidence;
    for (const auto& [field, evidenceClass] : alert_.evidence) {
      evidence.put(field, trace::name(evidenceClass));
    }
    own.put("evidence", evidence);
    own.putUnlessEmpty("truncated", alert_.truncated);
    own.putUnlessEmpty("after_gap", alert_.afterGap);
    own.put("gaps", gaps());
    own.put("unknown", unknown());
    putGuidance(own);
    writer_.putExactBytesAs(own, "bytes");
    return own;
  }

 private:
  void putStopping(JsonObject& own) {
    if (alert_.mount) {
      JsonObject mount;
      writer_.put(mount, "exectrail.mount.", "point", alert_.mount->point);
      writer_.put(mount, "exectrail.mount.", "fs", alert_.mount->fileSystem);
      writer_.put(mount, "exectrail.mount.", "options", alert_.mount->options);
      own.put("mount", mount);
    }
    const Stopping stopping = stoppingOf(alert_);
    if (stopping.stopped != Stopped::kSomehow) {
      own.put("stopped_by_mount", stopping.stopped == Stopped::kByMount);
    }
    if (!stopping.known) return;  // absent: nobody knows. Empty: none would have.
    JsonArray would;
    for (const WouldStop& each : stopping.would) {
      JsonObject entry;
      writer_.put(entry, "exectrail.would_stop.", "control", each.control);
      entry.put("effect", each.why);
      entry.put("compliance", each.compliance);
      would.add(entry);
    }
    own.put("would_stop", would);
  }

  void putGuidance(JsonObject& own) {
    for (const Guidance& from : alert_.recipe->guidance) {
      if (from.context != context_) continue;
      JsonObject guidance("context", from.context);
      writer_.putUnlessEmpty(guidance, "exectrail.guidance.", "implications", from.implications);
      writer_.putUnlessEmpty(guidance, "exectrail.guidance.", "actions", from.actions);
      own.put("guidance", guidance);
      return;
    }
  }

  JsonObject attempt() {
    JsonObject attempt("number", alert_.attemptNumber);
    trace::putArguments(attempt, "exectrail.attempt.", view(alert_.attemptArguments), writer_);
    trace::putText(attempt, "exectrail.attempt.", "working_directory",
                   view(alert_.attemptWorkingDirectory), writer_);
    return attempt;
  }

  // What its author said of it, and ECS has no name for.
  JsonObject ruleAsWritten(const RuleOrigin& origin) {
    JsonObject rule;
    writer_.put(rule, "exectrail.rule.", "source", origin.source);
    writer_.putUnlessEmpty(rule, "exectrail.rule.", "status", origin.status);
    writer_.putUnlessEmpty(rule, "exectrail.rule.", "tags", origin.tags);
    writer_.putUnlessEmpty(rule, "exectrail.rule.", "action", origin.action);
    writer_.putUnlessEmpty(rule, "exectrail.rule.", "message", origin.message);
    if (origin.severity != 0) rule.put("severity", origin.severity);
    return rule;
  }

  JsonArray reasons() {
    JsonArray reasons;
    for (std::size_t i = 0; i < alert_.reasons.size(); ++i) {
      const Reason& from = alert_.reasons[i];
      const std::string path = "exectrail.reasons." + std::to_string(i) + ".";
      JsonObject reason("name", from.name);
      reason.put("effect", from.effect);
      writer_.put(reason, path, "because", from.because);
      writer_.putUnlessEmpty(reason, path, "source", from.source);
      reasons.add(reason);
    }
    return reasons;
  }

  JsonArray lineage() {
    JsonArray lineage;
    for (std::size_t i = 0; i < alert_.lineage.size(); ++i) {
      const LineageEntry& from = alert_.lineage[i];
      const std::string path = "exectrail.lineage." + std::to_string(i) + ".";
      JsonObject entry("pid", from.image.tgid);
      writer_.put(entry, path, "name", from.name);
      writer_.putUnlessEmpty(entry, path, "executable", from.executable);
      entry.put("edge", from.edge);
      lineage.add(entry);
    }
    return lineage;
  }

  JsonArray gaps() const {
    JsonArray gaps;
    for (const trace::Gap& gap : alert_.gaps) gaps.add(trace::gapJson(gap, header_.clock));
    return gaps;
  }

  JsonArray unknown() {
    JsonArray unknown;
    for (const std::string& condition : alert_.unknown) {
      JsonObject entry("name", condition);
      const auto found = alert_.unknownBecause.find(condition);
      if (found != alert_.unknownBecause.end()) {
        writer_.put(entry, "exectrail.unknown." + condition + ".", "missing", found->second);
      }
      unknown.add(entry);
    }
    return unknown;
  }

  const Alert& alert_;
  const trace::Header& header_;
  const std::string& inputsSha256_;
  std::string_view context_;
  TextWriter& writer_;
};

}  // namespace

JsonObject exectrailJson(const Alert& alert, const trace::Header& header,
                         const std::string& inputsSha256, std::string_view context,
                         TextWriter& writer) {
  return ExectrailJson(alert, header, inputsSha256, context, writer).build();
}

}  // namespace exectrail::analyzer
