#include "recorder/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <ctime>
#include <map>
#include <memory>

#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

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
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: exectrail record [OPTION...] [-- COMMAND [ARG...]]\n";
  }
};

}  // namespace

std::optional<std::chrono::nanoseconds> parseDuration(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !(value > 0) || value > 1e9) return std::nullopt;
  const std::string unit(end, text.data() + text.size());
  const std::map<std::string, double> seconds = {{"ms", 1e-3}, {"", 1},     {"s", 1},
                                                 {"m", 60},    {"h", 3600}, {"d", 86400}};
  const auto found = seconds.find(unit);
  if (found == seconds.end()) return std::nullopt;
  const double nanoseconds = value * found->second * 1e9;
  if (nanoseconds < 1 || nanoseconds > 9e18) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds));
}

int ownFailure(bool hasCommand, int code) { return hasCommand ? 125 : code; }

Options parseOptions(int argc, char** argv, std::optional<int>& exitCode) {
  Options options;
  // COMMAND is everything after the first "--"; its options are not ours.
  std::vector<std::string> own;
  int i = 1;
  for (; i < argc && std::string_view(argv[i]) != "--"; ++i) own.emplace_back(argv[i]);
  const bool hasCommand = i + 1 < argc;
  if (hasCommand) options.command.assign(argv + i + 1, argv + argc);
  std::reverse(own.begin(), own.end());  // as CLI11 wants a vector

  CLI::App app(
      "Records program executions into a trace. With a COMMAND, its process subtree until it ends; "
      "without, the whole host until Ctrl-C.",
      "exectrail record");
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(
      "Examples:\n"
      "  sudo exectrail record -o build.trail -- make\n"
      "  sudo exectrail record -o host7.trail --duration 10m\n"
      "  sudo exectrail record -o - | exectrail analyze -\n\n"
      "Exit status: COMMAND's (128 + signal if one ended it), 127 if it was not found, 126 if it\n"
      "could not be run, 125 for failures of the recorder. Without COMMAND: 0 done, 2 usage,\n"
      "3 the environment refused (no permission, no tracefs, disk full).");
  app.set_version_flag("--version", "exectrail-record " EXECTRAIL_VERSION);
  std::string duration;
  std::map<std::string, trace::FailedPolicy> policies = {
      {"noteworthy", trace::FailedPolicy::kNoteworthy},
      {"all", trace::FailedPolicy::kAll},
      {"none", trace::FailedPolicy::kNone}};
  app.add_option("-o,--output", options.output,
                 "Trace file, or - for standard output (COMMAND then writes to standard error); "
                 "an existing file is kept as FILE.old [HOST-TIME.trail]")
      ->type_name("FILE");
  app.add_flag("-a,--all", options.wholeHost, "Record the whole host, also with a COMMAND");
  app.add_option("--duration", duration, "Stop recording after this time: 30s, 10m, 2h")
      ->type_name("TIME");
  app.add_option("--failed", options.failed,
                 "Failed attempts to keep: noteworthy (all but ENOENT and ENOTDIR, which are "
                 "counted), all, none [noteworthy]")
      ->type_name("WHICH")
      ->transform(CLI::Transformer(policies).description(""))
      ->option_text("WHICH");
  app.add_flag("--as-root", options.asRoot, "Under sudo, do not run COMMAND as the invoking user");
  try {
    app.parse(own);
    if (!duration.empty()) {
      options.duration = parseDuration(duration);
      if (!options.duration) {
        throw CLI::ValidationError("--duration", "'" + duration +
                                                     "' is not a time; give a number and ms, s, "
                                                     "m, h or d, for example 30s");
      }
    }
    if (i < argc && !hasCommand) throw CLI::ValidationError("--", "a COMMAND is missing after it");
  } catch (const CLI::ExtrasError& e) {
    std::cerr << "exectrail: " << e.what() << "; a COMMAND goes after --\n";
    exitCode = ownFailure(hasCommand, kExitUsage);
  } catch (const CLI::Success& e) {
    exitCode = app.exit(e);
  } catch (const CLI::ParseError& e) {
    std::cerr << "exectrail: " << e.what() << "; see exectrail record --help\n";
    exitCode = ownFailure(hasCommand, kExitUsage);
  }
  if (options.output.empty()) options.output = defaultOutput();
  return options;
}

}  // namespace exectrail::recorder
