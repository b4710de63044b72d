// Which file an interpreter was told to run.
#include "analyzer/engine/script_argument.h"

#include <gtest/gtest.h>

namespace exectrail::analyzer {
namespace {

struct Case {
  std::string program;
  std::vector<std::string> arguments;
  std::string expected;  // all of them, the script first; "-": none
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
    {"dash", {"sh", "-", "/tmp/x"}, "/tmp/x"},
    {"bash", {"bash", "-", "/tmp/x"}, "/tmp/x"},
    {"dash", {"sh", "-oe", "errexit", "/tmp/x"}, "/tmp/x"},
    {"dash", {"sh", "/dev/null"}, "-"},
    {"bash", {"bash", "-oe", "pipefail", "/tmp/x"}, "/tmp/x"},
    {"bash", {"bash", "-oo", "posix", "pipefail", "/tmp/x"}, "/tmp/x"},
    {"bash", {"bash", "-n", "/tmp/x"}, "-"},
    {"bash", {"bash", "-nv", "--", "/tmp/x"}, "-"},
    {"bash", {"bash", "-n", "-i", "/tmp/x"}, "/tmp/x"},
    {"bash", {"bash", "-n", "+n", "/tmp/x"}, "/tmp/x"},
    {"bash", {"bash", "-n", "-o", "exec", "/tmp/x"}, "/tmp/x"},
    {"bash", {"bash", "--rcfile", "/tmp/r", "-i"}, "/tmp/r"},
    {"bash", {"bash", "-rcfile", "/tmp/r", "-i"}, "/tmp/r"},
    {"bash", {"bash", "--init-file", "/tmp/r", "-ic", "ls"}, "/tmp/r"},
    {"zsh", {"zsh", "-o", "errexit", "/tmp/x"}, "/tmp/x"},
    {"zsh", {"zsh", "-oerrexit", "/tmp/x"}, "/tmp/x"},
    {"tcsh", {"csh", "-f", "/tmp/x"}, "/tmp/x"},
    {"fish", {"fish", "-C", "true", "/tmp/x"}, "/tmp/x"},
    {"fish", {"fish", "--command=ls", "/tmp/x"}, "-"},
    {"bash", {"bash", "-eo", "pipefail", "/tmp/x"}, "/tmp/x"},
    {"bash", {"bash", "--rcfile", "/tmp/r", "/tmp/x"}, "/tmp/x /tmp/r"},
    {"bash", {"bash", "--norc", "--", "-x"}, "-x"},
    {"bash", {"bash", "+O", "extglob", "x"}, "x"},
    {"python3.11", {"python3", "-I", "-W", "ignore", "/tmp/x.py"}, "/tmp/x.py"},
    {"python3.11", {"python3", "-c", "print()"}, "-"},
    {"python3.11", {"python3", "-m", "venv", "/tmp/v"}, "-"},
    {"python3.11", {"python3", "-m", "cProfile", "-o", "out", "/tmp/x.py"}, "/tmp/x.py"},
    {"python3.11", {"python3", "-m", "pdb", "-m", "mod", "/tmp/x.py"}, "-"},
    {"python3.11-dbg", {"python3", "/tmp/x.py"}, "/tmp/x.py"},
    {"python3.13t", {"python3", "/tmp/x.py"}, "/tmp/x.py"},
    {"python3-config", {"python3-config", "/tmp/x.py"}, "-"},
    {"python3.11", {"python3", "/dev/null"}, "-"},
    {"perl", {"perl", "-w", "-Mstrict", "/tmp/x.pl"}, "/tmp/x.pl"},
    {"perl", {"perl", "-we", "1"}, "-"},
    {"perl", {"perl", "-I", "/usr/lib", "/tmp/x"}, "/tmp/x"},
    {"perl", {"perl", "-0pe", "s/a/b/", "f"}, "-"},
    {"perl", {"perl", "-0777ne", "print", "f"}, "-"},
    {"perl", {"perl", "-0xAe", "/tmp/x"}, "/tmp/x"},  // e is a digit
    {"perl", {"perl", "-lane", "print", "f"}, "-"},
    {"perl", {"perl", "-CSD", "-e", "1", "f"}, "-"},
    {"perl", {"perl", "-pi.bak", "-e", "1", "f"}, "-"},
    {"perl", {"perl", "-de", "0"}, "-"},
    {"perl", {"perl", "-d:Trace", "/tmp/x"}, "/tmp/x"},
    {"perl", {"perl", "-c", "/tmp/x"}, "/tmp/x"},  // BEGIN blocks run
    {"perl", {"perl", "+x"}, "+x"},
    {"perl5.36-x86_64-linux-gnu", {"perl", "/tmp/x"}, "/tmp/x"},
    {"ruby3.1", {"ruby", "-0ne", "puts", "f"}, "-"},
    {"ruby3.1", {"ruby", "--encoding", "utf-8", "/tmp/x"}, "/tmp/x"},
    {"ruby3.1", {"ruby", "-C", "/tmp/ev", "p.rb"}, "/tmp/ev/p.rb"},
    {"ruby3.1", {"ruby", "-rjson", "-r/tmp/m.rb", "/tmp/x"}, "/tmp/x /tmp/m.rb"},
    {"ruby3.1", {"ruby", "-c", "/tmp/x"}, "-"},
    {"node", {"node", "-C", "x", "/tmp/x.js"}, "/tmp/x.js"},
    {"node", {"node", "--title", "x", "/tmp/x.js"}, "/tmp/x.js"},
    {"node", {"node", "--title=x", "/tmp/x.js"}, "/tmp/x.js"},
    {"node", {"node", "--input-type", "module", "-e", "1"}, "-"},
    {"node", {"node", "--import=file:///tmp/m.mjs", "-e", "1"}, "/tmp/m.mjs"},
    {"node", {"node", "--require", "dotenv/config", "x.js"}, "x.js"},
    {"node", {"node", "inspect", "/tmp/x.js"}, "/tmp/x.js"},
    {"node", {"node", "--check", "/tmp/x.js"}, "-"},
    {"php8.2", {"php", "-B", "1;", "-F", "/tmp/x"}, "/tmp/x"},
    {"php8.2", {"php", "-t", "/tmp", "/tmp/x"}, "/tmp/x"},
    {"php8.2", {"php", "-S", "localhost:80", "/tmp/x"}, "/tmp/x"},
    {"php8.2", {"php", "-r", "1;", "/tmp/x"}, "-"},
    {"php8.2", {"php", "-l", "/tmp/x"}, "-"},
    {"tclsh8.6", {"tclsh", "-encoding", "utf-8", "/tmp/x"}, "/tmp/x"},
    {"lua5.4", {"lua", "-e", "", "/tmp/x"}, "/tmp/x"},
    {"lua5.4", {"lua", "-e", "print(1)"}, "-"},
    {"expect", {"expect", "-c", "set a 1", "/tmp/x"}, "/tmp/x"},
    {"expect", {"expect", "-f", "/tmp/x", "/tmp/data"}, "/tmp/x"},
    {"node", {"node", "-r", "/tmp/m.js", "/tmp/x.js"}, "/tmp/x.js /tmp/m.js"},
    {"node", {"node", "--eval", "1"}, "-"},
    {"php8.2", {"php", "-f", "/tmp/x.php"}, "/tmp/x.php"},
    {"gawk", {"awk", "{print}", "/tmp/data"}, "-"},
    {"gawk", {"awk", "-f", "/tmp/x.awk"}, "/tmp/x.awk"},
    {"gawk", {"gawk", "--file=/tmp/x"}, "/tmp/x"},
    {"gawk", {"gawk", "--file", "/tmp/x"}, "/tmp/x"},
    {"gawk", {"gawk", "-E", "/tmp/x", "-f", "a"}, "/tmp/x a"},
    {"gawk", {"gawk", "-i", "/tmp/x", "{print}"}, "/tmp/x"},
    {"gawk", {"gawk", "-i", "inplace", "{print}", "/tmp/data"}, "-"},
    {"gawk", {"gawk", "-f", "ok.awk", "-f", "/tmp/x"}, "ok.awk /tmp/x"},
    {"gawk", {"gawk", "-f", "/dev/null", "/tmp/data"}, "-"},
    {"mawk", {"mawk", "-W", "exec", "/tmp/x"}, "/tmp/x"},
    {"sed", {"sed", "-i", "s/a/b/", "/tmp/data"}, "-"},
    {"sed", {"sed", "-ne", "p", "/tmp/data"}, "-"},
    {"sed", {"sed", "--file=/tmp/x", "f"}, "/tmp/x"},
    {"sed", {"sed", "-e", "p", "-f", "/tmp/x"}, "/tmp/x"},
    {"sed", {"sed", "f", "-f", "/tmp/x"}, "/tmp/x"},
    {"sed", {"sed", "-f", "/dev/null", "f"}, "-"},
    {"java", {"java", "-Xmx1g", "-Dp=/tmp", "-jar", "/tmp/x.jar", "/tmp/data"}, "/tmp/x.jar"},
    {"java", {"java", "/tmp/X.java"}, "/tmp/X.java"},
    {"java", {"java", "-cp", "/usr/x:/tmp/ev", "Main", "/tmp/data"}, "/usr/x /tmp/ev"},
    {"gdb", {"gdb", "-batch", "-x", "/tmp/x", "/tmp/core"}, "/tmp/x"},
    {"gdb", {"gdb", "-ex", "run", "/tmp/program"}, "-"},
    {"vim.basic", {"vim", "-u", "NONE", "-S", "/tmp/x", "/tmp/data"}, "/tmp/x"},
    {"mono", {"mono", "/tmp/x.exe"}, "/tmp/x.exe"},
    {"busybox", {"sh", "/tmp/x"}, "/tmp/x"},
    {"busybox", {"-sh", "/tmp/x"}, "/tmp/x"},
    {"busybox", {"busybox", "busybox", "sh", "/tmp/x"}, "/tmp/x"},
    {"busybox", {"/bin/busybox", "awk", "-f", "/tmp/x"}, "/tmp/x"},
    {"busybox", {"busybox"}, "-"},
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
    std::string got = found.source == ScriptSource::kArgument ? "" : "-";
    for (const std::string& path : found.paths) got += (got.empty() ? "" : " ") + path;
    EXPECT_EQ(got, c.expected) << line;
    EXPECT_NE(found.source, ScriptSource::kUnknown) << line;
  }
}

TEST(ScriptArgument, BehindWhatWasNotRecorded) {
  EXPECT_EQ(scriptOf("dash", {"sh", "-x"}, true).source, ScriptSource::kUnknown);
  EXPECT_EQ(scriptOf("dash", {"sh", "/tmp/beginn"}, true).source, ScriptSource::kUnknown);
  EXPECT_EQ(scriptOf("dash", {"sh", "/tmp/x", "a"}, true).source, ScriptSource::kArgument);
  EXPECT_EQ(scriptOf("dash", {"sh", "-c"}, true).source, ScriptSource::kNone);
  EXPECT_EQ(scriptOf("gawk", {"awk", "-f", "/tmp/beginn"}, true).source, ScriptSource::kUnknown);
  const ScriptArgument more = scriptOf("node", {"node", "-r", "/tmp/m.js", "-v"}, true);
  EXPECT_EQ(more.source, ScriptSource::kUnknown);
  EXPECT_EQ(more.paths, std::vector<std::string>{"/tmp/m.js"});
  EXPECT_EQ(scriptOf("dash", {}, true).source, ScriptSource::kUnknown);
  EXPECT_EQ(scriptOf("dash", {}, false).source, ScriptSource::kNone);
}

}  // namespace
}  // namespace exectrail::analyzer
