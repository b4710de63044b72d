#include "analyzer/output/github.h"

#include "analyzer/compiler/program.h"
#include "analyzer/output/names.h"
#include "analyzer/output/wording.h"
#include "analyzer/posture/stopping.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

const char* commandOf(Severity severity) {
  if (severity >= Severity::kHigh) return "error";
  return severity == Severity::kMedium ? "warning" : "notice";
}

// How the runner of Actions reads a command: in its message % and line ends are escaped, in a
// property also what separates properties.
std::string escaped(const std::string& text, bool property) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '%':
        result += "%25";
        break;
      case '\r':
        result += "%0D";
        break;
      case '\n':
        result += "%0A";
        break;
      case ':':
        result += property ? "%3A" : ":";
        break;
      case ',':
        result += property ? "%2C" : ",";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string messageOf(const Alert& alert, const trace::Header& header) {
  std::string text = headline(alert);
  text = trace::escapeForTerminal(text);
  const auto& arguments = alert.errorNumber == 0 ? alert.process.arguments : alert.attemptArguments;
  if (arguments.known()) {
    std::string words;
    for (const std::string& argument : arguments.value) {
      words += (words.empty() ? "" : " ") + trace::quoteForTerminal(argument);
    }
    text += "\n" + std::string(alert.errorNumber == 0 ? "ran" : "tried") + ": " + words;
  }
  if (alert.process.credentials.known()) {
    text += "\nby: " + trace::escapeForTerminal(
                           userText(header.host, alert.process.credentials.value.realUid));
  }
  text += "\nchain: " + trace::escapeForTerminal(lineageText(alert));
  const std::string stopped = describe(stoppingOf(alert), alert);
  if (!stopped.empty()) text += "\nstopped: " + trace::escapeForTerminal(stopped);
  if (!alert.gaps.empty()) text += "\nThe decision spans a gap: events were lost.";
  return text + "\nalert: " + alert.id;
}

}  // namespace

std::string toGithubLine(const Alert& alert, const trace::Header& header) {
  const std::string title = std::string(name(alert.severity)) + ": " + alert.recipe->name;
  return std::string("::") + commandOf(alert.severity) +
         " title=" + escaped(trace::escapeForTerminal(title), true) +
         "::" + escaped(messageOf(alert, header), false) + "\n";
}

}  // namespace exectrail::analyzer
