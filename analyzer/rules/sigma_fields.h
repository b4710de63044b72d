// What the fields of Sigma rules are in an execution: those of Sysmon for Linux's process creation
// (event 1) and those of the records that auditd writes for an execve.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analyzer/compiler/field.h"

namespace exectrail::analyzer::sigma {

enum class LogSource : std::uint8_t { kProcessCreation, kAuditd };

struct MappedField {
  enum class Kind : std::uint8_t {
    kText,
    kPath,  // text that the kernel resolved: the links every Linux has are one spelling
    kNumber,
    kUser,        // a name, of which the trace has the number
    kHashes,      // "SHA256=..."
    kAbsent,      // never has a value on Linux
    kElsewhere,   // has one, of which executions say nothing
    kUnknown,     // no field of this log source
    kRecordType,  // auditd: of which record
    kSystemCall,  // auditd: by which system call
    kSuccess,     // auditd: yes or no
  };
  Kind kind = Kind::kUnknown;
  FieldRef ref;     // of the first five
  std::string why;  // of kAbsent and kElsewhere
};

// `name` as the rule writes it, without modifiers. `systemCallArguments`: of auditd, a0 to a3 are
// those of a SYSCALL record, not of a program.
MappedField mapField(LogSource source, std::string_view name, bool systemCallArguments);

// The user id that a name has on every Linux or, of www-data, on Debian and its kin.
std::optional<std::int64_t> userId(std::string_view name);

}  // namespace exectrail::analyzer::sigma
