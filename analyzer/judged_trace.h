// A trace, read for whoever asks something of each execution in it and needs no alerts.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "analyzer/engine/judged.h"
#include "trace/reader.h"

namespace exectrail::analyzer {

// "-" is standard input. Throws EnvironmentError.
std::unique_ptr<trace::Reader> openNamed(const std::string& path, trace::Ahead ahead);

// How a line on standard error begins that says what is wrong with the trace at `path`.
std::string warningAbout(const std::string& path);

// Of a trace that has been read: false, after a warning, if that was not all of it.
bool sayWhetherWhole(const trace::Reader& reader, const std::string& path);

// What is asked of a trace.
struct Questions {
  std::function<void(const Judged&, std::int64_t realtimeNs)> judged;
  std::function<void(const trace::Record&)> record = nullptr;  // before it is judged; may be null
  trace::Ahead ahead = trace::Ahead::kIfWorthIt;
  bool again = false;  // it has been asked before, and the warning was given
};

struct Answered {
  bool whole = false;  // else a warning was given
  std::uint64_t gaps = 0;
};

// Asks, and flushes std::cout as the trace goes on. Throws EnvironmentError if there is no trace,
// trace::ReaderGone if nobody reads the answers any more.
Answered askTrace(const std::string& path, const Questions& questions);

}  // namespace exectrail::analyzer
