// What the shipped recipes lower and exempt, and what only looks like it.
#include <gtest/gtest.h>

#include "tests/analyzer/analysis.h"

namespace exectrail::analyzer {
namespace {

using Texts = std::vector<std::string>;

// The severity of the alert that `recipe` gives, "-" if it gives none.
std::string severity(const std::string& recipe, const test::Records& records) {
  std::string found = "-";
  for (const Alert& alert : test::analyze(test::shippedProgram(), records).alerts) {
    if (alert.recipe->name == recipe) found = name(alert.severity);
  }
  return found;
}

// Of an image that `parent` created.
std::string below(const std::string& recipe, test::RecordBuilder parent,
                  test::RecordBuilder judged) {
  return severity(recipe, {parent.pid(10), judged.pid(11).by(test::image(10))});
}

std::string script(const std::string& interpreter, const Texts& args) {
  return severity("script_from_unusual_dir",
                  {test::exec(interpreter).args(args).cwd("/home/alice")});
}

TEST(ShippedExemption, GoRunsWhatItBuilt) {
  const auto go = [](const Texts& args, std::uint32_t owner) {
    return below("exec_from_unusual_dir", test::exec("/usr/lib/go-1.19/bin/go").args(args),
                 test::exec("/tmp/go-build1/b001/exe/x").owner(owner));
  };
  EXPECT_EQ(go({"go", "test", "./..."}, 1000), "info");
  EXPECT_EQ(go({"go", "-C", "x", "run", "."}, 1000), "info");
  EXPECT_EQ(go({"go", "vet", "-vettool=/tmp/go-build1/b001/exe/x"}, 1000), "high");
  EXPECT_EQ(go({"go", "generate"}, 1000), "high");
  EXPECT_EQ(go({"go", "test", "-exec", "/tmp/go-build1/b001/exe/x"}, 1000), "high");
  EXPECT_EQ(go({"go", "test", "./..."}, 1001), "high");
}

TEST(ShippedExemption, CmakeRunsWhatItBuilt) {
  const auto cmake = [](const Texts& args, std::uint32_t owner) {
    return below("exec_from_unusual_dir", test::exec("/usr/bin/cmake").args(args),
                 test::exec("/tmp/a/CMakeFiles/CMakeTmp/x").owner(owner));
  };
  EXPECT_EQ(cmake({"cmake", "-S", ".", "-B", "build"}, 1000), "info");
  EXPECT_EQ(cmake({"cmake", "-E", "env", "/tmp/a/CMakeFiles/CMakeTmp/x"}, 1000), "high");
  EXPECT_EQ(cmake({"cmake", "-DX=1", "-P", "x.cmake"}, 1000), "high");
  EXPECT_EQ(cmake({"cmake", "-S", "."}, 1001), "high");
}

TEST(ShippedExemption, RuntimesRunFromACopy) {
  const auto runc = [](const std::string& path, const Texts& args) {
    return below("exec_from_unusual_dir", test::exec("/usr/sbin/runc").args({"runc", "create"}),
                 test::exec(path).args(args));
  };
  EXPECT_EQ(runc("/memfd:runc_cloned:/proc/self/exe", {"runc", "init"}), "info");
  EXPECT_EQ(runc("/", {"runc", "init"}), "info");
  EXPECT_EQ(runc("/memfd:runc_cloned:/proc/self/exe", {"hook"}), "critical");
  EXPECT_EQ(runc("/memfd:crun_cloned:x", {"crun", "run", "x"}), "info");
  EXPECT_EQ(runc("/memfd:crun_cloned:x", {"hook"}), "critical");
}

TEST(ShippedExemption, RpmRunsScriptlets) {
  const auto rpm = [](const std::string& program, const Texts& args, std::uint32_t user) {
    return below("script_from_unusual_dir", test::exec(program).args(args).user(user),
                 test::exec("/usr/bin/dash").args({"sh", "/var/tmp/rpm-tmp.x"}).user(user));
  };
  EXPECT_EQ(rpm("/usr/bin/rpm", {"rpm", "-i", "x.rpm"}, 0), "info");
  EXPECT_EQ(rpm("/usr/bin/rpm", {"rpm", "--eval", "%(exec sh /var/tmp/rpm-tmp.x)"}, 1000),
            "medium");
  EXPECT_EQ(rpm("/usr/bin/apt-get", {"apt-get", "-o", "APT::Update::Pre-Invoke::=x"}, 1000),
            "medium");
  EXPECT_EQ(rpm("/usr/bin/rpmbuild", {"rpmbuild", "-bb", "x.spec"}, 1000), "info");
  EXPECT_EQ(rpm("/usr/bin/rpmbuild", {"rpmbuild", "--eval", "%(x)", "-bb"}, 1000), "medium");
}

TEST(ShippedExemption, ConfigureTriesOutScripts) {
  const auto shell = [](const Texts& args, const std::string& cwd, const std::string& path) {
    return below("script_from_unusual_dir", test::exec("/usr/bin/dash").args(args).cwd(cwd),
                 test::exec("/usr/bin/dash").args({"sh", path}));
  };
  EXPECT_EQ(shell({"/bin/sh", "./configure"}, "/tmp/a", "/tmp/a/conftest.sh"), "info");
  EXPECT_EQ(shell({"bash", "-c", "sh /tmp/a/conftest; :"}, "/tmp/a", "/tmp/a/conftest"), "medium");
  EXPECT_EQ(shell({"sh", "./configure"}, "/home/alice", "/tmp/a/conftest"), "medium");
  EXPECT_EQ(shell({"sh", "/tmp/b/configure"}, "/tmp/b", "/tmp/a/conftest"), "medium");
}

TEST(ShippedExemption, LddAsksTheLoader) {
  std::string library = "/usr/lib64/ld-linux-x86-64.so.2";
  const auto loader = [&](const Texts& parent, const Texts& args, const Texts& environment) {
    const auto ran = test::exec(library).args(args).environment(environment);
    return severity("loader_from_unusual_dir",
                    {test::exec("/usr/bin/bash").pid(10).args(parent),
                     test::RecordBuilder(ran).pid(11).by(test::image(10)),
                     test::mapped(test::image(11), "/tmp/m", trace::MappingRole::kLoaderTarget)});
  };
  const Texts ldd = {"bash", "/usr/bin/ldd", "/tmp/m"}, traced = {"LD_TRACE_LOADED_OBJECTS=1"};
  EXPECT_EQ(loader(ldd, {"ld.so", "/tmp/m"}, traced), "info");
  EXPECT_EQ(loader(ldd, {"ld.so", "--verify", "/tmp/m"}, {}), "info");
  EXPECT_EQ(loader(ldd, {"ld.so", "/tmp/m"}, {}), "high") << "what BASH_ENV has it do";
  EXPECT_EQ(loader({"bash", "-c", "x", "/usr/bin/ldd"}, {"ld.so", "/tmp/m"}, traced), "high");
  for (const char* other : {"/usr/lib/ld-musl-x86_64.so.1", "/home/alice/ld-linux-x86-64.so.2"}) {
    library = other;
    EXPECT_EQ(loader(ldd, {"ld.so", "/tmp/m"}, traced), "high") << "which runs it, or may";
  }
}

TEST(ShippedExemption, LoaderThatOnlyTells) {
  const auto loader = [](const Texts& args) {
    return severity("binary_executed_by_loader",
                    {test::exec("/usr/lib64/ld-linux-x86-64.so.2").args(args)});
  };
  EXPECT_EQ(loader({"ld.so", "--help"}), "-");
  EXPECT_EQ(loader({"ld.so", "/usr/bin/dash", "/tmp/x", "--help"}), "critical");
}

TEST(ShippedExemption, LibraryOfItsOwnFolder) {
  const auto library = [](const std::string& program, const std::string& path) {
    return severity("library_from_unusual_dir",
                    {test::exec(program).pid(10),
                     test::mapped(test::image(10), path, trace::MappingRole::kLibrary)});
  };
  EXPECT_EQ(library("/tmp/a/x", "/tmp/a/l.so"), "low");
  EXPECT_EQ(library("/home/alice/l", "/tmp/ev/m"), "medium");
  EXPECT_EQ(library("/srv/l", "/dev/shm/m"), "high");
  EXPECT_EQ(library("/var/lib/x/l", "/var/lib/x/m"), "info");
}

TEST(ShippedExemption, ScriptsThatAreNone) {
  EXPECT_EQ(script("/usr/bin/dash", {"sh", "/dev/null"}), "-");
  EXPECT_EQ(script("/usr/bin/bash", {"bash", "/dev/stdin", "x"}), "-");
  EXPECT_EQ(script("/usr/bin/python3.11", {"python3", "/dev/stdin"}), "-");
  EXPECT_EQ(script("/usr/bin/gawk", {"gawk", "-f", "/dev/null"}), "-");
  EXPECT_EQ(script("/usr/bin/dash", {"sh", "/dev/x"}), "high");
  EXPECT_EQ(script("/usr/bin/dash", {"sh", "/var/lib/php/sessions/sess_x"}), "medium");
}

// What it loads decides, too.
TEST(ShippedExemption, WorstOfWhatAnInterpreterIsGiven) {
  EXPECT_EQ(script("/usr/bin/node", {"node", "-r", "/tmp/m.js", "x.js"}), "medium");
  EXPECT_EQ(script("/usr/bin/node", {"node", "-r", "/home/alice/m.js", "/tmp/x.js"}), "medium");
  EXPECT_EQ(script("/usr/bin/node", {"node", "-r", "/dev/shm/m.js", "/tmp/x.js"}), "high");
  EXPECT_EQ(script("/usr/bin/gawk", {"gawk", "-f", "ok.awk", "-f", "/tmp/x"}), "medium");
  EXPECT_EQ(script("/usr/bin/node", {"node", "-r", "./m.js", "x.js"}), "-");
}

// A script that has its interpreter read another file.
TEST(ShippedExemption, FilesThatInterpreterLinesName) {
  const auto line = [](const std::string& interpreter, const Texts& args) {
    return severity("exec_from_unusual_dir", {test::exec("/usr/bin/" + interpreter)
                                                  .typed("/home/alice/x")
                                                  .interpreter("/bin/" + interpreter)
                                                  .cwd("/tmp")
                                                  .args(args)});
  };
  EXPECT_EQ(line("dash", {"/bin/sh", "/home/alice/x"}), "-");
  EXPECT_EQ(line("dash", {"/bin/sh", "-e", "/home/alice/x", "/tmp/data"}), "-");
  EXPECT_EQ(line("dash", {"/bin/sh", "/tmp/s.sh", "/home/alice/x"}), "high");
  EXPECT_EQ(line("dash", {"/bin/sh", "s.sh", "/home/alice/x"}), "high");
  EXPECT_EQ(line("sed", {"/bin/sed", "-f/tmp/s", "/home/alice/x"}), "high");
  EXPECT_EQ(line("env", {"/usr/bin/env", "python3", "/home/alice/x"}), "-");
  EXPECT_EQ(line("dash", {"/bin/sh", "/etc/rc.common", "/home/alice/x"}), "-");
}

TEST(ShippedExemption, ScriptByDescriptor) {
  const auto typed = [](const std::string& path) {
    return severity(
        "exec_from_unusual_dir",
        {test::exec("/usr/bin/dash").typed(path).interpreter("/bin/sh").args({"/bin/sh", path})});
  };
  EXPECT_EQ(typed("/dev/fd/9"), "critical");
  EXPECT_EQ(typed("/proc/self/fd/3/s.sh"), "critical");
  EXPECT_EQ(script("/usr/bin/bash", {"bash", "/dev/fd/63"}), "-");  // bash <(...)
}

TEST(ShippedExemption, SharedMemory) {
  EXPECT_EQ(severity("exec_from_unusual_dir", {test::exec("/SYSV00001234")}), "critical");
}

}  // namespace
}  // namespace exectrail::analyzer
