#include "analyzer/output/text.h"

#include "analyzer/compiler/program.h"
#include "analyzer/compiler/workloads.h"
#include "analyzer/output/names.h"
#include "analyzer/output/text_parts.h"
#include "analyzer/output/wording.h"
#include "analyzer/paths/path.h"
#include "analyzer/posture/stopping.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

using trace::EvidenceClass;

constexpr std::size_t kMaxAncestor = 60;  // characters of the parent's arguments in the chain
constexpr std::size_t kMaxChain = 12;     // images shown, from the outermost and the innermost
constexpr std::uint32_t kPermissionBits = 07777;
constexpr std::size_t kShownId = 12;    // digits of an alert's id, enough to name it
constexpr std::size_t kShownHash = 16;  // digits of a SHA-256

class Writer {
 public:
  Writer(const Alert& alert, const Rendering& rendering)
      : alert_(alert),
        header_(rendering.header),
        colour_(rendering.colour),
        context_(rendering.context),
        again_(rendering.again) {}

  std::string write() {
    writeHeader();
    row(alert_.errorNumber == 0 ? "ran" : "tried", ranText());
    row("file", fileText());
    row("by", byText());
    row("chain", chainText());
    row("why", whyText());
    row("rule", ruleText());
    row("sure", sureText(alert_));
    row("stopped", trace::escapeForTerminal(describe(stoppingOf(alert_), alert_)));
    writeGuidance();
    writeNext();
    return text_;
  }

 private:
  void writeHeader() {
    const std::string severity = pad(upper(name(alert_.severity)), kLabelWidth - 1);
    text_ +=
        colour_ ? std::string(colourOf(alert_.severity)) + severity + "\033[0m " : severity + " ";
    text_ += alert_.recipe->name + "  " + trace::escapeForTerminal(headline(alert_));
    if (!header_.host.name.empty()) text_ += "  " + trace::escapeForTerminal(header_.host.name);
    text_ += "  " + trace::readableTime(alert_.realtimeNs) + "\n";
  }

  // What it means and what to do, where the analysis was told in what context it happened.
  void writeGuidance() {
    for (const Guidance& guidance : alert_.recipe->guidance) {
      if (guidance.context != context_) continue;
      for (const std::string& line : guidance.implications) row("means", line);
      for (const std::string& line : guidance.actions) row("do", line);
    }
  }

  // What can be typed now. Only a genuine parent makes an exemption possible.
  void writeNext() {
    if (again_.empty()) return;
    const std::string what = alert_.id.substr(0, kShownId) + " " + std::string(again_);
    row("next", "exectrail recipes explain " + what);
    const ImageFacts& parent = alert_.parent;
    const bool genuine =
        parent.executable.known() && parent.file.known() && parent.file.value.uid == 0;
    if (genuine && !alert_.exempted && alert_.mapping == trace::MappingRole::kUnknown) {
      row("", "exectrail recipes except  " + what + " --reason … --until …");
    }
  }

  void row(const std::string& label, const std::string& value) {
    if (value.empty()) return;
    text_ += "  " +
             (colour_ ? "\033[2m" + pad(label, kLabelWidth) + "\033[0m" : pad(label, kLabelWidth)) +
             value + "\n";
  }

  EvidenceClass evidenceOf(const std::string& field) const {
    const auto found = alert_.evidence.find(field);
    return found == alert_.evidence.end() ? EvidenceClass::kUnknown : found->second;
  }

  std::string bracket(std::initializer_list<std::pair<const char*, const char*>> fields) const {
    std::string text;
    for (const auto& [label, field] : fields) {
      const EvidenceClass evidenceClass = evidenceOf(field);
      if (evidenceClass == EvidenceClass::kUnknown) continue;
      text += (text.empty() ? "" : ", ") + std::string(label) + " [" +
              std::string(trace::name(evidenceClass)) + "]";
    }
    return text.empty() ? text : "   " + text;
  }

  std::string ranText() const {
    const auto& arguments =
        alert_.errorNumber == 0 ? alert_.process.arguments : alert_.attemptArguments;
    std::string text;
    if (arguments.known()) {
      text = cut(words(arguments.value, 0), kMaxCommand);
    } else if (alert_.typedPath.known()) {
      text = trace::escapeForTerminal(alert_.typedPath.value) + " (arguments not known)";
    } else {
      text = "(arguments not known)";
    }
    const std::string resolved = alert_.typedPathOnly && alert_.process.executable.known()
                                     ? alert_.process.executable.value
                                     : alert_.filePath.value;
    text += "   = " + trace::escapeForTerminal(resolved);
    if (alert_.script) {
      text += ", a script run by " + trace::escapeForTerminal(alert_.process.executable.value);
    }
    return text +
           bracket({{"path", alert_.typedPathOnly ? "executable" : "file.path"}, {"args", "args"}});
  }

