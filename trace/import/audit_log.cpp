#include "trace/import/audit_log.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace exectrail::trace {
namespace {

// Records of an event come within this time of each other: auditd's end_of_event_timeout.
constexpr std::uint64_t kWholeAfterNs = 2'000'000'000;
constexpr std::size_t kMaxHost = 256;
constexpr std::size_t kMaxHosts = 1024;
constexpr char kEnrichedFrom = '\x1d';  // what auditd adds when log_format is ENRICHED

struct NameValue {
  Bytes name;
  Bytes value;  // with its quotes
};

// The next "name=value" of `text`, which is cut to what follows.
bool nextField(Bytes& text, NameValue& field) {
  for (;;) {
    const std::size_t begin = text.find_first_not_of(" ,");
    if (begin == Bytes::npos) return false;
    text.remove_prefix(begin);
    const std::size_t end = text.find_first_of(" =");
    if (end == Bytes::npos) return false;
    if (text[end] == '=') {
      field.name = text.substr(0, end);
      text.remove_prefix(end + 1);
      break;
    }
    text.remove_prefix(end);
  }
  std::size_t end = 0;
  if (!text.empty() && (text[0] == '"' || text[0] == '\'')) {
    end = text.find(text[0], 1);
    end = end == Bytes::npos ? text.size() : end + 1;
  } else {
    end = std::min(text.find(' '), text.size());
  }
  field.value = text.substr(0, end);
  text.remove_prefix(end);
  return true;
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// What the kernel wrote with audit_log_untrustedstring: in quotes, or in hexadecimal if it holds a
// space, a quote or a byte that is not printable ASCII.
bool decodeText(Bytes value, std::string& out) {
  out.clear();
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    out = value.substr(1, value.size() - 2);
    return true;
  }
  if (value.empty() || value.size() % 2 != 0) return false;
  out.reserve(value.size() / 2);
  for (std::size_t i = 0; i < value.size(); i += 2) {
    const int high = hexDigit(value[i]);
    const int low = hexDigit(value[i + 1]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high << 4 | low);
  }
  return true;
}

std::optional<std::string> textOf(Bytes value) {
  std::string text;
  return decodeText(value, text) ? std::optional(std::move(text)) : std::nullopt;
}

std::optional<std::uint32_t> numberOf(Bytes value) {
  std::uint64_t number = 0;
  if (!parseNumber(value, 10, number) || number > 0xffffffffU) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

std::int64_t signedOf(Bytes value) {
  std::uint64_t number = 0;
  const bool negative = value.starts_with('-');
  if (negative) value.remove_prefix(1);
  if (!parseNumber(value, 10, number) || number > 0x7fffffffffffffffU) return 0;
  return negative ? -static_cast<std::int64_t>(number) : static_cast<std::int64_t>(number);
}

// False if it does not say whose it is.
bool readSystemCall(Bytes text, AuditEvent& event) {
  AuditEvent::SystemCallRecord call;
  std::optional<std::uint32_t> pid, uid, euid, gid, egid, loginUid, session;
  std::uint64_t number = 0;
  NameValue field;
  while (nextField(text, field)) {
    const Bytes name = field.name;
    const Bytes value = field.value;
    if (name == "arch" && parseNumber(value, 16, number)) {
      call.architecture = static_cast<std::uint32_t>(number);
    } else if (name == "syscall") {
      const auto found = numberOf(value);
      call.number = found.value_or(0xffffffffU);
      if (!found) call.name = value;
    } else if (name == "success") {
      call.success = value == "yes";
    } else if (name == "exit") {
      call.exit = signedOf(value);
    } else if (name == "a0" && parseNumber(value, 16, number)) {
      call.firstArgument = number;
    } else if (name == "pid") {
      pid = numberOf(value);
    } else if (name == "ppid") {
      call.parentPid = numberOf(value);
    } else if (name == "auid") {
      loginUid = numberOf(value);
    } else if (name == "ses") {
      session = numberOf(value);
    } else if (name == "uid") {
      uid = numberOf(value);
    } else if (name == "gid") {
      gid = numberOf(value);
    } else if (name == "euid") {
      euid = numberOf(value);
    } else if (name == "egid") {
      egid = numberOf(value);
    } else if (name == "comm") {
      call.comm = textOf(value);
    } else if (name == "exe") {
      call.executable = textOf(value);
    }
  }
  if (!pid || *pid == 0) return false;
  call.pid = *pid;
  if (uid && euid && gid && egid) call.credentials = {*uid, *euid, *gid, *egid};
  if (loginUid && session) call.login = {*loginUid, *session};
  event.call = std::move(call);
  return true;
}

// argc=N a0="…", and a long one in pieces: a1_len=N a1[0]=… a1[1]=…, over several records.
bool readExecve(Bytes text, AuditEvent& event, SensorEvents& out) {
  event.hasExecve = true;
  NameValue field;
  std::string piece;
  bool any = false;
  while (nextField(text, field)) {
    if (field.name == "argc") {
      event.argumentCount = numberOf(field.value);
      any = true;
      continue;
    }
    if (!field.name.starts_with('a')) continue;
    Bytes index = field.name.substr(1);
    index = index.substr(0, index.find('['));
    std::uint64_t number = 0;
    if (!parseNumber(index, 10, number)) continue;  // a1_len
    any = true;
    if (!decodeText(field.value, piece)) {
      event.addCutArgument(number);
      out.remark("arguments that are neither quoted nor hexadecimal were left out");
    } else if (!event.addArgument(number, piece)) {
      out.remark("arguments beyond what one exec may have were left out");
    }
  }
  return any;
}

void readPath(Bytes text, AuditEvent& event) {
  std::optional<std::string> path;
  FileIdentity identity;
  bool hasInode = false;
  bool hasDevice = false;
  NameValue field;
  while (nextField(text, field)) {
    if (field.name == "item" && field.value != "0") return;
    if (field.name == "name") {
      path = textOf(field.value);
    } else if (field.name == "inode") {
      hasInode = parseNumber(field.value, 10, identity.inode);
    } else if (field.name == "dev") {
      hasDevice = parseDevice(field.value, identity);
    }
  }
  event.path = std::move(path);
  if (hasInode && hasDevice) event.pathIdentity = identity;
}

struct Line {
  Bytes host;
  Bytes type;
  Bytes id;    // what stands between the parentheses of msg=audit(…)
  Bytes text;  // what follows
};

bool parse(Bytes line, Line& out) {
  line = line.substr(0, line.find(kEnrichedFrom));
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("node=")) {
    const std::size_t space = line.find(' ');
    if (space == Bytes::npos || space > kMaxHost) return false;
    out.host = line.substr(5, space - 5);
    line.remove_prefix(space + 1);
  }
  constexpr Bytes kMessage = " msg=audit(";
  const std::size_t message = line.find(kMessage);
  const std::size_t close = line.find(')');
  if (!line.starts_with("type=") || message == Bytes::npos || close == Bytes::npos ||
      close < message) {
    return false;
  }
  out.type = line.substr(5, message - 5);
  const std::size_t id = message + kMessage.size();
  out.id = line.substr(id, close - id);
  out.text = line.substr(close + 1);
  if (out.text.starts_with(':')) out.text.remove_prefix(1);
  return true;
}

}  // namespace

