#include "analyzer/output/falco.h"

#include <concepts>
#include <map>

#include "analyzer/compiler/attack.h"
#include "analyzer/compiler/program.h"
#include "analyzer/compiler/workloads.h"
#include "analyzer/output/exectrail_json.h"
#include "analyzer/output/falco_template.h"
#include "analyzer/output/names.h"
#include "analyzer/output/wording.h"
#include "trace/escape.h"
#include "trace/json/ecs.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

using namespace std::string_view_literals;
using trace::JsonObject;

constexpr std::size_t kShownContainerId = 12;  // characters, as container runtimes shorten it
constexpr std::size_t kTimeOfDay = 11;         // where it begins in RFC 3339

const char* priorityOf(Severity severity) {
  switch (severity) {
    case Severity::kCritical:
      return "Critical";
    case Severity::kHigh:
      return "Warning";
    case Severity::kMedium:
      return "Notice";
    case Severity::kLow:
      return "Informational";
    case Severity::kInfo:
      return "Debug";
  }
  return "Debug";
}

class FalcoJson {
 public:
  FalcoJson(const Alert& alert, const trace::Header& header) : alert_(alert), header_(header) {}

  std::string line() {
    fields();
    JsonObject out;
    writer_.putUnlessEmpty(out, "", "hostname", header_.host.name);
    out.put("output", output());
    out.put("priority", priority());
    writer_.put(out, "", "rule", rule() ? alert_.recipe->origin->id : alert_.recipe->name);
    out.put("source", "syscall");
    writer_.put(out, "", "tags", tags());
    out.put("time", trace::rfc3339(alert_.realtimeNs));
    writer_.putExactBytes(fields_, "exectrail.bytes.");
    out.put("output_fields", fields_);
    return out.asciiLine();
  }

 private:
  // Whether what alerts is a rule of Falco.
  bool rule() const { return alert_.recipe->origin && !alert_.recipe->origin->priority.empty(); }

  std::string priority() const {
    if (!rule()) return priorityOf(alert_.severity);
    std::string text = folded(alert_.recipe->origin->priority);
    if (text == "info") text = "informational";
    text.front() = static_cast<char>(text.front() - 'a' + 'A');  // the loader knows it
    return text;
  }

  std::optional<std::string> valueOf(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? furtherField(alert_, name) : found->second;
  }

  void put(const std::string& field, std::string_view bytes) {
    writer_.put(fields_, "", field, bytes);
    values_[field] = bytes;
  }

  void put(const std::string& field, std::integral auto value) {
    fields_.put(field, value);
    values_[field] = trace::toJson(value);
  }

  void put(const std::string& field, const trace::Field<std::string>& value) {
    if (value.known()) put(field, value.value);
  }

  void put(const std::string& field, const trace::Field<std::vector<std::string>>& arguments) {
    if (arguments.known()) put(field, trace::commandLine(view(arguments).value));
  }

  void fields() {
    const ImageFacts& facts = alert_.process;
    const bool failed = alert_.errorNumber != 0;
    put("evt.time", alert_.realtimeNs);
    put("evt.type", alert_.mapping == trace::MappingRole::kUnknown ? "execve"sv : "mmap"sv);
    put("evt.res", failed ? trace::errorName(alert_.errorNumber) : "SUCCESS");
    put("evt.arg.filename", alert_.filePath.value);
    put("proc.name", facts.name);
    put("proc.exepath", facts.executable);
    put("proc.cmdline", failed ? alert_.attemptArguments : facts.arguments);
    put("proc.cwd", failed ? alert_.attemptWorkingDirectory : facts.workingDirectory);
    put("proc.pid", facts.id.tgid);
    if (facts.session.known()) {
      put("proc.tty", facts.session.value.terminal);
      put("proc.sid", facts.session.value.leaderPid);
    }
    if (!alert_.parent.entityId.empty()) {
      put("proc.ppid", alert_.parent.id.tgid);
      put("proc.pname", alert_.parent.name);
      put("proc.pexepath", alert_.parent.executable);
      put("proc.pcmdline", alert_.parent.arguments);
    }
    user();
    const auto& container = facts.context->containerId;
    if (container.known()) {
      put("container.id", container.value.empty()
                              ? "host"
                              : std::string_view(container.value).substr(0, kShownContainerId));
    }
    if (alert_.workload) workload(*alert_.workload);
    own();
  }

