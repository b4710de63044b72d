#include "replay/facts.h"

#include <cstdio>

#include "replay/match.h"
#include "trace/escape.h"

namespace exectrail::replay {
namespace {

using trace::escapeForTerminal;
using trace::Evidence;
using trace::Field;

constexpr bool kEvident = true;  // a Field of its own
constexpr bool kDerived = false;

const std::vector<FactType>& execFacts() {
  static const std::vector<FactType> kFacts = {
      {"typed", FactShape::kText, kEvident},   {"executable", FactShape::kText, kEvident},
      {"args", FactShape::kList, kEvident},    {"working_directory", FactShape::kText, kEvident},
      {"comm", FactShape::kText, kEvident},    {"file", FactShape::kMap, kEvident},
      {"user", FactShape::kMap, kEvident},     {"login", FactShape::kMap, kEvident},
      {"creator", FactShape::kText, kEvident}, {"previous", FactShape::kText, kDerived},
      {"thread", FactShape::kText, kDerived},  {"image", FactShape::kNumber, kDerived},
  };
  return kFacts;
}

const std::vector<FactType>& snapshotFacts() {
  static const std::vector<FactType> kFacts = [] {
    std::vector<FactType> facts;
    for (const FactType& each : execFacts()) {
      if (each.name != "typed" && each.name != "previous" && each.name != "thread") {
        facts.push_back(each);
      }
    }
    return facts;
  }();
  return kFacts;
}

const std::vector<FactType>& attemptFacts() {
  static const std::vector<FactType> kFacts = {
      {"typed", FactShape::kText, kEvident},
      {"args", FactShape::kList, kEvident},
      {"working_directory", FactShape::kText, kEvident},
      {"errno", FactShape::kErrno, kDerived},
      {"call", FactShape::kText, kDerived},
      {"caller", FactShape::kText, kDerived},
  };
  return kFacts;
}

std::string octal(std::uint32_t mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%04o", mode & 07777U);
  return text;
}

std::string truth(bool value) { return value ? "true" : "false"; }

// Collects the facts of one record.
class Sheet {
 public:
  explicit Sheet(RecordFacts& out) : out_(out) {}

  void set(const std::string& fact, std::string text) {
    const std::uint64_t length = text.size();
    out_.facts[fact] = {{std::move(text)}, length, false};
  }
  void set(const std::string& fact, std::uint64_t number) { set(fact, std::to_string(number)); }
  void setBytes(const std::string& fact, trace::Bytes bytes) {
    out_.facts[fact] = {{escapeForTerminal(bytes)}, bytes.size(), false};
  }

  // Where a field comes from; true if there is a value.
  template <typename T>
  bool evident(const std::string& fact, const Field<T>& field) {
    const Evidence& evidence = field.evidence;
    set("evidence." + fact, std::string(trace::name(evidence.evidenceClass)));
    set("truncated." + fact, truth(evidence.truncated()));
    if (evidence.errorNumber != 0) set("error." + fact, resultName(evidence.errorNumber));
    return evidence.known();
  }
  void bytes(const std::string& fact, const Field<trace::Bytes>& field) {
    if (evident(fact, field)) setBytes(fact, field.value);
  }
  void list(const std::string& fact, const Field<trace::Arguments>& field) {
    if (!evident(fact, field)) return;
    FactValue value;
    for (const trace::Bytes each : field.value) value.words.push_back(escapeForTerminal(each));
    value.length = value.words.size();
    value.isList = true;
    out_.facts[fact] = std::move(value);
  }

 private:
  RecordFacts& out_;
};

void addFile(Sheet& sheet, const Field<trace::FileFacts>& file) {
  if (!sheet.evident("file", file)) return;
  sheet.set("file.owner", file.value.uid);
  sheet.set("file.group", file.value.gid);
  sheet.set("file.mode", octal(file.value.mode));
  sheet.set("file.links", file.value.linkCount);
  sheet.set("file.size", file.value.sizeBytes);
  sheet.set("identity", std::to_string(file.value.deviceMajor) + ":" +
                            std::to_string(file.value.deviceMinor) + ":" +
                            std::to_string(file.value.inode));
}

void addImage(Sheet& sheet, const trace::Image& image) {
  sheet.bytes("executable", image.executable);
  sheet.list("args", image.arguments);
  sheet.bytes("working_directory", image.workingDirectory);
  sheet.bytes("comm", image.comm);
  sheet.set("image", image.id.execNumber);
  addFile(sheet, image.file);
  if (sheet.evident("user", image.credentials)) {
    const trace::Credentials& who = image.credentials.value;
    sheet.set("user.id", who.realUid);
    sheet.set("user.effective_id", who.effectiveUid);
    sheet.set("user.group", who.realGid);
    sheet.set("user.effective_group", who.effectiveGid);
  }
  if (sheet.evident("login", image.login)) {
    const std::uint32_t login = image.login.value.uid;
    sheet.set("login.id", login == trace::kLoginNotSet ? "unset" : std::to_string(login));
  }
}

}  // namespace

struct FactsOfBody {
  FactReader& reader;
  RecordFacts& out;

