// Which file an interpreter was told to run.
#include "analyzer/engine/script_argument.h"

#include <gtest/gtest.h>

namespace exectrail::analyzer {
namespace {

struct Case {
  std::string program;
  std::vector<std::string> arguments;
  std::string expected;  // "-": none
};

ScriptArgument scriptOf(const std::string& program, const std::vector<std::string>& arguments,
                        bool truncated) {
  return scriptArgument(program, TextList(arguments), truncated);
}

const std::vector<Case> kCases = {
    {"dash", {"sh", "/tmp/x"}, "/tmp/x"},
    {"dash", {"sh", "-x", "/tmp/x", "-c"}, "/tmp/x"},
    {"dash", {"sh", "-c", "/tmp/x"}, "-"},
    {"dash", {"sh", "-xc", "/tmp/x"}, "-"},
    {"dash", {"sh"}, "-"},
    {"dash", {"sh", "-s", "a"}, "-"},
    {"dash", {"sh", "-"}, "-"},
    {"bash", {"bash", "-eo", "pipefail", "/tmp/x"}, "/tmp/x"},
    {"bash", {"bash", "--rcfile", "/tmp/r", "/tmp/x"}, "/tmp/x"},
    {"bash", {"bash", "--norc", "--", "-x"}, "-x"},
    {"bash", {"bash", "+O", "extglob", "x"}, "x"},
    {"python3.11", {"python3", "-I", "-W", "ignore", "/tmp/x.py"}, "/tmp/x.py"},
    {"python3.11", {"python3", "-c", "print()"}, "-"},
    {"python3.11", {"python3", "-m", "venv", "/tmp/v"}, "-"},
    {"perl", {"perl", "-w", "-Mstrict", "/tmp/x.pl"}, "/tmp/x.pl"},
    {"perl", {"perl", "-we", "1"}, "-"},
    {"node", {"node", "-r", "/tmp/m.js", "/tmp/x.js"}, "/tmp/x.js"},
    {"node", {"node", "--eval", "1"}, "-"},
    {"php8.2", {"php", "-f", "/tmp/x.php"}, "/tmp/x.php"},
    {"gawk", {"awk", "{print}", "/tmp/data"}, "-"},
    {"gawk", {"awk", "-f", "/tmp/x.awk"}, "/tmp/x.awk"},
    {"busybox", {"sh", "/tmp/x"}, "/tmp/x"},
    {"busybox", {"busybox", "sh", "-e", "/tmp/x"}, "/tmp/x"},
    {"busybox", {"busybox", "cat", "/tmp/x"}, "-"},
    {"cat", {"cat", "/tmp/x"}, "-"},
    {"perl5.36-not", {"perl", "/tmp/x"}, "-"},
};

TEST(ScriptArgument, OfEachInterpreter) {
  for (const Case& c : kCases) {
    const ScriptArgument found = scriptOf(c.program, c.arguments, false);
    std::string line = c.program;
    for (const std::string& argument : c.arguments) line += " " + argument;
    EXPECT_EQ(found.source == ScriptSource::kArgument ? std::string(found.path) : "-", c.expected)
        << line;
    EXPECT_NE(found.source, ScriptSource::kUnknown) << line;
  }
}

TEST(ScriptArgument, BehindWhatWasNotRecorded) {
  EXPECT_EQ(scriptOf("dash", {"sh", "-x"}, true).source, ScriptSource::kUnknown);
  EXPECT_EQ(scriptOf("dash", {"sh", "/tmp/beginn"}, true).source, ScriptSource::kUnknown);
  EXPECT_EQ(scriptOf("dash", {"sh", "/tmp/x", "a"}, true).source, ScriptSource::kArgument);
  EXPECT_EQ(scriptOf("dash", {}, true).source, ScriptSource::kUnknown);
  EXPECT_EQ(scriptOf("dash", {}, false).source, ScriptSource::kNone);
}

}  // namespace
}  // namespace exectrail::analyzer
