// A trace as text, one record a line, aligned and safe for any terminal: for reading, and so that a
// change of a binary trace can be reviewed.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string_view>
#include <vector>

#include "trace/reader.h"
#include "trace/selection.h"

namespace exectrail::trace {

enum class RecordKind {
  kSnapshot,
  kFork,
  kExec,
  kAttempt,
  kExit,
  kGap,
  kMapping,
  kTally,
  kMountTable,
  kHeartbeat,
  kFileHash,
};
inline constexpr std::size_t kRecordKinds = 11;

// As --kind takes them and JSON shows them: "snapshot" … "file_hash".
std::string_view name(RecordKind kind);

// Nothing for a kind that only a newer version knows.
std::optional<RecordKind> kindOf(const Record& record);

struct DumpFilter {
  Selection selection;
  std::vector<RecordKind> kinds;  // none: all

  bool shows(const Header& header, const Record& record) const;
};

// Reads `reader` to its end. Times are seconds since the recording started. The same trace gives
// the same text.
void dumpText(Reader& reader, const DumpFilter& filter, std::ostream& out);
inline void dumpText(Reader& reader, std::ostream& out) { dumpText(reader, {}, out); }

}  // namespace exectrail::trace