void AuditLog::line(Bytes bytes) {
  if (bytes.find_first_not_of(" \t\r") == Bytes::npos) return;
  Line line;
  std::uint64_t timeNs = 0;
  std::uint64_t serial = 0;
  if (!parse(bytes, line) || !parseAuditId(line.id, timeNs, serial)) {
    out_.unreadable(1, 0);
    return;
  }
  out_.time(timeNs);
  closeOld(timeNs);
  const Key key{timeNs, serial, line.host};
  if (line.type == "EOE" || line.type == "PROCTITLE") {  // the last ones of an event
    if (const auto found = open_.find(key); found != open_.end()) close(found);
    return;
  }
  const bool known =
      line.type == "SYSCALL" || line.type == "EXECVE" || line.type == "CWD" || line.type == "PATH";
  if (!known) {
    control(line.type, timeNs, serial, line.host);
    return;
  }
  const auto [at, fresh] = open_.try_emplace(key);
  AuditEvent& event = at->second;
  if (fresh) {
    event.timeNs = timeNs;
    event.serial = serial;
    event.host = line.host;
  }
  const std::size_t before = fresh ? 0 : event.bytes() + sizeof event;
  ++event.lines;
  bool readable = true;
  if (line.type == "SYSCALL") {
    readable = readSystemCall(line.text, event);
  } else if (line.type == "EXECVE") {
    readable = readExecve(line.text, event, out_);
  } else if (line.type == "PATH") {
    readPath(line.text, event);
  } else if (NameValue cwd; nextField(line.text, cwd) && cwd.name == "cwd") {
    event.workingDirectory = textOf(cwd.value);
  } else {
    readable = false;
  }
  if (!readable) {
    out_.unreadable(1, timeNs);
    --event.lines;  // counted already
  }
  openBytes_ += event.bytes() + sizeof event - before;
  while (open_.size() > kMaxOpen || openBytes_ > kMaxOpenBytes) {
    out_.remark("events were taken as whole because too many were open at once");
    close(open_.begin());
  }
}

// The daemon's own comings and goings, and the host's.
void AuditLog::control(Bytes type, std::uint64_t timeNs, std::uint64_t serial, Bytes host) {
  SensorEvent event;
  event.timeNs = timeNs;
  event.sequence = serial;
  event.host = host;
  if (type == "DAEMON_END" || type == "DAEMON_ABORT") {
    if (stoppedNs_.size() < kMaxHosts) stoppedNs_.emplace(host, timeNs);
  } else if (type == "DAEMON_START") {
    const auto stopped = stoppedNs_.find(host);
    if (stopped != stoppedNs_.end() && stopped->second <= timeNs) {
      event.kind = SensorEvent::Kind::kBlind;
      event.fromNs = stopped->second;
      stoppedNs_.erase(stopped);
      out_.event(std::move(event));
      return;
    }
  } else if (type == "SYSTEM_BOOT") {
    event.kind = SensorEvent::Kind::kBoot;
    out_.event(std::move(event));
    return;
  }
  out_.other();
}

void AuditLog::closeOld(std::uint64_t nowNs) {
  while (!open_.empty() && std::get<0>(open_.begin()->first) + kWholeAfterNs <= nowNs) {
    close(open_.begin());
  }
}

void AuditLog::close(Open::iterator at) {
  SensorEvent event;
  bool broken = false;
  if (at->second.interpret(event, broken)) {
    out_.event(std::move(event));
  } else if (broken) {
    out_.unreadable(at->second.lines, at->second.timeNs);
  } else {
    out_.other();
  }
  openBytes_ -= at->second.bytes() + sizeof at->second;
  open_.erase(at);
}

void AuditLog::end() {
  while (!open_.empty()) close(open_.begin());
}

}  // namespace exectrail::trace
