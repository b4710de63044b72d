#include "replay/traces/loaded_trace.h"

#include <filesystem>

#include "replay/support/temporary.h"
#include "trace/container/byte_sink.h"
#include "trace/errors.h"
#include "trace/record_bytes.h"

namespace exectrail::replay {
namespace {

constexpr std::size_t kMostRecords = 4'000'000;
constexpr std::size_t kMostBytes = std::size_t{1} << 30;
constexpr int kCompressionLevel = 3;  // of zstd, as exectrail trace cut has it

}  // namespace

LoadedTrace::LoadedTrace(trace::Reader& reader, const std::string& name)
    : header_(reader.header()) {
  trace::Record record;
  while (reader.next(record)) {
    if (records_.size() == kMostRecords || bytes_ > kMostBytes) {
      throw EnvironmentError(name + " has more than " + std::to_string(kMostRecords) +
                             " records or 1 GiB of text, too much for this: cut it first, with "
                             "exectrail trace cut");
    }
    keep(record);
  }
  state_ = reader.state();
  if (reader.end()) end_ = *reader.end();
}

void LoadedTrace::keep(trace::Record& record) {
  trace::Record copy = record;
  const auto copyBytes = [this](trace::Bytes& bytes) {
    bytes_ += bytes.size();
    bytes = arena_.copy(bytes);
  };
  forEachBytes(copy, copyBytes);
  if (trace::Image* image = trace::imageOf(copy)) {
    // Most images share the context of the one before them.
    if (contexts_.empty() || !(contexts_.back() == *image->context)) {
      trace::Context& context = contexts_.emplace_back(*image->context);
      forEachBytes(context, copyBytes);
    }
    image->context = &contexts_.back();
  }
  records_.push_back(std::move(copy));
}

trace::End accountOf(const std::vector<trace::Record>& records, const trace::End& source) {
  trace::End end = source;
  end.execs = end.attempts = end.forks = end.exits = end.gaps = end.lostEvents = 0;
  for (const trace::Record& record : records) {
    end.execs += std::holds_alternative<trace::Exec>(record.body) ? 1U : 0U;
    end.attempts += std::holds_alternative<trace::Attempt>(record.body) ? 1U : 0U;
    end.forks += std::holds_alternative<trace::Fork>(record.body) ? 1U : 0U;
    end.exits += std::holds_alternative<trace::Exit>(record.body) ? 1U : 0U;
    if (const auto* gap = std::get_if<trace::Gap>(&record.body)) {
      ++end.gaps;
      end.lostEvents += gap->lostEvents;
    }
  }
  end.reason = trace::EndReason::kCut;
  return end;
}

void writeTrace(const std::string& path, const trace::Header& header,
                const std::vector<trace::Record>& records, const trace::End& end) {
  namespace fs = std::filesystem;
  if (fs::exists(path)) throw EnvironmentError(path + " is there already; remove it first");
  const std::string unfinished = path + ".new";
  std::error_code ignored;
  fs::remove(unfinished, ignored);
  try {
    const OwnedFd file(createFile(unfinished, 0644));
    trace::FdSink sink(file.get(), unfinished);
    trace::WriterSettings settings;
    settings.compressionLevel = kCompressionLevel;
    trace::Writer writer(sink, header, settings);
    for (const trace::Record& record : records) writer.add(record);
    writer.finish(end);
    std::error_code error;
    fs::rename(unfinished, path, error);
    if (error) throw EnvironmentError("cannot make " + path + ": " + error.message());
  } catch (...) {
    fs::remove(unfinished, ignored);
    throw;
  }
}

}  // namespace exectrail::replay
