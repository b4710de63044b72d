// exectrail-trace: looks into traces. Needs no privilege and no recipes.
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "trace/dump.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/tool/info.h"

namespace {

std::unique_ptr<exectrail::trace::Reader> open(const std::string& path) {
  return path == "-" ? exectrail::trace::openTraceStream(0, "standard input")
                     : exectrail::trace::openTrace(path);
}

// Says what is wrong with the trace, if anything is.
int closing(const exectrail::trace::Reader& reader, const std::string& path) {
  const auto& state = reader.state();
  if (state.unknownRecords > 0) {
    std::cerr << "exectrail: warning: " << state.unknownRecords
              << " records are of a kind that only a newer version knows\n";
  }
  if (state.completeness == exectrail::trace::Completeness::kComplete) return exectrail::kExitDone;
  std::cerr << "exectrail: warning: " << exectrail::trace::quoteForTerminal(path) << ": "
            << exectrail::trace::escapeForTerminal(state.problem) << '\n';
  return exectrail::kExitEnvironment;
}

std::string quoted(int argc, char** argv) {
  std::string text;
  for (int i = 1; i < argc; ++i) {
    text += (i > 1 ? " " : "") + exectrail::trace::quoteForTerminal(argv[i]);
  }
  return text;
}

int run(int argc, char** argv) {
  CLI::App app("Looks into Exectrail traces.", "exectrail trace");
  app.require_subcommand(1);
  app.set_version_flag("--version", "exectrail-trace " EXECTRAIL_VERSION);
  app.footer(
      "Examples:\n"
      "  exectrail trace info host7.trail\n"
      "  exectrail trace dump host7.trail | less -S\n\n"
      "Exit status: 0 the whole trace was read, 2 usage, 3 it cannot be read to its end.");
  std::string path;
  CLI::App* info = app.add_subcommand("info", "Host, time span, counts and gaps of a trace");
  CLI::App* dump = app.add_subcommand("dump", "All records as text, one a line");
  for (CLI::App* command : {info, dump}) {
    command->add_option("FILE", path, "Trace file, or - for standard input")->required();
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    std::cerr << "exectrail: trace: " << e.what();
    if (argc > 1) std::cerr << " (found: " << quoted(argc, argv) << ')';
    std::cerr << "; see exectrail trace --help\n";
    return exectrail::kExitUsage;
  }
  const auto reader = open(path);
  if (dump->parsed()) {
    exectrail::trace::dumpText(*reader, std::cout);
  } else {
    exectrail::trace::printInfo(*reader, path, std::cout);
  }
  exectrail::flushStandardOutput();
  return closing(*reader, path);
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  try {
    return run(argc, argv);
  } catch (const exectrail::EnvironmentError& e) {
    std::cerr << "exectrail: " << e.what() << '\n';
  } catch (const std::exception& e) {
    std::cerr << "exectrail: internal error: " << e.what() << '\n';
  }
  return exectrail::kExitEnvironment;
}