  void workload(const Workload& known) {
    const auto given = [this](const char* field, const std::string& value) {
      if (!value.empty()) put(field, value);
    };
    given("container.name", known.container);
    given("container.image", known.image);
    given("k8s.ns.name", known.space);
    given("k8s.pod.name", known.pod);
  }

  void user() {
    const ImageFacts& facts = alert_.process;
    if (facts.credentials.known()) {
      const std::uint32_t uid = facts.credentials.value.effectiveUid;
      put("user.uid", uid);
      put("group.gid", facts.credentials.value.effectiveGid);
      const std::string_view name = userName(header_.host, uid);
      if (!name.empty()) put("user.name", name);
    }
    // Falco has -1 for nobody.
    if (facts.login.known()) {
      const std::uint32_t uid = facts.login.value.uid;
      put("user.loginuid", uid == trace::kLoginNotSet ? std::int64_t{-1} : std::int64_t{uid});
    }
  }

  void own() {
    put("exectrail.id", alert_.id);
    put("exectrail.severity", name(alert_.severity));
    if (!alert_.directoryClass.empty()) put("exectrail.class", alert_.directoryClass);
    std::string reasons;
    for (const Reason& reason : alert_.reasons) {
      reasons += (reasons.empty() ? "" : ",") + reason.name;
    }
    put("exectrail.reasons", reasons);
    put("exectrail.lineage", lineageText(alert_));
    if (alert_.suppressed != 0) put("exectrail.suppressed", alert_.suppressed);
    if (alert_.exempted) put("exectrail.exempted", true);
    if (!alert_.gaps.empty()) put("exectrail.gaps", alert_.gaps.size());
    if (!alert_.unknown.empty()) {
      writer_.put(fields_, "", "exectrail.unknown", alert_.unknown);
      values_["exectrail.unknown"] = trace::toJson(alert_.unknown);
    }
  }

  // The line that Falco would print. Other programs print it as it is: nothing in it may control a
  // terminal.
  std::string output() const {
    std::string text = trace::rfc3339(alert_.realtimeNs).substr(kTimeOfDay);
    text.pop_back();  // Z
    if (rule() && !alert_.recipe->origin->output.empty()) {
      const auto value = [this](std::string_view name) { return valueOf(name); };
      return text + ": " + priority() + " " +
             trace::escapeForTerminal(filled(alert_.recipe->origin->output, value));
    }
    text += std::string(": ") + priorityOf(alert_.severity) + " " + alert_.recipe->title + " (" +
            trace::escapeForTerminal(headline(alert_));
    if (alert_.process.credentials.known()) {
      const std::uint32_t uid = alert_.process.credentials.value.effectiveUid;
      text += " | user_uid=" + std::to_string(uid);
      const std::string_view name = userName(header_.host, uid);
      if (!name.empty()) text += " user=" + trace::escapeForTerminal(name);
    }
    text += " pid=" + std::to_string(alert_.process.id.tgid);
    const auto& arguments =
        alert_.errorNumber == 0 ? alert_.process.arguments : alert_.attemptArguments;
    if (arguments.known()) {
      text += " command=" + trace::escapeForTerminal(trace::commandLine(view(arguments).value));
    }
    text += " lineage=" + trace::escapeForTerminal(lineageText(alert_));
    return text + ")";
  }

  // ATT&CK as the rules of Falco tag it: "TA0005", "T1564".
  // A rule keeps its own.
  std::vector<std::string> tags() const {
    if (rule()) return alert_.recipe->origin->tags;
    std::vector<std::string> tags = {"exectrail"};
    for (const std::string& text : alert_.recipe->attack) {
      const auto reference = parseAttack(text);
      if (!reference) continue;
      if (!reference->tactic.empty()) tags.emplace_back(reference->tactic);
      if (!reference->subtechnique.empty()) {
        tags.emplace_back(reference->subtechnique);
      } else if (!reference->technique.empty()) {
        tags.emplace_back(reference->technique);
      }
    }
    tags.insert(tags.end(), alert_.recipe->compliance.begin(), alert_.recipe->compliance.end());
    return tags;
  }

  const Alert& alert_;
  const trace::Header& header_;
  trace::TextWriter writer_;
  JsonObject fields_;
  std::map<std::string, std::string, std::less<>> values_;  // of fields_, as a template has them
};

}  // namespace

std::string toFalcoLine(const Alert& alert, const trace::Header& header) {
  return FalcoJson(alert, header).line();
}

}  // namespace exectrail::analyzer
