#include "trace/selection.h"

#include <fnmatch.h>

#include <algorithm>

#include "trace/escape.h"
#include "trace/readable.h"
#include "trace/subtree.h"

namespace exectrail::trace {
namespace {

bool matches(const std::string& glob, Bytes path) {
  const bool whole = glob.find('/') != std::string::npos;
  const std::string text(whole ? path : path.substr(path.rfind('/') + 1));
  return text == glob || ::fnmatch(glob.c_str(), text.c_str(), 0) == 0;
}

void append(std::string& text, const std::string& part) {
  text += (text.empty() ? "" : ", ") + part;
}

bool selectsProcess(const Selection& selection, const Record& record) {
  if (selection.pids.empty()) return true;
  if (const auto* fork = std::get_if<Fork>(&record.body)) {
    if (selection.hasPid(fork->child.tgid)) return true;
  }
  const ImageId* subject = subjectOf(record);
  return subject != nullptr && selection.hasPid(subject->tgid);
}

bool selectsExecutable(const Selection& selection, const Record& record) {
  if (selection.executables.empty()) return true;
  const Image* image = nullptr;
  if (const auto* exec = std::get_if<Exec>(&record.body)) image = &exec->image;
  if (const auto* snapshot = std::get_if<Snapshot>(&record.body)) image = &snapshot->image;
  return image != nullptr && image->executable.known() &&
         selection.hasExecutable(image->executable.value);
}

}  // namespace

bool Selection::hasPid(std::uint32_t pid) const {
  return std::find(pids.begin(), pids.end(), pid) != pids.end();
}

bool Selection::hasExecutable(Bytes path) const {
  return std::any_of(executables.begin(), executables.end(),
                     [path](const std::string& glob) { return matches(glob, path); });
}

bool Selection::inTime(const ClockReading& clock, std::uint64_t firstNs,
                       std::uint64_t lastNs) const {
  return (!fromNs || clock.toRealtimeNs(lastNs) >= *fromNs) &&
         (!toNs || clock.toRealtimeNs(firstNs) < *toNs);
}

TimeSpan spanOf(const Record& record) {
  if (const auto* gap = std::get_if<Gap>(&record.body)) {
    const std::uint64_t fromNs = std::min(record.timeNs, gap->fromNs);
    return {fromNs, std::max(fromNs, gap->toNs)};
  }
  if (const auto* tally = std::get_if<AttemptTally>(&record.body)) {
    return {std::min(record.timeNs, tally->fromNs), std::max(record.timeNs, tally->toNs)};
  }
  return {record.timeNs, record.timeNs};
}

std::string describe(const Selection& selection) {
  std::string text;
  if (selection.fromNs) append(text, "from " + rfc3339(*selection.fromNs));
  if (selection.toNs) append(text, "to " + rfc3339(*selection.toNs));
  for (const std::uint32_t pid : selection.pids) append(text, "pid " + std::to_string(pid));
  for (const std::string& path : selection.executables) {
    append(text, "executable " + quoteForTerminal(path));
  }
  return text.empty() ? "everything" : text;
}

bool selects(const Selection& selection, const Header& header, const Record& record) {
  const TimeSpan span = spanOf(record);
  if (!selection.inTime(header.clockOf(record), span.fromNs, span.toNs)) return false;
  if (std::holds_alternative<Gap>(record.body)) return true;
  return selectsProcess(selection, record) && selectsExecutable(selection, record);
}

}  // namespace exectrail::trace