  // The program that `image` runs, also if it is a copy that fork made.
  void setProgram(const std::string& fact, const trace::ImageId& image) const {
    const auto known = reader.executables_.find(image);
    if (known != reader.executables_.end()) Sheet(out).set(fact, known->second);
  }
  void remember(const trace::Image& image) const {
    if (image.executable.known()) {
      reader.executables_[image.id] = escapeForTerminal(image.executable.value);
    }
  }
  void addCreator(const trace::Image& image) const {
    if (!Sheet(out).evident("creator", image.creator)) return;
    const trace::Creator& creator = image.creator.value;
    if (creator.edge == trace::CreatorEdge::kTop) Sheet(out).set("creator", std::string("top"));
    if (creator.edge == trace::CreatorEdge::kFork) setProgram("creator", creator.id);
  }

  void begin(const char* kind, const trace::ImageId& image) const {
    out.kind = kind;
    out.title =
        out.kind + " " + std::to_string(image.tgid) + "." + std::to_string(image.execNumber);
  }

  bool operator()(const trace::Exec& exec) const {
    begin("exec", exec.image.id);
    Sheet sheet(out);
    sheet.bytes("typed", exec.typedPath);
    sheet.set("thread", std::string(exec.tid == exec.image.id.tgid ? "leader" : "other"));
    addImage(sheet, exec.image);
    addCreator(exec.image);
    trace::ImageId previous = exec.image.id;
    if (previous.execNumber-- > 0) setProgram("previous", previous);
    remember(exec.image);
    return true;
  }
  bool operator()(const trace::Snapshot& snapshot) const {
    begin("snapshot", snapshot.image.id);
    Sheet sheet(out);
    addImage(sheet, snapshot.image);
    addCreator(snapshot.image);
    remember(snapshot.image);
    return true;
  }
  bool operator()(const trace::Attempt& attempt) const {
    begin("attempt", attempt.caller);
    Sheet sheet(out);
    sheet.bytes("typed", attempt.typedPath);
    sheet.list("args", attempt.arguments);
    sheet.bytes("working_directory", attempt.workingDirectory);
    sheet.set("errno", resultName(attempt.errorNumber));
    const bool at = attempt.systemCall == trace::SystemCall::kExecveat;
    sheet.set("call", std::string(at ? "execveat" : "execve"));
    setProgram("caller", attempt.caller);
    return true;
  }
  bool operator()(const trace::Fork& fork) const {
    const auto creator = reader.executables_.find(fork.creator);
    if (creator != reader.executables_.end()) reader.executables_[fork.child] = creator->second;
    return false;
  }
  template <typename Other>
  bool operator()(const Other&) const {
    return false;
  }
};

std::vector<std::string> recordKinds() { return {"exec", "attempt", "snapshot"}; }

const std::vector<FactType>& factsOf(std::string_view kind) {
  static const std::vector<FactType> kNone;
  if (kind == "exec") return execFacts();
  if (kind == "attempt") return attemptFacts();
  if (kind == "snapshot") return snapshotFacts();
  return kNone;
}

std::optional<RecordFacts> FactReader::read(const trace::Record& record) {
  RecordFacts out;
  if (!std::visit(FactsOfBody{*this, out}, record.body)) return std::nullopt;
  char time[48];
  std::snprintf(time, sizeof time, " at %.3f s",
                (static_cast<double>(record.timeNs) - static_cast<double>(startNs_)) / 1e9);
  out.title += time;
  for (const char* name : {"typed", "executable"}) {
    const auto path = out.facts.find(name);
    if (path == out.facts.end()) continue;
    out.title += ", " + path->second.words.front();
    break;
  }
  return out;
}

}  // namespace exectrail::replay
