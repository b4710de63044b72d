// exectrail-record: kernel -> trace. Parses the command line, records, says how it went.
#include <sys/ioctl.h>
#include <unistd.h>

#include <exception>
#include <iostream>
#include <optional>

#include "recorder/options.h"
#include "recorder/probe/host_probes.h"
#include "recorder/recording.h"
#include "recorder/summary.h"
#include "trace/errors.h"

namespace {

using exectrail::recorder::Options;

int probe(const Options& options) {
  const auto probes = exectrail::recorder::probeHost();
  winsize window{};
  constexpr std::size_t kWidth = 100;  // where there is no terminal
  const bool terminal = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0;
  std::cout << (options.json ? probeJson(probes)
                             : probeTable(probes, terminal ? window.ws_col : kWidth));
  exectrail::flushStandardOutput();
  return canRecord(probes) ? exectrail::kExitDone : exectrail::kExitEnvironment;
}

}  // namespace

int main(int argc, char** argv) {
  std::optional<int> exitCode;
  const Options options = exectrail::recorder::parseOptions(argc, argv, exitCode);
  if (exitCode) return *exitCode;
  const bool hasCommand = !options.command.empty();
  try {
    if (options.action == exectrail::recorder::Action::kProbe) return probe(options);
    const auto outcome = exectrail::recorder::record(
        options, [](const std::string& line) { std::cerr << "exectrail: " << line << '\n'; });
    std::cerr << exectrail::recorder::summarize(options, outcome);
    return outcome.exitStatus;
  } catch (const exectrail::EnvironmentError& e) {
    std::cerr << "exectrail: " << e.what() << '\n';
  } catch (const std::exception& e) {
    std::cerr << "exectrail: internal error: " << e.what() << '\n';
  }
  return exectrail::recorder::ownFailure(hasCommand, exectrail::kExitEnvironment);
}
