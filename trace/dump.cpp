#include "trace/dump.h"

#include <iomanip>
#include <ostream>
#include <string>

#include "trace/escape.h"

namespace exectrail::trace {
namespace {

std::string imageName(const ImageId& id) {
  return std::to_string(id.tgid) + "." + std::to_string(id.execNumber);
}

std::string noteOn(const Evidence& evidence) {
  std::string out = "[" + std::string(name(evidence.evidenceClass));
  if (evidence.truncated()) out += ", of " + std::to_string(evidence.originalLength) + " bytes";
  if (evidence.errorNumber != 0) out += ", errno " + std::to_string(evidence.errorNumber);
  if (evidence.afterGap) out += ", after a gap";
  return out + "]";
}

std::string octal(std::uint32_t mode) {
  std::string out;
  for (int shift = 12; shift >= 0; shift -= 3) {
    out += static_cast<char>('0' + ((mode >> shift) & 7U));
  }
  return out;
}

class Line {
 public:
  Line(std::ostream& out, std::uint64_t startNs, const Record& record, std::string_view kind,
       const ImageId& image)
      : out_(out) {
    // Snapshots may be older than the clock reading of the header.
    const bool before = record.timeNs < startNs;
    const std::uint64_t sinceNs = before ? startNs - record.timeNs : record.timeNs - startNs;
    std::string time = before ? "-" : "";
    time += std::to_string(sinceNs / 1'000'000'000) + ".";
    std::string fraction = std::to_string(sinceNs % 1'000'000'000);
    time += std::string(9 - fraction.size(), '0') + fraction;
    out_ << std::setw(14) << time << "  " << std::left << std::setw(8) << kind << "  "
         << std::setw(10) << (image == ImageId{} ? "" : imageName(image)) << std::right;
  }
  ~Line() { out_ << '\n'; }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Line& text(std::string_view label, const std::string& value) {
    out_ << "  " << label << ' ' << value;
    return *this;
  }
  Line& bytes(std::string_view label, const Field<Bytes>& field) {
    return text(label,
                (field.known() ? quoteForTerminal(field.value) : "-") + noteOn(field.evidence));
  }
  Line& arguments(const Field<Arguments>& field) {
    std::string shown;
    for (const Bytes argument : field.value) {
      shown += (shown.empty() ? "" : " ") + quoteForTerminal(argument);
    }
    return text("args", (field.known() ? "{" + shown + "}" : "-") + noteOn(field.evidence));
  }

  void image(const Image& image) {
    bytes("exe", image.executable);
    arguments(image.arguments);
    bytes("cwd", image.workingDirectory);
    bytes("comm", image.comm);
    text("creator", (image.creator.value.edge == CreatorEdge::kFork
                         ? imageName(image.creator.value.id)
                         : (image.creator.value.edge == CreatorEdge::kTop ? "top" : "-")) +
                        noteOn(image.creator.evidence));
    const FileFacts& file = image.file.value;
    text("file",
         (image.file.known()
              ? std::to_string(file.deviceMajor) + ":" + std::to_string(file.deviceMinor) + ":" +
                    std::to_string(file.inode) + " mode " + octal(file.mode) + " owner " +
                    std::to_string(file.uid) + ":" + std::to_string(file.gid) + " size " +
                    std::to_string(file.sizeBytes) + " links " + std::to_string(file.linkCount)
              : "-") +
             noteOn(image.file.evidence));
    const Credentials& who = image.credentials.value;
    text("uid",
         (image.credentials.known()
              ? std::to_string(who.realUid) + "/" + std::to_string(who.effectiveUid) + " gid " +
                    std::to_string(who.realGid) + "/" + std::to_string(who.effectiveGid)
              : "-") +
             noteOn(image.credentials.evidence));
    const auto loginPart = [](std::uint32_t value) {
      return value == kLoginNotSet ? std::string("unset") : std::to_string(value);
    };
    text("login", (image.login.known() ? loginPart(image.login.value.uid) + " session " +
                                             loginPart(image.login.value.sessionId)
                                       : "-") +
                      noteOn(image.login.evidence));
    const Session& session = image.session.value;
    text("sid", (image.session.known() ? std::to_string(session.leaderPid) + " tty " +
                                             std::to_string(session.terminal)
                                       : "-") +
                    noteOn(image.session.evidence));
  }

 private:
  std::ostream& out_;
};

struct DumpBody {
  std::ostream& out;
  std::uint64_t startNs;
  const Record& record;

  void operator()(std::monostate) const {}
  void operator()(const Snapshot& snapshot) const {
    Line(out, startNs, record, "snapshot", snapshot.image.id).image(snapshot.image);
  }
  void operator()(const Fork& fork) const {
    Line(out, startNs, record, "fork", fork.creator)
        .text("child", imageName(fork.child))
        .text("comm", quoteForTerminal(fork.childComm));
  }
  void operator()(const Exec& exec) const {
    Line line(out, startNs, record, "exec", exec.image.id);
    line.bytes("typed", exec.typedPath);
    if (exec.tid != exec.image.id.tgid) line.text("tid", std::to_string(exec.tid));
    line.image(exec.image);
  }
  void operator()(const Attempt& attempt) const {
    Line(out, startNs, record, "attempt", attempt.caller)
        .text("number", std::to_string(attempt.number))
        .text("errno", std::to_string(attempt.errorNumber))
        .bytes("typed", attempt.typedPath)
        .arguments(attempt.arguments)
        .bytes("cwd", attempt.workingDirectory);
  }
  void operator()(const Exit& exit) const { Line(out, startNs, record, "exit", exit.image); }
  void operator()(const Gap& gap) const {
    Line(out, startNs, record, "gap", {})
        .text("cpu", record.cpu == kCpuNotKnown ? "-" : std::to_string(record.cpu))
        .text("source", std::string(name(gap.source)))
        .text("lost", gap.lostEvents == 0 ? "an unknown number" : std::to_string(gap.lostEvents));
  }
};

}  // namespace

void dumpText(Reader& reader, std::ostream& out) {
  const Header& header = reader.header();
  out << "# trace " << toString(header.recordingId) << " by " << escapeForTerminal(header.writer)
      << "\n# host " << quoteForTerminal(header.host.name) << ", boot "
      << toString(header.host.bootId) << ", Linux " << escapeForTerminal(header.host.kernelRelease)
      << " " << escapeForTerminal(header.host.architecture) << '\n';
  for (const std::string& step : header.provenance) {
    out << "# " << escapeForTerminal(step) << '\n';
  }
  out << "# seconds, record, image as pid.exec number, facts with the class of their evidence\n";
  Record record;
  while (reader.next(record)) {
    std::visit(DumpBody{out, header.clock.monotonicNs, record}, record.body);
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
