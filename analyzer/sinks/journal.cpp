#include "analyzer/sinks/journal.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "analyzer/compiler/program.h"
#include "trace/escape.h"
#include "trace/file_descriptor.h"

namespace exectrail::analyzer {
namespace {

// A value with a newline in it is given with its size, as 64 bits, little-endian.
void add(std::string& entry, std::string_view field, std::string_view value) {
  entry.append(field);
  if (value.find('\n') == std::string_view::npos) {
    entry.append("=").append(value).append("\n");
    return;
  }
  entry += '\n';
  for (unsigned shift = 0; shift < 64; shift += 8) {
    entry += static_cast<char>(static_cast<std::uint64_t>(value.size()) >> shift & 0xff);
  }
  entry.append(value).append("\n");
}

template <typename Value>
std::string known(const trace::Field<Value>& field) {
  return field.known() ? field.value : std::string();
}

int sendAsFile(int fd, std::string_view entry) {
  const FileDescriptor file(::memfd_create("exectrail-alert", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.valid()) return errno;
  for (std::size_t done = 0; done < entry.size();) {
    const ssize_t written = ::write(file.get(), entry.data() + done, entry.size() - done);
    if (written <= 0) return written < 0 ? errno : ENOSPC;
    done += static_cast<std::size_t>(written);
  }
  // The journal takes no file that somebody could still change.
  constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (::fcntl(file.get(), F_ADD_SEALS, kSeals) != 0) return errno;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* const head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  const int passed = file.get();
  std::memcpy(CMSG_DATA(head), &passed, sizeof passed);
  return ::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
}

}  // namespace

std::string journalEntry(const Alert& alert, std::string_view line) {
  // info, notice, warning, err, crit
  constexpr const char* kPriorities[] = {"6", "5", "4", "3", "2"};
  const std::string what = known(alert.filePath);
  std::string entry;
  add(entry, "MESSAGE",
      std::string(name(alert.severity)) + " " + alert.recipe->name + ": " +
          (what.empty() ? "(path not known)" : trace::escapeForTerminal(what)));
  add(entry, "PRIORITY", kPriorities[static_cast<std::size_t>(alert.severity)]);
  add(entry, "SYSLOG_IDENTIFIER", "exectrail");
  add(entry, "SYSLOG_FACILITY", "10");
  add(entry, "EXECTRAIL_ID", alert.id);
  add(entry, "EXECTRAIL_RECIPE", alert.recipe->name);
  add(entry, "EXECTRAIL_SEVERITY", name(alert.severity));
  if (!alert.directoryClass.empty()) add(entry, "EXECTRAIL_CLASS", alert.directoryClass);
  if (!what.empty()) add(entry, "EXECTRAIL_FILE", what);
  add(entry, "EXECTRAIL_PID", std::to_string(alert.process.id.tgid));
  if (alert.process.executable.known()) {
    add(entry, "EXECTRAIL_EXECUTABLE", alert.process.executable.value);
  }
  if (alert.parent.executable.known()) {
    add(entry, "EXECTRAIL_PARENT", alert.parent.executable.value);
  }
  if (alert.suppressed != 0) add(entry, "EXECTRAIL_SUPPRESSED", std::to_string(alert.suppressed));
  add(entry, "EXECTRAIL_ALERT", line);
  return entry;
}

std::string journalHeartbeat(std::string_view line) {
  std::string entry;
  add(entry, "MESSAGE", "the recorder lives");
  add(entry, "PRIORITY", "6");
  add(entry, "SYSLOG_IDENTIFIER", "exectrail");
  add(entry, "EXECTRAIL_HEARTBEAT", line);
  return entry;
}

int sendToJournal(int fd, std::string_view entry) {
  if (::send(fd, entry.data(), entry.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return 0;
  return errno == EMSGSIZE ? sendAsFile(fd, entry) : errno;
}

}  // namespace exectrail::analyzer
