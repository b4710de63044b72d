#include "trace/dump.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <iomanip>
#include <ostream>
#include <string>
#include <type_traits>
#include <variant>

#include "trace/container/chain.h"
#include "trace/dump_line.h"
#include "trace/escape.h"

namespace exectrail::trace {
namespace {

std::string waitStatus(std::uint32_t status) {
  const int value = static_cast<int>(status);
  if (WIFSIGNALED(value)) return "signal " + std::to_string(WTERMSIG(value));
  return std::to_string(WEXITSTATUS(value));
}

struct DumpBody {
  std::ostream& out;
  std::uint64_t startNs;
  const Record& record;

  void operator()(std::monostate) const {}
  void operator()(const Snapshot& snapshot) const {
    DumpLine(out, startNs, record, "snapshot", snapshot.image.id).image(snapshot.image);
  }
  void operator()(const Fork& fork) const {
    DumpLine(out, startNs, record, "fork", fork.creator)
        .text("child", imageName(fork.child))
        .text("comm", quoteForTerminal(fork.childComm));
  }
  void operator()(const Exec& exec) const {
    DumpLine line(out, startNs, record, "exec", exec.image.id);
    line.bytes("typed", exec.typedPath);
    if (exec.interpreter.known() && !exec.interpreter.value.empty()) {
      line.bytes("interpreter", exec.interpreter);
    }
    if (exec.tid != exec.image.id.tgid) line.text("tid", std::to_string(exec.tid));
    line.image(exec.image);
  }
  void operator()(const Attempt& attempt) const {
    DumpLine(out, startNs, record, "attempt", attempt.caller)
        .text("number", std::to_string(attempt.number))
        .text("errno", std::to_string(attempt.errorNumber))
        .bytes("typed", attempt.typedPath)
        .list("args", attempt.arguments)
        .bytes("cwd", attempt.workingDirectory);
  }
  void operator()(const Exit& exit) const {
    DumpLine line(out, startNs, record, "exit", exit.image);
    if (exit.status.known())
      line.fact("status", exit.status.evidence, waitStatus(exit.status.value));
  }
  void operator()(const Gap& gap) const {
    DumpLine(out, startNs, record, "gap", {})
        .text("cpu", record.cpu == kCpuNotKnown ? "-" : std::to_string(record.cpu))
        .text("source", std::string(name(gap.source)))
        .text("lost", gap.lostEvents == 0 ? "an unknown number" : std::to_string(gap.lostEvents));
  }
  void operator()(const Mapping& mapping) const {
    static constexpr std::string_view kRoles[] = {"?", "loader target", "library"};
    DumpLine(out, startNs, record, "mapping", mapping.image)
        .bytes("path", mapping.path)
        .text("role", std::string(kRoles[static_cast<std::size_t>(mapping.role)]))
        .identity(mapping.identity);
  }
  void operator()(const AttemptTally& tally) const {
    static constexpr std::string_view kReasons[] = {"?", "PATH search", "flood", "policy"};
    DumpLine(out, startNs, record, "tally", tally.caller)
        .text("errno", std::to_string(tally.errorNumber))
        .text("not-kept", std::to_string(tally.count))
        .text("reason", std::string(kReasons[static_cast<std::size_t>(tally.reason)]));
  }
  void operator()(const MountTable& table) const {
    {
      DumpLine line(out, startNs, record, "mounts", {});
      line.text("namespace", std::to_string(table.mountNamespace))
          .text(table.complete ? "all" : "changed", std::to_string(table.mounts.size()))
          .text("removed", std::to_string(table.removedIds.size()));
      if (table.leftOut != 0) line.text("left-out", std::to_string(table.leftOut));
    }
    for (const Mount& mount : table.mounts) mountLine(mount);
  }
  void operator()(const Heartbeat& heartbeat) const {
    DumpLine(out, startNs, record, "alive", {})
        .text("execs", std::to_string(heartbeat.execs))
        .text("attempts", std::to_string(heartbeat.attempts))
        .text("lost", std::to_string(heartbeat.lostEvents));
  }

