#include "analyzer/output/json.h"

#include <algorithm>

#include "analyzer/compiler/attack.h"
#include "analyzer/compiler/program.h"
#include "analyzer/engine/facts.h"
#include "analyzer/output/json_value.h"
#include "analyzer/output/wording.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

constexpr std::uint32_t kPermissionBits = 07777;

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

std::string octalMode(std::uint32_t mode) {
  std::string digits = "0000";
  mode &= kPermissionBits;
  for (std::size_t i = digits.size(); i-- > 0; mode >>= 3) {
    digits[i] = static_cast<char>('0' + (mode & 7));
  }
  return digits;
}

void addUnlessEmpty(Json& object, const char* key, Json value) {
  if (!value.empty()) object[key] = std::move(value);
}

class AlertJson {
 public:
  AlertJson(const Alert& alert, const trace::Header& header, const std::string& inputsSha256,
            std::string_view context)
      : alert_(alert), header_(header), inputsSha256_(inputsSha256), context_(context) {}

  Json build() {
    Json json;
    json["@timestamp"] = trace::rfc3339(alert_.realtimeNs);
    json["ecs"]["version"] = "8.17.0";
    json["event"] = event();
    json["rule"] = rule();
    addUnlessEmpty(json, "threat", threat());
    json["message"] = text("message", alert_.recipe->name + ": " + headline(alert_));
    json["process"] = process();
    addUnlessEmpty(json, "user", user(alert_.process));
    json["file"] = file();
    json["host"] = host();
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
    rule["version"] = recipe.version;
    rule["id"] = text("rule.id", recipe.name);
    rule["description"] = text("rule.description", recipe.title);
    rule["ruleset"] = "exectrail";
    rule["category"] = "recipe";
    addUnlessEmpty(rule, "reference", writer_.texts("rule.reference", recipe.references));
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
    addUnlessEmpty(process, "parent", image("process.parent", alert_.parent));
    addUnlessEmpty(process, "previous", image("process.previous", alert_.previous));
    return process;
  }

  Json image(const std::string& prefix, const ImageFacts& facts) {
    Json image;
    if (facts.entityId.empty()) return image;
    image["entity_id"] = facts.entityId;
    image["pid"] = facts.id.tgid;
    if (facts.id.startNs != 0) {
      image["start"] = trace::rfc3339(header_.clock.toRealtimeNs(facts.id.startNs));
    }
    if (facts.executable.known() || facts.comm.known()) {
      image["name"] = text(prefix + ".name", displayName(facts));
    }
    addText(image, "executable", prefix, facts.executable);
    addArguments(image, prefix, facts.arguments);
    addText(image, "working_directory", prefix, facts.workingDirectory);
    if (facts.credentials.known()) {
      const trace::Credentials& who = facts.credentials.value;
      image["user"]["id"] = std::to_string(who.effectiveUid);
      image["group"]["id"] = std::to_string(who.effectiveGid);
      image["real_user"]["id"] = std::to_string(who.realUid);
      image["real_group"]["id"] = std::to_string(who.realGid);
    }
    return image;
  }

  void addText(Json& object, const char* key, const std::string& prefix,
               const trace::Field<std::string>& field) {
    if (field.known()) object[key] = text(prefix + "." + key, field.value);
  }

  void addArguments(Json& object, const std::string& prefix,
                    const trace::Field<std::vector<std::string>>& field) {
    if (!field.known()) return;
    object["args"] = writer_.texts(prefix + ".args", field.value);
    if (!field.evidence.truncated()) object["args_count"] = field.value.size();
    // Its exact bytes are those of args.
    bool changed = false;
    object["command_line"] = validUtf8(commandLine(field.value), changed);
  }

  static Json user(const ImageFacts& facts) {
    Json user;
    if (!facts.credentials.known()) return user;
    const trace::Credentials& who = facts.credentials.value;
    user["id"] = std::to_string(who.realUid);
    user["group"]["id"] = std::to_string(who.realGid);
    user["effective"]["id"] = std::to_string(who.effectiveUid);
    user["effective"]["group"]["id"] = std::to_string(who.effectiveGid);
    return user;
  }

  Json file() {
    Json file;
    file["path"] = text("file.path", alert_.filePath.value);
    // Facts are about the file that ran. Of a script, and of what was only typed or only tried,
    // nobody has any.
    const bool ran = alert_.errorNumber == 0 && !alert_.typedPathOnly && !alert_.script &&
                     alert_.mapping == trace::MappingRole::kUnknown;
    if (!ran || !alert_.process.file.known()) return file;
    const trace::FileFacts& facts = alert_.process.file.value;
    file["device"] = std::to_string(facts.deviceMajor) + ":" + std::to_string(facts.deviceMinor);
    file["inode"] = std::to_string(facts.inode);
    file["uid"] = std::to_string(facts.uid);
    file["gid"] = std::to_string(facts.gid);
    file["mode"] = octalMode(facts.mode);
    file["size"] = facts.sizeBytes;
    file["ctime"] = trace::rfc3339(facts.changeTimeNs);
    return file;
  }

