#include "analyzer/output/text.h"

#include "analyzer/compiler/program.h"
#include "analyzer/output/wording.h"
#include "analyzer/paths/path.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

using trace::EvidenceClass;

constexpr std::size_t kLabelWidth = 9;
constexpr std::size_t kMaxCommand = 200;  // characters of a command line that are shown
constexpr std::size_t kMaxAncestor = 60;  // the same, of the parent in the chain
constexpr std::size_t kMaxChain = 12;     // images shown, from the outermost and the innermost
constexpr std::uint32_t kPermissionBits = 07777;

std::string_view colourOf(Severity severity) {
  switch (severity) {
    case Severity::kCritical:
      return "\033[1;37;41m";
    case Severity::kHigh:
      return "\033[1;31m";
    case Severity::kMedium:
      return "\033[1;33m";
    case Severity::kLow:
      return "\033[1;36m";
    case Severity::kInfo:
      return "\033[2m";
  }
  return "";
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return result;
}

std::string pad(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most) + "…";
}

std::string userName(std::uint32_t uid) {
  // Names of other users are the host's business, and the trace may be from another host.
  return uid == 0 ? "root" : "uid " + std::to_string(uid);
}

std::string octal(std::uint32_t mode) {
  std::string digits;
  for (int shift = 9; shift >= 0; shift -= 3) {
    digits += static_cast<char>('0' + ((mode >> shift) & 7));
  }
  return digits;
}

// Arguments from `first` on, each unmistakably one word.
std::string words(const std::vector<std::string>& arguments, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < arguments.size() && text.size() <= kMaxCommand; ++i) {
    text += (text.empty() ? "" : " ") + trace::quoteForTerminal(arguments[i]);
  }
  return text;
}

class Writer {
 public:
  Writer(const Alert& alert, const trace::Header& header, bool colour, std::string_view context)
      : alert_(alert), header_(header), colour_(colour), context_(context) {}

  std::string write() {
    writeHeader();
    row(alert_.errorNumber == 0 ? "ran" : "tried", ranText());
    row("file", fileText());
    row("by", byText());
    row("chain", chainText());
    row("why", whyText());
    row("rule", ruleText());
    row("sure", sureText());
    writeGuidance();
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
    std::string text =
        "owner " + userName(file.uid) + ", mode " + octal(file.mode & kPermissionBits);
    text += ", " + trace::readableSize(file.sizeBytes);
    if (file.linkCount == 0) text += ", deleted";
    const std::int64_t age = alert_.realtimeNs - file.changeTimeNs;
    if (age >= 0) text += ", changed " + trace::readableDuration(age) + " earlier";
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
      add(userName(who.realUid));
      if (who.effectiveUid != who.realUid) add("acting as " + userName(who.effectiveUid));
    }
    if (facts.login.known() && facts.login.value.uid != trace::kLoginNotSet) {
      add("logged in as " + userName(facts.login.value.uid));
    }
    if (facts.session.known() && facts.session.value.terminal == 0) add("no terminal");
    const trace::Field<std::string>& cwd =
        alert_.errorNumber == 0 ? facts.workingDirectory : alert_.attemptWorkingDirectory;
    if (cwd.known()) add("in " + trace::quoteForTerminal(cwd.value));
    return text;
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

  std::string sureText() const {
    std::string text = alert_.gaps.empty() ? "no gap" : gapsText();
    // The innermost one: those above it are older still.
    for (auto entry = alert_.lineage.rbegin(); entry != alert_.lineage.rend(); ++entry) {
      if (entry->edge != "snapshot") continue;
      text += "; older than the recording: " + trace::escapeForTerminal(entry->name) + "(" +
              std::to_string(entry->image.tgid) + ")" +
              (std::next(entry) == alert_.lineage.rend() ? "" : " and above");
      break;
    }
    if (!alert_.afterGap.empty()) {
      text += "; carried across a gap:";
      for (const std::string& field : alert_.afterGap) text += " " + field;
    }
    if (!alert_.truncated.empty()) {
      text += "; only the beginning is known of:";
      for (const std::string& field : alert_.truncated) text += " " + field;
    }
    if (alert_.unknown.empty()) return text + "; no condition is undecided";
    text += "; not decided: ";
    for (const std::string& condition : alert_.unknown) {
      if (&condition != &alert_.unknown.front()) text += ", ";
      text += condition;
      const auto because = alert_.unknownBecause.find(condition);
      if (because != alert_.unknownBecause.end() && !because->second.empty()) {
        text += " (for want of " + trace::escapeForTerminal(because->second) + ")";
      }
    }
    return text;
  }

  std::string gapsText() const {
    std::uint64_t lost = 0;
    bool counted = true;
    for (const trace::Gap& gap : alert_.gaps) {
      lost += gap.lostEvents;
      counted = counted && gap.lostEvents != 0;
    }
    const std::size_t count = alert_.gaps.size();
    std::string text = count == 1 ? "spans a gap" : "spans " + std::to_string(count) + " gaps";
    if (lost != 0) {
      text += std::string(counted ? ": " : ": at least ") + std::to_string(lost) + " events lost";
    }
    return text;
  }

  const Alert& alert_;
  const trace::Header& header_;
  bool colour_;
  std::string_view context_;
  std::string text_;
};

}  // namespace

std::string toText(const Alert& alert, const trace::Header& header, bool colour,
                   std::string_view context) {
  return Writer(alert, header, colour, context).write();
}

}  // namespace exectrail::analyzer
