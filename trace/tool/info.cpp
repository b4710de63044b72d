#include "trace/tool/info.h"

#include <algorithm>
#include <map>
#include <optional>
#include <ostream>

#include "trace/container/chain.h"
#include "trace/escape.h"
#include "trace/json/ecs.h"
#include "trace/readable.h"
#include "trace/tool/top_counter.h"

namespace exectrail::trace {
namespace {

struct Counts {
  std::uint64_t snapshots = 0;
  std::uint64_t forks = 0;
  std::uint64_t execs = 0;
  std::uint64_t attempts = 0;
  std::uint64_t exits = 0;
  std::uint64_t gaps = 0;
  std::uint64_t lostEvents = 0;
  std::uint64_t withoutExecutable = 0;
  std::uint64_t withoutArguments = 0;
  std::optional<std::int64_t> firstNs;  // since 1970: every host has a clock of its own
  std::int64_t lastNs = 0;
  std::map<std::string, std::uint64_t> failures;  // by errno
  TopCounter executables;
};

void count(const Header& header, const Record& record, Counts& counts) {
  if (std::holds_alternative<Snapshot>(record.body)) {
    ++counts.snapshots;
    return;
  }
  const std::int64_t timeNs = header.clockOf(record).toRealtimeNs(record.timeNs);
  counts.lastNs = counts.firstNs ? std::max(counts.lastNs, timeNs) : timeNs;
  counts.firstNs = counts.firstNs ? std::min(*counts.firstNs, timeNs) : timeNs;
  if (const auto* exec = std::get_if<Exec>(&record.body)) {
    ++counts.execs;
    const auto& executable = exec->image.executable;
    if (!executable.known()) ++counts.withoutExecutable;
    if (!exec->image.arguments.known()) ++counts.withoutArguments;
    counts.executables.add(executable.known() ? executable.value : Bytes());
  } else if (const auto* gap = std::get_if<Gap>(&record.body)) {
    ++counts.gaps;
    counts.lostEvents += gap->lostEvents;
  } else if (std::holds_alternative<Fork>(record.body)) {
    ++counts.forks;
  } else if (const auto* attempt = std::get_if<Attempt>(&record.body)) {
    ++counts.attempts;
    ++counts.failures[errorName(attempt->errorNumber)];
  } else if (std::holds_alternative<Exit>(record.body)) {
    ++counts.exits;
  }
}

const char* endReason(EndReason reason) {
  switch (reason) {
    case EndReason::kCommandEnded:
      return "with its command";
    case EndReason::kDuration:
      return "after the time it was given";
    case EndReason::kInterrupted:
      return "because it was told to";
    case EndReason::kCut:
      return "as a cut of another trace";
    case EndReason::kDiskFull:
      return "because the disk was full";
    case EndReason::kWindow:
      return "as the window of a flight recorder";
    case EndReason::kMerged:
      return "as a merge of other traces";
    case EndReason::kImported:
      return "with the log that it was imported from";
    case EndReason::kRotated:
      return "where the next segment of its recording begins";
    case EndReason::kUnknown:
      break;
  }
  return "for a reason that this version does not know";
}

void printTop(const Counts& counts, std::ostream& out) {
  const auto top = counts.executables.top(5);
  const char* atLeast = counts.executables.undercount() > 0 ? "at least " : "";
  for (std::size_t i = 0; i < top.size(); ++i) {
    out << (i == 0 ? "most run    " : "            ") << atLeast << top[i].first << "  "
        << (top[i].second.empty() ? "(executable not known)" : quoteForTerminal(top[i].second))
        << '\n';
  }
}

// A line that can be read; the header has more of it.
void printCommand(const std::vector<std::string>& command, std::ostream& out) {
  constexpr std::size_t kMostOfAWord = 1000;
  constexpr std::size_t kMost = 2 * kMostOfAWord;
  std::size_t length = 0;
  std::size_t shown = 0;
  for (; shown < command.size(); ++shown) {
    const std::string& whole = command[shown];
    const std::string word = quoteForTerminal(whole.substr(0, kMostOfAWord));
    length += word.size() + 1;
    if (length > kMost && shown > 0) break;
    out << ' ' << word << (whole.size() > kMostOfAWord ? "…" : "");
  }
  if (shown < command.size()) out << " … and " << command.size() - shown << " more words";
  out << '\n';
}

}  // namespace

void printInfo(Reader& reader, const std::string& path, std::ostream& out) {
  const Header& header = reader.header();
  Counts counts;
  Record record;
  while (reader.next(record)) count(header, record, counts);

  out << "recording   " << toString(header.recordingId) << ", by "
      << escapeForTerminal(header.writer) << '\n'
      << "host        " << quoteForTerminal(header.host.name) << ", "
      << escapeForTerminal(header.host.osName) << ", Linux "
      << escapeForTerminal(header.host.kernelRelease) << ' '
      << escapeForTerminal(header.host.architecture) << ", " << header.host.cpuCount << " CPUs\n"
      << "boot        " << toString(header.host.bootId) << '\n';
  if (header.capture.scope == Scope::kSubtree) {
    out << "command    ";
    printCommand(header.capture.command, out);
  } else {
    out << "scope       the whole host\n";
  }
  out << "sources    ";
  for (const Source source : header.capture.sources) out << ' ' << name(source);
  out << '\n';
  if (header.segment.number != 0) {
    out << "segment     " << header.segment.number << " of its recording";
    if (header.segment.restatedRecords != 0) {
      out << "; its first " << header.segment.restatedRecords
          << " records say again what ran and was mounted when it began";
    }
    out << '\n';
  }
  for (const Origin& origin : header.origins) {
    out << "also        " << quoteForTerminal(origin.host.name) << ", "
        << toString(origin.recordingId) << '\n';
  }
  for (const Parent& parent : header.parents) {
    out << "parent      " << toString(parent.recordingId) << ", head " << toHex(parent.chainHead)
        << (parent.whole ? "" : ", not whole") << '\n';
  }
  for (const std::string& step : header.provenance) {
    out << "history     " << escapeForTerminal(step) << '\n';
  }
  for (const std::string& note : header.capture.sourceNotes) {
    out << "            " << escapeForTerminal(note) << '\n';
  }
  if (header.signingKey) out << "signed by   " << toHex(*header.signingKey) << " (see verify)\n";
  if (counts.firstNs) {
    out << "from        " << readableTime(*counts.firstNs) << '\n'
        << "to          " << readableTime(counts.lastNs) << ", "
        << readableDuration(counts.lastNs - *counts.firstNs) << " later\n";
  }
  out << "ended       " << (reader.end() ? endReason(reader.end()->reason) : "no end is there")
      << '\n';
  out << "execs       " << counts.execs << " (" << counts.withoutExecutable
      << " without executable, " << counts.withoutArguments << " without arguments)\n"
      << "failures    " << counts.attempts;
  const char* separator = " (";
  for (const auto& [error, times] : counts.failures) {
    out << separator << times << ' ' << error;
    separator = ", ";
  }
  if (!counts.failures.empty()) out << ')';
  if (const auto& end = reader.end()) out << ", and " << end->attemptsNotKept << " not kept";
  out << '\n'
      << "processes   " << counts.snapshots << " at the start, " << counts.forks << " forks, "
      << counts.exits << " exits\n"
      << "gaps        " << counts.gaps;
  if (counts.gaps > 0) out << ", at least " << counts.lostEvents << " events lost";
  if (const auto& end = reader.end(); end && end->undecodedEvents > 0) {
    out << "; " << end->undecodedEvents << " events could not be decoded";
  }
  out << '\n'
      << "size        " << readableSize(reader.state().offset) << " in " << reader.state().batches
      << " batches\n";
  printTop(counts, out);
  out << "next        exectrail analyze " << quoteForTerminal(path) << '\n';
}

}  // namespace exectrail::trace