  Json host() {
    const trace::Host& from = header_.host;
    Json host;
    if (!from.name.empty()) host["name"] = text("host.name", from.name);
    if (!from.machineId.empty()) host["id"] = text("host.id", from.machineId);
    if (!from.architecture.empty()) {
      host["architecture"] = text("host.architecture", from.architecture);
    }
    host["os"]["type"] = "linux";
    if (!from.osName.empty()) host["os"]["full"] = text("host.os.full", from.osName);
    if (!from.kernelRelease.empty()) {
      host["os"]["kernel"] = text("host.os.kernel", from.kernelRelease);
    }
    host["boot"]["id"] = trace::toString(from.bootId);
    return host;
  }

  Json exectrail() {
    Json own;
    own["trace_id"] = trace::toString(header_.recordingId);
    own["inputs_sha256"] = inputsSha256_;
    own["recipe"] = text("exectrail.recipe", alert_.recipe->name);
    own["severity"] = name(alert_.severity);
    addUnlessEmpty(own, "class", alert_.directoryClass);
    if (alert_.suppressed != 0) own["suppressed"] = alert_.suppressed;
    if (alert_.mapping == trace::MappingRole::kLoaderTarget) own["mapping"] = "loader_target";
    if (alert_.mapping == trace::MappingRole::kLibrary) own["mapping"] = "library";
    addText(own, "typed_path", "exectrail", alert_.typedPath);
    if (alert_.typedPathOnly) own["typed_path_only"] = true;
    if (alert_.script) own["script"] = true;
    own["result"] = errorName(alert_.errorNumber);
    if (alert_.errorNumber != 0) own["attempt"] = attempt();
    own["exempted"] = alert_.exempted;
    own["reasons"] = reasons();
    own["lineage"] = lineage();
    own["lineage_complete"] = alert_.lineageComplete;
    addUnlessEmpty(own, "compliance",
                   writer_.texts("exectrail.compliance", alert_.recipe->compliance));
    addLogin(own);
    Json evidence = Json::object();
    for (const auto& [field, evidenceClass] : alert_.evidence) {
      evidence[field] = trace::name(evidenceClass);
    }
    own["evidence"] = std::move(evidence);
    addUnlessEmpty(own, "truncated", alert_.truncated);
    addUnlessEmpty(own, "after_gap", alert_.afterGap);
    own["gaps"] = gaps();
    own["unknown"] = unknown();
    addGuidance(own);
    addUnlessEmpty(own, "bytes", writer_.exactBytes());
    return own;
  }

  void addGuidance(Json& own) {
    for (const Guidance& from : alert_.recipe->guidance) {
      if (from.context != context_) continue;
      Json guidance;
      guidance["context"] = from.context;
      addUnlessEmpty(guidance, "implications",
                     writer_.texts("exectrail.guidance.implications", from.implications));
      addUnlessEmpty(guidance, "actions",
                     writer_.texts("exectrail.guidance.actions", from.actions));
      own["guidance"] = std::move(guidance);
    }
  }

  Json attempt() {
    Json attempt;
    attempt["number"] = alert_.attemptNumber;
    addArguments(attempt, "exectrail.attempt", alert_.attemptArguments);
    addText(attempt, "working_directory", "exectrail.attempt", alert_.attemptWorkingDirectory);
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

  void addLogin(Json& own) const {
    const trace::Field<trace::Login>& login = alert_.process.login;
    if (!login.known() || login.value.uid == trace::kLoginNotSet) return;
    own["login"]["user_id"] = std::to_string(login.value.uid);
    if (login.value.sessionId != trace::kLoginNotSet) {
      own["login"]["session_id"] = login.value.sessionId;
    }
  }

  Json gaps() const {
    Json gaps = Json::array();
    for (const trace::Gap& from : alert_.gaps) {
      Json gap;
      gap["source"] = trace::name(from.source);
      gap["from"] = trace::rfc3339(header_.clock.toRealtimeNs(from.fromNs));
      gap["to"] = trace::rfc3339(header_.clock.toRealtimeNs(from.toNs));
      if (from.lostEvents != 0) gap["lost_events"] = from.lostEvents;
      gaps.push_back(std::move(gap));
    }
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
