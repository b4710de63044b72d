// exectrail-record: kernel -> trace. Parses the command line, records, says how it went.
#include <exception>
#include <iostream>
#include <optional>

#include "recorder/options.h"
#include "recorder/recording.h"
#include "recorder/summary.h"
#include "trace/errors.h"

int main(int argc, char** argv) {
  using exectrail::recorder::Options;
  std::optional<int> exitCode;
  const Options options = exectrail::recorder::parseOptions(argc, argv, exitCode);
  if (exitCode) return *exitCode;
  const bool hasCommand = !options.command.empty();
  try {
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
