#include "recorder/summary.h"

#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::recorder {
namespace {

std::string count(std::uint64_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

}  // namespace

std::string summarize(const Outcome& outcome) {
  const trace::End& end = outcome.end;
  std::string text;
  if (outcome.bytesWritten == 0) return text;
  text += "exectrail: recorded " + count(end.execs, "exec") + ", " +
          count(end.attempts, "failed attempt");
  if (end.attemptsNotKept > 0) {
    text += " (" + std::to_string(end.attemptsNotKept) + " ENOENT or the like not kept)";
  }
  text += end.gaps == 0 ? ", nothing lost"
                        : ", LOST at least " + count(end.lostEvents, "event") + " in " +
                              count(end.gaps, "gap");
  if (end.lateEvents > 0) text += ", " + count(end.lateEvents, "event") + " out of order";
  if (end.undecodedEvents > 0) text += ", " + count(end.undecodedEvents, "event") + " not decoded";
  text += "; " + trace::readableSize(outcome.bytesWritten) + "\n";
  for (const std::string& line : outcome.report) text += "exectrail: " + line + "\n";
  if (!outcome.path.empty()) {
    text += "exectrail: next: exectrail analyze " + trace::quoteForTerminal(outcome.path) + "\n";
  }
  return text;
}

}  // namespace exectrail::recorder
