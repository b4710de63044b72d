#include "recorder/options.h"

#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <iostream>
#include <memory>

#include "recorder/option_help.h"
#include "trace/daemon/configuration.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/usage_error.h"

namespace exectrail::recorder {
namespace {

constexpr std::uint64_t kMinBuffer = std::uint64_t{64} << 10;
constexpr std::uint64_t kMaxBuffer = std::uint64_t{1} << 30;
constexpr std::chrono::seconds kMinWindow{1};
constexpr std::chrono::hours kMaxWindow{24};

std::string defaultOutput() {
  char host[256] = "host";
  ::gethostname(host, sizeof host - 1);
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
  std::string name = std::string(host) + "-" + stamp + ".trail";
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(std::string usage) : usage_(std::move(usage)) {}
  std::string make_usage(const CLI::App*, std::string) const override { return usage_; }

 private:
  std::string usage_;
};

// Options as they were typed, where that is not what Options holds.
struct Typed {
  std::string duration;
  std::string flightWindow;
  std::string failed = "noteworthy";
  std::string source = "auto";
  std::string environment;
  std::string buffer;
  std::string rotate;
  std::string retain;
  std::string format;
  bool probe = false;
};

void addOptions(CLI::App& app, Options& options, Typed& typed) {
  app.add_option("-o,--output", options.output,
                 "Trace file, or - for standard output (COMMAND then writes to standard error); "
                 "an existing file is kept as FILE.old [HOST-TIME.trail]. A folder (DIR/) gets the "
                 "recording as segments")
      ->type_name("FILE|DIR/");
  app.add_option("--rotate", typed.rotate,
                 "Begin a new segment at this size or after this time [64M,1h]")
      ->type_name("SIZE,TIME");
  app.add_option(
         "--retain", typed.retain,
         "Remove the oldest segments: age=TIME, size=SIZE together, free=SIZE or free=N% of "
         "the disk; all removes none [free=5%]")
      ->type_name("BOUND,...");
  app.add_flag("-a,--all", options.wholeHost, "Record the whole host, also with a COMMAND");
  app.add_option("--duration", typed.duration, "Stop recording after this time: 30s, 10m, 2h")
      ->type_name("TIME");
  app.add_flag("--wait-tree", options.waitTree,
               "Go on when COMMAND has ended, until all that it started has ended too");
  app.add_option("--failed", typed.failed,
                 "Failed attempts to keep: noteworthy (all but ENOENT and ENOTDIR, which are "
                 "counted), all, none [noteworthy]")
      ->type_name("WHICH");
  app.add_option(
         "--source", typed.source,
         "Where events come from: auto, or a list of tracefs, perf, connector, dynamic, procfs "
         "[auto]")
      ->type_name("LIST");
  app.add_option(
         "--env", typed.environment,
         "Variables of the environment to keep, with their values: NAME,... instead of the "
         "default ones, +NAME,... beside them, or none [LD_PRELOAD, PATH, BASH_ENV and others "
         "that change what a program does]")
      ->type_name("NAME,...");
  app.add_flag("--hash", options.hash, "Keep the SHA-256 of each executable");
  app.add_option("--sign", options.signingKey,
                 "Sign the trace with this key, made by exectrail trace keygen")
      ->type_name("KEY");
  app.add_option("--flight-recorder", typed.flightWindow,
                 "Keep the last TIME in memory and write it only when asked (see below)")
      ->type_name("TIME");
  app.add_option("--buffer", typed.buffer, "Size of the kernel's buffers, each CPU's [4M]")
      ->type_name("SIZE");
  app.add_option("--wake-latency", options.wakeLatencyUs,
                 "Keep idle processors from states that they need longer to wake from, in "
                 "microseconds: earlier alerts on a quiet host, for power; 0: they never sleep")
      ->type_name("US")
      ->check(CLI::Range(0, 1'000'000).description(""));
  app.add_flag("--as-root", options.asRoot, "Under sudo, do not run COMMAND as the invoking user");
  // withConfiguration() has replaced it; here it is for --help.
  app.add_option_function<std::string>(
         "--config", [](const std::string&) {},
         "Options from a file, as \"name: value\"; those that are typed count instead")
      ->type_name("FILE");
  app.add_flag("--check-config", options.checkConfig,
               "Record nothing; say whether the options make sense, the key can be read and the "
               "output has a folder");
  app.add_flag("--probe", typed.probe,
               "Record nothing; say what this host can do, what is missing, and why it matters");
  app.add_option("--format", typed.format, "Of --probe: text, json [text]")->type_name("FORMAT");
}

std::chrono::nanoseconds requireDuration(const char* option, const std::string& text) {
  if (const auto duration = parseDuration(text)) return *duration;
  throw CLI::ValidationError(option, trace::quoteForTerminal(text) +
                                         " is not a time; give a number and ms, s, m, h or d, for "
                                         "example 30s");
}

// What is wrong with the text behind `option`, as CLI11's own errors.
template <typename Parse>
void as(const char* option, const Parse& parse) {
  try {
    parse();
  } catch (const OptionError& e) {
    throw CLI::ValidationError(option, e.what());
  }
}

bool isFolder(const std::string& path) {
  struct stat status {};
  return path.ends_with('/') || (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode));
}

void convertSegments(const Typed& typed, Options& options) {
  const bool asked = !typed.rotate.empty() || !typed.retain.empty();
  if (!isFolder(options.output)) {
    if (!asked) return;
    throw CLI::ValidationError(typed.rotate.empty() ? "--retain" : "--rotate",
                               "is for segments in a folder; name it with -o DIR/");
  }
  options.segments.emplace();
  as("--rotate", [&] {
    if (typed.rotate.empty()) return;
    parseRotate(typed.rotate, options.segments->bytes, options.segments->time);
  });
  as("--retain", [&] {
    options.segments->retention = parseRetention(typed.retain.empty() ? "free=5%" : typed.retain);
  });
}

void convert(const Typed& typed, Options& options) {
  as("--failed", [&] { options.failed = parseFailed(typed.failed); });
  if (!typed.duration.empty()) options.duration = requireDuration("--duration", typed.duration);
  convertSegments(typed, options);
  if (!typed.flightWindow.empty()) {
    options.flightWindow = requireDuration("--flight-recorder", typed.flightWindow);
    if (*options.flightWindow < kMinWindow || *options.flightWindow > kMaxWindow) {
      throw CLI::ValidationError("--flight-recorder",
                                 typed.flightWindow + " is out of range; from 1s to 24h");
    }
  }
  if (!typed.buffer.empty()) {
    const auto size = parseSize(typed.buffer);
    if (!size || *size < kMinBuffer || *size > kMaxBuffer) {
      throw CLI::ValidationError("--buffer", trace::quoteForTerminal(typed.buffer) +
                                                 " is not a size from 64k to 1G, for example 8M");
    }
    options.bufferBytesPerCpu = *size;
  }
  as("--source", [&] { options.sources = parseSources(typed.source); });
  as("--env", [&] {
    if (!typed.environment.empty()) {
      options.environmentNames = parseEnvironmentNames(typed.environment);
    }
  });
  if (!typed.format.empty() && typed.format != "text" && typed.format != "json") {
    throw CLI::ValidationError("--format", trace::quoteForTerminal(typed.format) +
                                               " is not a format; there are text, json");
  }
  options.json = typed.format == "json";
  if (typed.probe) options.action = Action::kProbe;
}

void requireSense(const Options& options, const Typed& typed, bool dashes) {
  const bool hasCommand = !options.command.empty();
  const auto refuse = [](const char* option, const char* why) {
    throw CLI::ValidationError(option, why);
  };
  if (options.action == Action::kStart) {
    if (dashes) refuse("start", "takes no COMMAND; it records the whole host until record stop");
    if (options.output == "-") refuse("start", "needs a file: nobody reads its standard output");
  }
  if (typed.probe && dashes) refuse("--probe", "records nothing and takes no COMMAND");
  if (!typed.format.empty() && !typed.probe) refuse("--format", "belongs to --probe");
  if (dashes && !hasCommand) refuse("--", "a COMMAND is missing after it");
  if (options.waitTree && !hasCommand)
    refuse("--wait-tree", "waits for a COMMAND, and there is none");
  if (options.waitTree && options.wholeHost) {
    refuse("--wait-tree", "waits for what COMMAND started; with -a the whole host is recorded");
  }
  if (options.flightWindow && options.output == "-") {
    refuse("--flight-recorder", "writes several traces and needs the name of a file, not -");
  }
  if (options.flightWindow && options.segments) {
    refuse("--flight-recorder", "writes windows, not segments; name a file, not a folder");
  }
}

// Words that are not expected: a COMMAND, unless they begin with an option that does not exist.
bool mayBeCommand(const CLI::App& app) {
  if (app.get_option_no_throw("recording") != nullptr) return false;
  const std::vector<std::string> words = app.remaining();
  return !words.empty() && !words.front().starts_with('-');
}

// Runs `parse`, says what is wrong and sets `exitCode` if anything is.
template <typename Parse>
void guard(const CLI::App& app, bool hasCommand, std::optional<int>& exitCode, const Parse& parse) {
  try {
    parse();
  } catch (const CLI::Success& e) {
    exitCode = app.exit(e);
  } catch (const CLI::ParseError& e) {
    const bool extra = dynamic_cast<const CLI::ExtrasError*>(&e) != nullptr;
    std::cerr << "exectrail: " << trace::usageError(e.what(), app.remaining())
              << (extra && mayBeCommand(app) ? "; a COMMAND goes after --"
                                             : "; see " + app.get_name() + " --help")
              << '\n';
    exitCode = ownFailure(hasCommand, kExitUsage);
  }
}

// `record stop` and `record dump`.
Options parseControl(Action action, std::vector<std::string> words, bool dashes,
                     std::optional<int>& exitCode) {
  const bool stop = action == Action::kStop;
  const std::string name = stop ? "exectrail record stop" : "exectrail record dump";
  Options options;
  options.action = action;
  CLI::App app(stop ? kStopDescription : kDumpDescription, name);
  app.formatter(std::make_shared<HelpFormatter>("Usage: " + name + " [FILE|ID]\n"));
  app.footer(stop ? kStopFooter : kDumpFooter);
  app.add_option("recording", options.target,
                 "The trace file of the recording, or its id or the beginning of it; not needed "
                 "when there is only one")
      ->type_name("FILE|ID");
  std::reverse(words.begin(), words.end());  // as CLI11 wants a vector
  guard(app, false, exitCode, [&] {
    app.parse(words);
    if (dashes) throw CLI::ValidationError("--", "there is no COMMAND here");
  });
  return options;
}

}  // namespace

