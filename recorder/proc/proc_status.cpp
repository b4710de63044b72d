#include "recorder/proc/proc_status.h"

#include <charconv>
#include <cstring>
#include <limits>

namespace exectrail::recorder {
namespace {

// Walks through numbers that are separated by blanks and tabs.
class Numbers {
 public:
  explicit Numbers(std::string_view text) : text_(text) {}

  template <typename T>
  bool next(T& number, int base = 10) {
    skipBlanks();
    const char* end = text_.data() + text_.size();
    const auto [stopped, error] = std::from_chars(text_.data(), end, number, base);
    if (error != std::errc()) return false;
    text_.remove_prefix(static_cast<std::size_t>(stopped - text_.data()));
    return text_.empty() || isBlank(text_.front());
  }

  bool skip(int words) {
    for (int i = 0; i < words; ++i) {
      skipBlanks();
      if (text_.empty()) return false;
      while (!text_.empty() && !isBlank(text_.front())) text_.remove_prefix(1);
    }
    return true;
  }

  bool atEnd() const { return text_.empty(); }

 private:
  static bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n'; }
  void skipBlanks() {
    while (!text_.empty() && isBlank(text_.front())) text_.remove_prefix(1);
  }

  std::string_view text_;
};

// Takes the first line off.
std::string_view takeLine(std::string_view& text) {
  const void* end = std::memchr(text.data(), '\n', text.size());
  const std::size_t length =
      end == nullptr ? text.size()
                     : static_cast<std::size_t>(static_cast<const char*>(end) - text.data());
  const std::string_view line = text.substr(0, length);
  text.remove_prefix(end == nullptr ? length : length + 1);
  return line;
}

// "Real Effective Saved Filesystem".
bool parseIds(std::string_view text, std::uint32_t& real, std::uint32_t& effective) {
  Numbers numbers(text);
  std::uint32_t others = 0;
  return numbers.next(real) && numbers.next(effective) && numbers.next(others) &&
         numbers.next(others);
}

template <typename T>
bool parseOne(std::string_view text, T& number, int base = 10) {
  return Numbers(text).next(number, base);
}

constexpr unsigned kTgid = 1;
constexpr unsigned kUid = 2;
constexpr unsigned kGid = 4;
constexpr unsigned kInheritable = 8;
constexpr unsigned kPermitted = 16;
constexpr unsigned kEffective = 32;
constexpr unsigned kBounding = 64;
constexpr unsigned kAmbient = 128;
constexpr unsigned kNoNewPrivileges = 256;
constexpr unsigned kParent = 512;
constexpr unsigned kCredentialLines = kTgid | kParent | kUid | kGid;
constexpr unsigned kPrivilegeLines =
    kInheritable | kPermitted | kEffective | kBounding | kAmbient | kNoNewPrivileges;

trace::SeccompMode seccompMode(std::string_view text) {
  unsigned mode = 0;
  if (!parseOne(text, mode) || mode > 2) return trace::SeccompMode::kUnknown;
  return static_cast<trace::SeccompMode>(mode);
}

// What the line is about, if it is one that counts, and was understood.
unsigned parseLine(std::string_view line, ProcStatus& status, trace::Privileges& privileges) {
  const auto value = [&line](std::string_view key) {
    if (!line.starts_with(key)) return std::string_view();
    return line.substr(key.size());
  };
  std::string_view found;
  auto& who = status.credentials;
  switch (line.empty() ? '\0' : line.front()) {
    case 'T':
      found = value("Tgid:");
      return parseOne(found, status.tgid) ? kTgid : 0;
    case 'P':
      found = value("PPid:");
      return parseOne(found, status.parentPid) ? kParent : 0;
    case 'U':
      found = value("Uid:");
      return parseIds(found, who.realUid, who.effectiveUid) ? kUid : 0;
    case 'G':
      found = value("Gid:");
      return parseIds(found, who.realGid, who.effectiveGid) ? kGid : 0;
    case 'N':
      found = value("NoNewPrivs:");
      if (unsigned set = 0; parseOne(found, set)) {
        privileges.noNewPrivileges = set != 0;
        return kNoNewPrivileges;
      }
      return 0;
    case 'S':
      found = value("Seccomp:");
      if (!found.empty()) privileges.seccomp = seccompMode(found);
      return 0;
    case 'C':
      break;
    default:
      return 0;
  }
  constexpr struct {
    std::string_view key;
    unsigned line;
    std::uint64_t trace::Privileges::*set;
  } kSets[] = {{"CapInh:", kInheritable, &trace::Privileges::inheritable},
               {"CapPrm:", kPermitted, &trace::Privileges::permitted},
               {"CapEff:", kEffective, &trace::Privileges::effective},
               {"CapBnd:", kBounding, &trace::Privileges::bounding},
               {"CapAmb:", kAmbient, &trace::Privileges::ambient}};
  for (const auto& set : kSets) {
    if (!line.starts_with(set.key)) continue;
    return parseOne(value(set.key), privileges.*set.set, 16) ? set.line : 0;
  }
  return 0;
}

}  // namespace

std::optional<ProcStat> parseStat(std::string_view text) {
  // The name may hold spaces and parentheses: it ends at the last one.
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  ProcStat stat;
  stat.comm = text.substr(open + 1, close - open - 1);
  text.remove_prefix(close + 1);
  // " S 1 …": the state is field 3 of the manual page.
  if (text.size() < 3 || text[0] != ' ' || text[2] != ' ') return std::nullopt;
  stat.state = text[1];
  Numbers numbers(text.substr(2));
  std::int64_t session = 0;
  std::int64_t terminal = 0;
  if (!numbers.next(stat.parentPid) || !numbers.skip(1) || !numbers.next(session) ||
      !numbers.next(terminal) || !numbers.skip(14) || !numbers.next(stat.startTicks)) {
    return std::nullopt;
  }
  if (numbers.atEnd()) return std::nullopt;  // the number may be cut
  // do_task_stat() of fs/proc/array.c leaves -1, and 0 for the parent, when there is no sighand.
  stat.attached = session >= 0;
  if (session < -1 || session > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  if (stat.attached) stat.sessionId = static_cast<std::uint32_t>(session);
  // Printed as a signed number; a device number has 32 bits.
  if (terminal < std::numeric_limits<std::int32_t>::min() ||
      terminal > std::numeric_limits<std::uint32_t>::max()) {
    return std::nullopt;
  }
  stat.terminal = static_cast<std::uint32_t>(terminal);
  if (!numbers.skip(25) || !numbers.next(stat.argumentsBegin) || !numbers.next(stat.argumentsEnd)) {
    stat.argumentsBegin = stat.argumentsEnd = 0;
  }
  return stat;
}

std::optional<ProcStatus> parseStatus(std::string_view text) {
  ProcStatus status;
  trace::Privileges privileges;
  privileges.seccomp = trace::SeccompMode::kUnknown;
  unsigned lines = 0;
  while (!text.empty()) {
    lines |= parseLine(takeLine(text), status, privileges);
    if (lines == (kCredentialLines | kPrivilegeLines) && text.starts_with("Seccomp:")) {
      parseLine(takeLine(text), status, privileges);
      break;  // nothing that counts comes behind it
    }
  }
  if ((lines & kCredentialLines) != kCredentialLines) return std::nullopt;
  if ((lines & kPrivilegeLines) == kPrivilegeLines) status.privileges = privileges;
  return status;
}

}  // namespace exectrail::recorder