  std::string fileText() const {
    if (alert_.errorNumber != 0 || alert_.script || !alert_.process.file.known()) return {};
    if (alert_.mapping != trace::MappingRole::kUnknown) return {};
    const trace::FileFacts& file = alert_.process.file.value;
    std::string text = trace::escapeForTerminal(userText(header_.host, file.uid)) + "'s, mode " +
                       octal(file.mode & kPermissionBits);
    text += ", " + trace::readableSize(file.sizeBytes);
    if (file.linkCount == 0) text += ", deleted";
    const std::int64_t age = alert_.realtimeNs - file.changeTimeNs;
    if (age >= 0) text += ", changed " + trace::readableDuration(age) + " earlier";
    if (alert_.process.sha256.known()) {
      text += ", sha256 " + hex(alert_.process.sha256.value).substr(0, kShownHash) + "…";
    }
    return text + "   [" + std::string(trace::name(evidenceOf("file"))) + "]";
  }

  std::string byText() const {
    std::string text;
    const auto add = [&text](const std::string& part) {
      text += (text.empty() ? "" : ", ") + part;
    };
    const ImageFacts& facts = alert_.process;
    if (facts.credentials.known()) {
      const trace::Credentials& who = facts.credentials.value;
      add(userOf(who.realUid));
      if (who.effectiveUid != who.realUid) add("acting as " + userOf(who.effectiveUid));
    }
    if (facts.login.known() && facts.login.value.uid != trace::kLoginNotSet) {
      add("logged in as " + userOf(facts.login.value.uid));
    }
    const trace::Context& context = *facts.context;
    if (context.containerId.known() && !context.containerId.value.empty()) {
      add("container " + trace::escapeForTerminal(context.containerId.value.substr(0, kShownId)));
      if (alert_.workload && !alert_.workload->pod.empty()) {
        const Workload& known = *alert_.workload;
        add("pod " + trace::escapeForTerminal(known.space + "/" + known.pod));
      }
    } else if (context.cgroup.known() && !unitOf(context.cgroup.value).empty()) {
      add(trace::escapeForTerminal(unitOf(context.cgroup.value)));
    }
    if (facts.session.known()) {
      const std::string terminal = terminalName(facts.session.value.terminal);
      add(terminal.empty() ? "no terminal" : terminal);
    }
    const trace::Field<std::string>& cwd =
        alert_.errorNumber == 0 ? facts.workingDirectory : alert_.attemptWorkingDirectory;
    if (cwd.known()) add("in " + trace::quoteForTerminal(cwd.value));
    return text;
  }

  std::string userOf(std::uint32_t uid) const {
    return trace::escapeForTerminal(userText(header_.host, uid));
  }

  std::string chainText() const {
    std::string text = alert_.lineageComplete || alert_.lineage.empty() ? "" : "… → ";
    const std::size_t count = alert_.lineage.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (count > kMaxChain && i == kMaxChain / 2) {
        text += "… " + std::to_string(count - kMaxChain) + " more … → ";
        i += count - kMaxChain;
      }
      const LineageEntry& entry = alert_.lineage[i];
      text += trace::escapeForTerminal(entry.name) + "(" + std::to_string(entry.image.tgid) + ")";
      if (entry.image == alert_.parent.id && alert_.parent.arguments.known()) {
        const auto& arguments = alert_.parent.arguments.value;
        if (arguments.size() > 1) {
          text += " " + cut(words(arguments, 1), kMaxAncestor);
        }
      }
      if (i + 1 < count) text += " → ";
    }
    if (alert_.errorNumber != 0) {
      text += " ↛ " + trace::escapeForTerminal(lastComponent(alert_.filePath.value));
    }
    return text;
  }

  // Of a rule of another tool: whose it is.
  std::string ruleText() const {
    if (!alert_.recipe->origin) return {};
    const RuleOrigin& origin = *alert_.recipe->origin;
    std::string text = origin.ruleset;
    if (!origin.action.empty()) text += ", action " + origin.action;
    if (!origin.author.empty()) text += ", by " + origin.author;
    if (!origin.id.empty()) text += ", id " + origin.id;
    return trace::escapeForTerminal(text + ", " + origin.source);
  }

  std::string whyText() const {
    std::string text;
    for (const Reason& reason : alert_.reasons) {
      if (!text.empty()) text += " · ";
      const bool isClass = reason.effect.starts_with("class ");
      const bool isBase = reason.effect.starts_with("severity ");
      const std::size_t skip = isClass ? 6 : isBase ? 9 : 0;
      text += reason.name + ": " + reason.effect.substr(skip);
      if (!reason.because.empty() && !isClass) {
        text += " (" + cut(trace::escapeForTerminal(reason.because), kMaxCommand) + ")";
      }
    }
    if (alert_.reasons.size() == 1) return text;  // the class's severity is the alert's
    return text + " → " + std::string(name(alert_.severity));
  }

  const Alert& alert_;
  const trace::Header& header_;
  bool colour_;
  std::string_view context_;
  std::string_view again_;
  std::string text_;
};

}  // namespace

std::string toText(const Alert& alert, const Rendering& rendering) {
  return Writer(alert, rendering).write();
}

}  // namespace exectrail::analyzer
