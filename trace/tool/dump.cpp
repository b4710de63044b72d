#include "trace/tool/dump.h"

#include <iostream>

#include "trace/dump.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/json/record.h"
#include "trace/tool/open.h"
#include "trace/tool/time_argument.h"

namespace exectrail::trace {
namespace {

constexpr const char* kAll = "all";

// False after saying what is wrong.
bool parseKinds(const DumpOptions& options, std::vector<RecordKind>& kinds) {
  std::string known = kAll;
  for (std::size_t i = 0; i < kRecordKinds; ++i) {
    known += ", " + std::string(name(static_cast<RecordKind>(i)));
  }
  for (const std::string& text : options.kinds) {
    if (text == kAll) {
      kinds.clear();
      return true;
    }
    std::size_t i = 0;
    while (i < kRecordKinds && name(static_cast<RecordKind>(i)) != text) ++i;
    if (i == kRecordKinds) {
      std::cerr << "exectrail: trace dump: --kind found " << quoteForTerminal(text)
                << "; kinds are " << known << '\n';
      return false;
    }
    kinds.push_back(static_cast<RecordKind>(i));
  }
  if (options.kinds.empty() && options.json) {
    kinds = {RecordKind::kExec, RecordKind::kAttempt, RecordKind::kGap};
  }
  return true;
}

void dumpJson(Reader& reader, const DumpFilter& filter, std::ostream& out) {
  JsonLines lines(reader.header());
  Record record;
  while (reader.next(record)) {
    if (filter.shows(reader.header(), record)) out << lines.line(record);
  }
}

}  // namespace

int runDump(const DumpOptions& options) {
  DumpFilter filter;
  if (!parseKinds(options, filter.kinds)) return kExitUsage;
  const auto reader = openArgument(options.path);
  const ClockReading& start = reader->header().clock;
  Selection& selection = filter.selection;
  if (!parseBound("dump", "--from", options.from, start, selection.fromNs) ||
      !parseBound("dump", "--to", options.to, start, selection.toNs)) {
    return kExitUsage;
  }
  selection.pids = options.pids;
  selection.executables = options.executables;
  if (!options.noIndex && !selection.everything()) reader->skipUnwanted(selection);
  if (options.json) {
    dumpJson(*reader, filter, std::cout);
  } else {
    dumpText(*reader, filter, std::cout);
  }
  return closing(*reader, options.path);
}

}  // namespace exectrail::trace