int ownFailure(bool hasCommand, int code) { return hasCommand ? 125 : code; }

Options parseOptions(int argc, char** argv, std::optional<int>& exitCode) {
  // COMMAND is everything after the first "--"; its options are not ours.
  std::vector<std::string> own;
  int i = 1;
  for (; i < argc && std::string_view(argv[i]) != "--"; ++i) own.emplace_back(argv[i]);
  const bool dashes = i < argc;
  try {
    own = trace::withConfiguration(own, {{"-o", "--output"}, {"-a", "--all"}});
  } catch (const trace::ConfigurationError& e) {
    std::cerr << "exectrail: " << e.what() << '\n';
    exitCode = kExitUsage;
    return {};
  } catch (const EnvironmentError& e) {
    std::cerr << "exectrail: " << e.what() << '\n';
    exitCode = kExitEnvironment;
    return {};
  }
  const std::string word = own.empty() ? "" : own.front();
  if (word == "stop" || word == "dump") {
    own.erase(own.begin());
    const Action action = word == "stop" ? Action::kStop : Action::kDump;
    return parseControl(action, std::move(own), dashes, exitCode);
  }
  Options options;
  if (word == "start") {
    own.erase(own.begin());
    options.action = Action::kStart;
  }
  if (dashes) options.command.assign(argv + i + 1, argv + argc);

  CLI::App app(kRecordDescription, "exectrail record");
  app.formatter(std::make_shared<HelpFormatter>(kRecordUsage));
  app.footer(kRecordFooter);
  app.set_version_flag("--version", "exectrail-record " EXECTRAIL_VERSION);
  Typed typed;
  addOptions(app, options, typed);
  std::reverse(own.begin(), own.end());
  const bool runsCommand = !options.command.empty() && options.action == Action::kRecord;
  guard(app, runsCommand, exitCode, [&] {
    app.parse(own);
    if (app.count("--output") > 0 && options.output.empty()) {
      throw CLI::ValidationError("--output", "the name of a file or folder is missing");
    }
    convert(typed, options);
    requireSense(options, typed, dashes);
  });
  if (options.output.empty()) options.output = defaultOutput();
  return options;
}

}  // namespace exectrail::recorder
