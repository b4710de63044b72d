#include "analyzer/rules/sigma_fields.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "analyzer/rules/conditions.h"

namespace exectrail::analyzer::sigma {
namespace {

using Kind = MappedField::Kind;

struct Entry {
  std::string_view name;
  Kind kind;
  std::string_view field;  // of recipes; of kAbsent and kElsewhere: why
};

constexpr std::string_view kVersionInfo = "programs of Linux carry no version information";
constexpr std::string_view kWindowsOnly = "Windows only";
constexpr std::string_view kSensorOnly = "made up by the sensor";

// Sysmon for Linux writes the number of the user as LogonId and the audit session as
// TerminalSessionId, and "-" for what Linux does not have.
constexpr std::array kSysmon = {
    Entry{"Image", Kind::kPath, "process.executable"},
    Entry{"CommandLine", Kind::kText, "command_line"},
    Entry{"CurrentDirectory", Kind::kText, "cwd"},
    Entry{"ParentImage", Kind::kPath, "parent.executable"},
    Entry{"ParentCommandLine", Kind::kText, "parent.command_line"},
    Entry{"User", Kind::kUser, "user.id"},
    Entry{"ParentUser", Kind::kUser, "parent.user.id"},
    Entry{"LogonId", Kind::kNumber, "user.id"},
    Entry{"TerminalSessionId", Kind::kNumber, "login.session"},
    Entry{"ProcessId", Kind::kNumber, "process.pid"},
    Entry{"ParentProcessId", Kind::kNumber, "parent.pid"},
    Entry{"Hashes", Kind::kHashes, "file.sha256"},
    Entry{"sha256", Kind::kText, "file.sha256"},
    Entry{"OriginalFileName", Kind::kAbsent, kVersionInfo},
    Entry{"Description", Kind::kAbsent, kVersionInfo},
    Entry{"Product", Kind::kAbsent, kVersionInfo},
    Entry{"Company", Kind::kAbsent, kVersionInfo},
    Entry{"FileVersion", Kind::kAbsent, kVersionInfo},
    Entry{"IntegrityLevel", Kind::kAbsent, kWindowsOnly},
    Entry{"Imphash", Kind::kAbsent, kWindowsOnly},
    Entry{"imphash", Kind::kAbsent, kWindowsOnly},
    Entry{"ParentIntegrityLevel", Kind::kAbsent, kWindowsOnly},
    Entry{"LogonGuid", Kind::kElsewhere, kSensorOnly},
    Entry{"ProcessGuid", Kind::kElsewhere, kSensorOnly},
    Entry{"ParentProcessGuid", Kind::kElsewhere, kSensorOnly},
    Entry{"RuleName", Kind::kElsewhere, kSensorOnly},
    Entry{"UtcTime", Kind::kElsewhere, kSensorOnly},
    Entry{"md5", Kind::kElsewhere, "only SHA-256 is recorded"},
    Entry{"sha1", Kind::kElsewhere, "only SHA-256 is recorded"},
};

constexpr std::string_view kAuditRule = "set by a rule of auditd, not by the execution";
constexpr std::string_view kFileRecord = "of a record about a file, not about an execution";

constexpr std::array kAuditd = {
    Entry{"type", Kind::kRecordType, {}},
    Entry{"SYSCALL", Kind::kSystemCall, {}},
    Entry{"syscall", Kind::kSystemCall, {}},
    Entry{"success", Kind::kSuccess, {}},
    Entry{"exe", Kind::kPath, "process.executable"},
    Entry{"comm", Kind::kText, "process.comm"},
    Entry{"cwd", Kind::kText, "cwd"},
    Entry{"proctitle", Kind::kText, "command_line"},
    Entry{"pid", Kind::kNumber, "process.pid"},
    Entry{"ppid", Kind::kNumber, "parent.pid"},
    Entry{"uid", Kind::kNumber, "user.id"},
    Entry{"euid", Kind::kNumber, "user.effective_id"},
    Entry{"gid", Kind::kNumber, "group.id"},
    Entry{"egid", Kind::kNumber, "group.effective_id"},
    Entry{"auid", Kind::kNumber, "login.id"},
    Entry{"ses", Kind::kNumber, "login.session"},
    Entry{"key", Kind::kElsewhere, kAuditRule},
    Entry{"name", Kind::kElsewhere, kFileRecord},
    Entry{"nametype", Kind::kElsewhere, kFileRecord},
    Entry{"unit", Kind::kElsewhere, "of a record about a service, not about an execution"},
    Entry{"exit", Kind::kElsewhere, "the value a system call returned"},
    Entry{"tty", Kind::kElsewhere, "the terminal's name is not recorded"},
};

// The number of "a12"; nothing of anything else.
std::optional<std::uint32_t> argumentNumber(std::string_view name) {
  if (name.size() < 2 || name.front() != 'a') return std::nullopt;
  std::uint32_t number = 0;
  const auto [stop, error] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
  if (error != std::errc() || stop != name.data() + name.size() || number > 4096)
    return std::nullopt;
  return number;
}

template <typename Table>
MappedField lookUp(const Table& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Entry::name);
  if (found == table.end()) return {};
  MappedField field{found->kind, {}, {}};
  if (found->kind == Kind::kAbsent || found->kind == Kind::kElsewhere) {
    field.why = found->field;
  } else if (!found->field.empty()) {
    field.ref = rules::fieldRef(found->field);
  }
  return field;
}

}  // namespace

MappedField mapField(LogSource source, std::string_view name, bool systemCallArguments) {
  if (source == LogSource::kProcessCreation) return lookUp(kSysmon, name);
  if (const auto number = argumentNumber(name)) {
    if (systemCallArguments) {
      return {Kind::kElsewhere, {}, "an argument of a system call, not of a program"};
    }
    FieldRef ref = rules::fieldRef("args");
    ref.attribute = Attribute::kArgument;
    ref.index = *number;
    return {Kind::kText, ref, {}};
  }
  return lookUp(kAuditd, name);
}

std::optional<std::int64_t> userId(std::string_view name) {
  const std::string small = folded(name);
  if (small == "root") return 0;
  if (small == "nobody") return 65534;
  if (small == "www-data") return 33;  // base-passwd of Debian
  return std::nullopt;
}

}  // namespace exectrail::analyzer::sigma
