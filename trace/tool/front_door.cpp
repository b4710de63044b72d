// exectrail: runs the program that does the work for `exectrail WORD …`. Holds no logic of its own.
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "trace/errors.h"
#include "trace/escape.h"

namespace {

struct Word {
  std::string_view word;
  const char* program;
  bool passWord;  // the program serves several words and wants to know which
  const char* purpose;
};

constexpr std::array<Word, 9> kWords = {{
    {"record", "exectrail-record", false, "record executions into a trace (needs root)"},
    {"analyze", "exectrail-analyze", false, "apply detection recipes to a trace or stream"},
    {"recipes", "exectrail-analyze", true, "list, show, check and explain detection recipes"},
    {"rules", "exectrail-analyze", true, "check rules of Sigma, KubeArmor and Falco"},
    {"baseline", "exectrail-analyze", true, "learn what is usual on a host"},
    {"status", "exectrail-analyze", true, "how recorder and analyzer of this host are"},
    {"top", "exectrail-analyze", true, "executions and alerts on a terminal, as they come"},
    {"trace", "exectrail-trace", false, "look into a trace"},
    {"replay", "exectrail-replay", false, "test recipes against a corpus of scenarios"},
}};

void printHelp(FILE* out) {
  std::fputs(
      "Usage: exectrail WORD [OPTION…]\n\n"
      "Knows what was executed on a Linux host, and whether it was an attack.\n\n",
      out);
  for (const Word& word : kWords) {
    std::fprintf(out, "  %-9s %s\n", word.word.data(), word.purpose);
  }
  std::fputs(
      "\nExamples:\n"
      "  sudo exectrail record -o build.trail -- make\n"
      "  exectrail analyze --fail-on high build.trail\n"
      "  sudo exectrail record -o - | exectrail analyze -\n\n"
      "`exectrail WORD --help` says more about each.\n",
      out);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word == "--help" || word == "-h" || word == "help") {
    printHelp(stdout);
    return exectrail::kExitDone;
  }
  if (word == "--version") {
    std::puts("exectrail " EXECTRAIL_VERSION);
    return exectrail::kExitDone;
  }
  for (const Word& known : kWords) {
    if (word != known.word) continue;
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::string program =
        error ? known.program : (self.parent_path() / known.program).string();
    std::vector<char*> arguments = {const_cast<char*>(program.c_str())};
    for (int i = known.passWord ? 1 : 2; i < argc; ++i) arguments.push_back(argv[i]);
    arguments.push_back(nullptr);
    ::execvp(program.c_str(), arguments.data());
    std::fprintf(stderr, "exectrail: cannot run %s: %s; it belongs beside exectrail\n",
                 program.c_str(), std::strerror(errno));
    return exectrail::kExitEnvironment;
  }
  std::string known;
  for (const Word& one : kWords) known += (known.empty() ? "" : ", ") + std::string(one.word);
  std::fprintf(stderr, "exectrail: %s%s; words are %s; see exectrail --help\n",
               word.empty() ? "a word is missing" : "unknown word ",
               word.empty() ? "" : exectrail::trace::quoteForTerminal(word).c_str(), known.c_str());
  return exectrail::kExitUsage;
}