  void operator()(const FileHash& hash) const {
    DumpLine(out, startNs, record, "hash", hash.image).sha256(hash.sha256).file(hash.file);
  }

  void mountLine(const Mount& mount) const {
    out << std::setw(24) << "mount"
        << "  " << mount.id << " on " << quoteForTerminal(mount.point) << " root "
        << quoteForTerminal(mount.root) << " type " << quoteForTerminal(mount.fileSystem)
        << " from " << quoteForTerminal(mount.source) << ' ' << mount.deviceMajor << ':'
        << mount.deviceMinor << " parent " << mount.parentId << " options "
        << quoteForTerminal(mount.options) << " super " << quoteForTerminal(mount.superOptions)
        << '\n';
  }
};

}  // namespace

std::string_view name(RecordKind kind) {
  static constexpr std::array<std::string_view, kRecordKinds> kNames = {
      "snapshot", "fork",  "exec",        "attempt",   "exit",     "gap",
      "mapping",  "tally", "mount_table", "heartbeat", "file_hash"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<RecordKind> kindOf(const Record& record) {
  // The order of RecordKind is that of RecordBody, which begins with what is not known.
  static_assert(std::variant_size_v<RecordBody> == kRecordKinds + 1);
  static_assert(std::is_same_v<std::variant_alternative_t<kRecordKinds, RecordBody>, FileHash>);
  if (record.body.index() == 0) return std::nullopt;
  return static_cast<RecordKind>(record.body.index() - 1);
}

bool DumpFilter::shows(const Header& header, const Record& record) const {
  const auto kind = kindOf(record);
  if (!kind) return false;
  if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), *kind) == kinds.end()) return false;
  return selection.everything() || selects(selection, header, record);
}

void dumpText(Reader& reader, const DumpFilter& filter, std::ostream& out) {
  const Header& header = reader.header();
  out << "# trace " << toString(header.recordingId) << " by " << escapeForTerminal(header.writer)
      << "\n# host " << quoteForTerminal(header.host.name) << ", boot "
      << toString(header.host.bootId) << ", Linux " << escapeForTerminal(header.host.kernelRelease)
      << " " << escapeForTerminal(header.host.architecture) << '\n';
  for (const Origin& origin : header.origins) {
    out << "# and host " << quoteForTerminal(origin.host.name) << ", boot "
        << toString(origin.host.bootId) << ", recording " << toString(origin.recordingId) << '\n';
  }
  for (const Parent& parent : header.parents) {
    out << "# parent " << toString(parent.recordingId) << ", head " << toHex(parent.chainHead)
        << (parent.whole ? "" : ", not whole") << '\n';
  }
  for (const std::string& step : header.provenance) {
    out << "# " << escapeForTerminal(step) << '\n';
  }
  out << "# seconds, record, image as pid.exec number, facts with the class of their evidence\n";
  Record record;
  while (reader.next(record)) {
    if (!filter.shows(header, record)) continue;
    if (record.origin != 0) {  // its time on the clock of the first host
      record.timeNs =
          header.clock.monotonicNs +
          static_cast<std::uint64_t>(header.clockOf(record).toRealtimeNs(record.timeNs)) -
          header.clock.realtimeNs;
    }
    std::visit(DumpBody{out, header.clock.monotonicNs, record}, record.body);
  }
  if (!filter.selection.everything()) {
    out << "# only " << describe(filter.selection) << '\n';
  }
  if (const std::uint64_t skipped = reader.state().skippedFrames; skipped > 0) {
    out << "# by the index, " << skipped << " batches and seals were not read\n";
  }
  if (const auto& end = reader.end()) {
    out << "# end: " << end->execs << " execs, " << end->attempts << " failed attempts and "
        << end->attemptsNotKept << " not kept, " << end->forks << " forks, " << end->exits
        << " exits, " << end->gaps << " gaps, " << end->lostEvents << " events lost, "
        << end->lateEvents << " late, " << end->undecodedEvents << " not decoded\n";
  } else {
    out << "# no end: " << escapeForTerminal(reader.state().problem) << '\n';
  }
}

}  // namespace exectrail::trace
