// What a trace knows of a storm, as one JSON document of counts: which of the execs it holds, which
// of them with the file that ran and with the very arguments that were passed, and whether what is
// missing is marked as missing. Knows the truth because a storm counts in argv[1].
#include <sys/stat.h>

#include <charconv>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <variant>

#include "trace/errors.h"
#include "trace/reader.h"

namespace {

namespace trace = exectrail::trace;
using Json = nlohmann::ordered_json;
using Counts = std::map<std::string, std::uint64_t>;

struct Options {
  std::string program;       // as the storm was given it
  std::string lastArgument;  // what follows the counter in argv, empty: nothing
  std::string path;
};

[[noreturn]] void usage() {
  std::cerr << "usage: trace_facts [--program PATH] [--last-argument TEXT] TRACE\n"
               "  --program        the program of the storm, for the counts of `storm`\n"
               "  --last-argument  what follows the counter in argv (storm --lifetime)\n";
  std::exit(exectrail::kExitUsage);
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

Options parse(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string name = arguments[i];
    if (!name.starts_with("--")) {
      if (!options.path.empty()) usage();
      options.path = name;
      continue;
    }
    if (++i == arguments.size()) usage();
    if (name == "--program") {
      options.program = arguments[i];
    } else if (name == "--last-argument") {
      options.lastArgument = arguments[i];
    } else {
      usage();
    }
  }
  if (options.path.empty()) usage();
  return options;
}

std::string resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  return real ? real.get() : path;
}

// The execs of one program, each of which has a counter.
class StormFacts {
 public:
  explicit StormFacts(const Options& options)
      : options_(options), executable_(resolved(options.program)) {}

  void add(const trace::Exec& exec) {
    if (!isOurs(exec)) return;
    const auto counter = passedArguments(exec.image.arguments.value);
    ++execs_;
    const trace::Evidence& executable = exec.image.executable.evidence;
    ++executableClasses_[std::string(trace::name(executable.evidenceClass))];
    if (executable.known() && exec.image.executable.value == executable_) ++withExecutable_;
    const trace::Evidence& arguments = exec.image.arguments.evidence;
    ++argumentClasses_[std::string(trace::name(arguments.evidenceClass))];
    if (!arguments.known() || arguments.truncated()) {
      ++incompleteMarked_;
    } else if (!counter || !seen_.insert(*counter).second) {
      ++incompleteUnmarked_;  // said to be whole, and is not what was passed
    }
  }

  Json json() const {
    return {{"execs", execs_},
            {"withExecutable", withExecutable_},
            {"executableEvidence", executableClasses_},
            {"argumentsComplete", seen_.size()},
            {"argumentsEvidence", argumentClasses_},
            {"incompleteMarked", incompleteMarked_},
            {"incompleteUnmarked", incompleteUnmarked_}};
  }

 private:
  bool isOurs(const trace::Exec& exec) const {
    const bool typed = exec.typedPath.known() && exec.typedPath.value == options_.program;
    return typed || (exec.image.executable.known() && exec.image.executable.value == executable_);
  }

  // The counter, if these are the arguments of an exec of the storm and nothing else.
  std::optional<std::uint64_t> passedArguments(const trace::Arguments& arguments) const {
    const std::size_t expected = options_.lastArgument.empty() ? 2 : 3;
    if (arguments.size() != expected || arguments[0] != options_.program) return std::nullopt;
    if (expected == 3 && arguments[2] != options_.lastArgument) return std::nullopt;
    return number(arguments[1]);
  }

  const Options& options_;
  std::string executable_;
  std::set<std::uint64_t> seen_;
  Counts executableClasses_;
  Counts argumentClasses_;
  std::uint64_t execs_ = 0;
  std::uint64_t withExecutable_ = 0;
  std::uint64_t incompleteMarked_ = 0;
  std::uint64_t incompleteUnmarked_ = 0;
};

// The whole trace.
class TraceFacts {
 public:
  explicit TraceFacts(StormFacts& storm) : storm_(storm) {}

  void add(const trace::Record& record) {
    if (const auto* exec = std::get_if<trace::Exec>(&record.body)) {
      ++execs_;
      withExecutable_ += exec->image.executable.known() ? 1 : 0;
      const trace::Evidence& arguments = exec->image.arguments.evidence;
      argumentsWhole_ += arguments.known() && !arguments.truncated() ? 1 : 0;
      storm_.add(*exec);
    } else if (const auto* attempt = std::get_if<trace::Attempt>(&record.body)) {
      ++attemptsByErrno_[std::to_string(attempt->errorNumber)];
    } else if (const auto* tally = std::get_if<trace::AttemptTally>(&record.body)) {
      attemptsTallied_ += tally->count;
    } else if (const auto* gap = std::get_if<trace::Gap>(&record.body)) {
      ++gaps_[std::string(trace::name(gap->source))];
      lostEvents_ += gap->lostEvents;
    }
  }

  Json json() const {
    return {{"execs", execs_},
            {"withExecutable", withExecutable_},
            {"argumentsWhole", argumentsWhole_},
            {"attemptsByErrno", attemptsByErrno_},
            {"attemptsTallied", attemptsTallied_},
            {"gapsBySource", gaps_},
            {"lostEvents", lostEvents_}};
  }

 private:
  StormFacts& storm_;
  Counts attemptsByErrno_;
  Counts gaps_;
  std::uint64_t execs_ = 0;
  std::uint64_t withExecutable_ = 0;
  std::uint64_t argumentsWhole_ = 0;
  std::uint64_t attemptsTallied_ = 0;
  std::uint64_t lostEvents_ = 0;
};

int run(const Options& options) {
  const auto reader = trace::openTrace(options.path);
  StormFacts storm(options);
  TraceFacts facts(storm);
  trace::Record record;
  while (reader->next(record)) facts.add(record);
  Json json = facts.json();
  if (!options.program.empty()) json["storm"] = storm.json();
  if (const auto& end = reader->end()) {
    json["end"] = {{"execs", end->execs},
                   {"attempts", end->attempts},
                   {"notKept", end->attemptsNotKept},
                   {"gaps", end->gaps},
                   {"lostEvents", end->lostEvents},
                   {"lateEvents", end->lateEvents},
                   {"undecoded", end->undecodedEvents}};
  }
  struct stat file = {};
  if (::stat(options.path.c_str(), &file) == 0) json["bytes"] = file.st_size;
  json["unknownRecords"] = reader->state().unknownRecords;
  json["problem"] = reader->state().problem;
  std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  exectrail::flushStandardOutput();
  return reader->state().completeness == trace::Completeness::kComplete
             ? exectrail::kExitDone
             : exectrail::kExitEnvironment;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse({argv, static_cast<std::size_t>(argc)});
  try {
    return run(options);
  } catch (const std::exception& e) {
    std::cerr << "trace_facts: " << e.what() << '\n';
    return exectrail::kExitEnvironment;
  }
}
