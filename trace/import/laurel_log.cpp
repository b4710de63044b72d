#include "trace/import/laurel_log.h"

#include <utility>

#include "trace/import/audit_event.h"
#include "trace/import/json_line.h"

namespace exectrail::trace {
namespace {

using Json = nlohmann::json;

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hexDigit(text[i + 1]) >= 0 &&
        hexDigit(text[i + 2]) >= 0) {
      out += static_cast<char>(hexDigit(text[i + 1]) << 4 | hexDigit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::optional<std::string> textMember(const Json& object, const char* name) {
  auto text = stringMember(object, name);
  if (text) *text = decode(*text);
  return text;
}

bool readSystemCall(const Json& record, AuditEvent& event) {
  const auto pid = idMember(record, "pid");
  if (!pid || *pid == 0) return false;
  AuditEvent::SystemCallRecord call;
  call.pid = *pid;
  call.architecture = static_cast<std::uint32_t>(numberMember(record, "arch", 16).value_or(0));
  call.number = idMember(record, "syscall").value_or(0xffffffffU);
  call.name = stringMember(record, "SYSCALL").value_or("");
  call.success = stringMember(record, "success").value_or("") == "yes";
  call.exit = numberMember(record, "exit").value_or(0);
  call.parentPid = idMember(record, "ppid");
  call.comm = textMember(record, "comm");
  call.executable = textMember(record, "exe");
  const auto uid = idMember(record, "uid");
  const auto euid = idMember(record, "euid");
  const auto gid = idMember(record, "gid");
  const auto egid = idMember(record, "egid");
  if (uid && euid && gid && egid) call.credentials = {*uid, *euid, *gid, *egid};
  const auto loginUid = idMember(record, "auid");
  const auto session = idMember(record, "ses");
  if (loginUid && session) call.login = {*loginUid, *session};
  if (const Json* arguments = member(record, "ARGV");
      arguments != nullptr && arguments->is_array() && !arguments->empty()) {
    const Json first = {{"a0", (*arguments)[0]}};
    call.firstArgument = static_cast<std::uint64_t>(numberMember(first, "a0", 16).value_or(0));
  }
  event.call = std::move(call);
  return true;
}

// ARGV, or ARGV_STR if laurel was told to write only that.
void readExecve(const Json& record, AuditEvent& event, SensorEvents& out) {
  event.hasExecve = true;
  event.argumentCount = idMember(record, "argc");
  const Json* list = member(record, "ARGV");
  if (list == nullptr || !list->is_array()) return;
  std::uint64_t index = 0;
  for (const Json& argument : *list) {
    if (!argument.is_string()) {
      event.addCutArgument(index);
    } else if (!event.addArgument(index, decode(argument.get<std::string>()))) {
      out.remark("arguments beyond what one exec may have were left out");
      return;
    }
    ++index;
  }
}

void readPath(const Json& paths, AuditEvent& event) {
  if (!paths.is_array()) return;
  for (const Json& path : paths) {
    if (numberMember(path, "item") != 0) continue;
    event.path = textMember(path, "name");
    FileIdentity identity;
    const auto inode = numberMember(path, "inode");
    if (inode && parseDevice(stringMember(path, "dev").value_or(""), identity)) {
      identity.inode = static_cast<std::uint64_t>(*inode);
      event.pathIdentity = identity;
    }
    return;
  }
}

// What laurel remembers of the parent: PPID within SYSCALL, PARENT_INFO in newer versions.
void readParent(const Json& line, const Json& call, AuditEvent& event) {
  const Json* parent = member(line, "PARENT_INFO");
  if (parent == nullptr) parent = member(call, "PPID");
  if (parent == nullptr) return;
  const auto executable = textMember(*parent, "exe");
  if (!executable) return;
  event.parent = SensorParent{*executable, textMember(*parent, "comm"), std::nullopt};
  const Json* arguments = member(*parent, "ARGV");
  if (arguments == nullptr || !arguments->is_array()) return;
  std::vector<std::string> list;
  for (const Json& argument : *arguments) {
    if (!argument.is_string() || list.size() >= kMaxSensorArguments) return;
    list.push_back(decode(argument.get<std::string>()));
  }
  event.parent->arguments = std::move(list);
}

}  // namespace

void LaurelLog::line(Bytes bytes) {
  if (bytes.find_first_not_of(" \t\r") == Bytes::npos) return;
  // A line-prefix may have been configured ("@cee: ").
  const std::size_t brace = bytes.find('{');
  if (brace == Bytes::npos) {
    out_.unreadable(1, 0);
    return;
  }
  const Json line = parseJsonLine(bytes.substr(brace));
  AuditEvent audit;
  audit.lines = 1;
  const auto id = stringMember(line, "ID");
  if (line.is_discarded() || !id || !parseAuditId(*id, audit.timeNs, audit.serial)) {
    out_.unreadable(1, 0);
    return;
  }
  out_.time(audit.timeNs);
  audit.host = textMember(line, "NODE").value_or("");
  const Json* call = member(line, "SYSCALL");
  if (call != nullptr && !readSystemCall(*call, audit)) {
    out_.unreadable(1, audit.timeNs);
    return;
  }
  if (const Json* execve = member(line, "EXECVE")) readExecve(*execve, audit, out_);
  if (const Json* cwd = member(line, "CWD")) audit.workingDirectory = textMember(*cwd, "cwd");
  if (const Json* paths = member(line, "PATH")) readPath(*paths, audit);
  if (call != nullptr) readParent(line, *call, audit);
  SensorEvent event;
  bool broken = false;
  if (audit.interpret(event, broken)) {
    out_.event(std::move(event));
  } else if (broken) {
    out_.unreadable(1, audit.timeNs);
  } else {
    out_.other();
  }
}

}  // namespace exectrail::trace
