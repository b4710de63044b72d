// What expressions can ask, one question a line, on records built for it.
#include <gtest/gtest.h>

#include "tests/analyzer/evaluation.h"

namespace exectrail::analyzer {
namespace {

using test::Evaluation;
using test::image;

void expectAll(const test::Records& records,
               const std::vector<std::pair<const char*, Tri>>& questions) {
  Evaluation evaluation(records);
  for (const auto& [expression, answer] : questions) {
    EXPECT_EQ(evaluation(expression), answer) << expression;
  }
}

TEST(Language, ElementsOfArguments) {
  expectAll({test::exec("/usr/bin/curl").args({"curl", "-o", "/tmp/X", "http://a"})},
            {{"any(args, it == '-o')", Tri::kTrue},
             {"any(args, it nocase == '/TMP/x')", Tri::kTrue},
             {"any(args, it startswith 'ftp')", Tri::kFalse},
             {"all(args, len(it) > 1)", Tri::kTrue},
             {"all(args, it startswith '-')", Tri::kFalse},
             {"count(args, it startswith '-') == 1", Tri::kTrue},
             {"count(args, it startswith '-') >= 2", Tri::kFalse},
             {"len(args) == 4", Tri::kTrue},
             {"len(args[2]) > 6", Tri::kFalse},
             {"argument_paths contains '/tmp/X'", Tri::kTrue}});
}

TEST(Language, PartsThatAreOtherFields) {
  expectAll({test::exec("/tmp/a").cwd("/TMP").args({"/tmp/a", "/TMP/x"})},
            {{"file.path startswith cwd", Tri::kFalse},
             {"file.path nocase startswith cwd", Tri::kTrue},
             {"command_line contains cwd", Tri::kTrue},
             {"command_line endswith cwd", Tri::kFalse},
             {"args[0] endswith file.path", Tri::kTrue},
             {"args[1] endswith file.path", Tri::kFalse},
             {"args[7] contains cwd", Tri::kFalse},
             {"any(args, it startswith cwd)", Tri::kTrue},
             {"command_line contains script.path", Tri::kFalse}});
  const trace::Evidence cut{trace::EvidenceClass::kImage, 0, false, 1000};
  expectAll({test::exec("/tmp/a").cwd("/srv/x").args({"/tmp/a", "-b"}, cut)},
            {{"command_line startswith file.path", Tri::kTrue},
             {"command_line startswith cwd", Tri::kFalse},
             {"command_line contains file.path", Tri::kTrue},
             {"command_line contains cwd", Tri::kUnknown},
             {"command_line endswith file.path", Tri::kUnknown},
             {"file.path contains command_line", Tri::kFalse},
             {"cwd startswith command_line", Tri::kFalse}});
  expectAll({test::exec("/tmp/a").noCwd()}, {{"command_line contains cwd", Tri::kUnknown}});
}

// Of a list that was cut, what is not there may be anything.
TEST(Language, ElementsOfACutList) {
  const trace::Evidence cut{trace::EvidenceClass::kImage, 0, false, 1000};
  expectAll({test::exec("/usr/bin/a").args({"a", "-b", "cc"}, cut)},
            {{"any(args, it == '-b')", Tri::kTrue},
             {"any(args, it == '-z')", Tri::kUnknown},
             {"all(args, it startswith '-')", Tri::kFalse},
             {"all(args, len(it) > 0)", Tri::kUnknown},
             {"count(args, it startswith '-') >= 1", Tri::kTrue},
             {"count(args, it startswith '-') >= 2", Tri::kUnknown},
             {"count(args, it startswith '-') < 1", Tri::kUnknown},
             {"len(args) >= 3", Tri::kTrue},
             {"len(args) == 3", Tri::kUnknown}});
}

TEST(Language, CommandLine) {
  expectAll({test::exec("/usr/bin/dash").pid(7).args({"sh", "-c", "a b"}),
             test::exec("/usr/bin/a").pid(8).by(image(7)).args({"a", "", "b c"})},
            {{"command_line == 'a  b c'", Tri::kTrue},
             {"command_line nocase endswith 'B C'", Tri::kTrue},
             {"len(command_line) == 6", Tri::kTrue},
             {"process.command_line == 'a  b c'", Tri::kTrue},
             {"parent.command_line == 'sh -c a b'", Tri::kTrue},
             {"any(lineage, .command_line contains '-c')", Tri::kTrue},
             {"previous.command_line == ''", Tri::kUnknown}});
  expectAll({test::exec("/usr/bin/a").top().noArgs()},
            {{"command_line contains 'a'", Tri::kUnknown},
             {"parent.command_line contains 'a'", Tri::kFalse}});
  const trace::Evidence cut{trace::EvidenceClass::kImage, 0, false, 1000};
  expectAll({test::exec("/usr/bin/a").args({"a", "bc"}, cut)},
            {{"command_line contains 'bc'", Tri::kTrue},
             {"command_line contains 'bcd'", Tri::kUnknown},
             {"command_line startswith 'a b'", Tri::kTrue},
             {"command_line endswith 'bc'", Tri::kUnknown}});
}

// An attempt's own arguments, and its caller's.
TEST(Language, CommandLineOfAnAttempt) {
  expectAll({test::exec("/usr/bin/dash").pid(7).args({"sh"}),
             test::attempt("/tmp/x", EACCES, image(7)).args({"x", "y"})},
            {{"command_line == 'x y'", Tri::kTrue}, {"process.command_line == 'sh'", Tri::kTrue}});
}

TEST(Language, ExistsAndSurely) {
  expectAll({test::exec("/usr/bin/a").top().noCwd().args({"a", "b"})},
            {{"exists(args[1])", Tri::kTrue},
             {"exists(args[2])", Tri::kFalse},
             {"exists(args)", Tri::kTrue},
             {"exists(cwd)", Tri::kUnknown},
             {"exists(parent.executable)", Tri::kFalse},
             {"surely(exists(cwd))", Tri::kFalse},
             {"not surely(exists(cwd))", Tri::kTrue},
             {"surely(cwd == '/a' or user.id == 1000)", Tri::kTrue},
             {"surely(cwd == '/a' and user.id == 1000)", Tri::kFalse},
             {"surely(not (cwd == '/a'))", Tri::kFalse},
             {"not surely(cwd == '/a')", Tri::kTrue},
             {"any(args, surely(it == 'b'))", Tri::kTrue}});
}

TEST(Language, Nocase) {
  expectAll({test::exec("/usr/bin/Tool").args({"Tool", "--URL=X"})},
            {{"process.name nocase == 'tool'", Tri::kTrue},
             {"process.name == 'tool'", Tri::kFalse},
             {"process.name nocase in ['TOOL', 'other']", Tri::kTrue},
             {"process.name nocase != 'TOOL'", Tri::kFalse},
             {"args[1] nocase contains 'url='", Tri::kTrue},
             {"args[1] nocase startswith '--url'", Tri::kTrue},
             {"args[1] nocase endswith '=x'", Tri::kTrue},
             {"args[1] nocase matches '^--url=\\w$'", Tri::kTrue},
             {"args nocase contains '--url=x'", Tri::kTrue},
             {"process.executable nocase under '/usr/bin'", Tri::kTrue}});
}

TEST(Language, LineageCountsAndNearest) {
  const test::Records records = {test::exec("/usr/sbin/nginx").pid(1).top(),
                                 test::exec("/bin/sh").pid(2).by(image(1)).user(33),
                                 test::exec("/bin/bash").pid(3).by(image(2)).user(0),
                                 test::exec("/usr/bin/id").pid(4).by(image(3))};
  expectAll(records, {{"count(lineage, .name in ['dash', 'sh', 'bash']) == 2", Tri::kTrue},
                      {"count(lineage, .user.id == 33) > 1", Tri::kFalse},
                      {"nearest(lineage, .name in ['sh', 'bash'], .user.id == 0)", Tri::kTrue},
                      {"nearest(lineage, .name == 'sh', .user.id == 0)", Tri::kFalse},
                      {"nearest(lineage, .name == 'zsh', .user.id == 0)", Tri::kFalse},
                      {"any(lineage, any(.args, it endswith 'nginx'))", Tri::kTrue},
                      {"any(lineage, any(.args, it endswith 'apache'))", Tri::kFalse}});
}

// The nearest image that could be it is not known: what is known of those above must agree.
TEST(Language, NearestBehindWhatIsNotKnown) {
  const test::Records records = {test::exec("/bin/bash").pid(1).top().user(0),
                                 test::exec("/bin/x").pid(2).by(image(1)).noExecutable().user(0),
                                 test::exec("/usr/bin/id").pid(3).by(image(2))};
  expectAll(records, {{"nearest(lineage, .name == 'bash', .user.id == 0)", Tri::kTrue},
                      {"nearest(lineage, .name == 'bash', .pid == 1)", Tri::kUnknown},
                      {"nearest(lineage, .name == 'bash', .pid == 7)", Tri::kFalse},
                      {"nearest(lineage, .name == 'zsh', .user.id == 0)", Tri::kUnknown}});
}

TEST(Language, TrustIsNeverUnknown) {
  expectAll({test::exec("/usr/bin/a").noCwd()},
            {{"trust(process.executable) >= procfs", Tri::kTrue},
             {"trust(process.executable) == kernel", Tri::kTrue},
             {"trust(cwd) >= inferred", Tri::kFalse},
             {"trust(cwd) == unknown", Tri::kTrue},
             {"trust(user.id) < image", Tri::kTrue}});
}

TEST(Language, ContextOfAProcess) {
  const test::Records records = {test::exec("/usr/sbin/sshd").pid(7).top().session(7),
                                 test::exec("/usr/bin/a")
                                     .pid(8)
                                     .by(image(7))
                                     .session(7, 0x8801)
                                     .capabilities(1ULL << 21, 1)
                                     .container("")
                                     .environment({"LD_PRELOAD=/tmp/x.so", "OTHER=1"})
                                     .secure(true)};
  expectAll(records, {{"session.leader == 7", Tri::kTrue},
                      {"leader.name == 'sshd'", Tri::kTrue},
                      {"session.terminal", Tri::kTrue},
                      {"capabilities contains 'CAP_SYS_ADMIN'", Tri::kTrue},
                      {"capabilities contains 'CAP_BPF'", Tri::kFalse},
                      {"capabilities contains 'CAP_CHOWN'", Tri::kFalse},
                      {"capabilities.permitted contains 'CAP_CHOWN'", Tri::kTrue},
                      {"capabilities.permitted contains 'CAP_SYS_ADMIN'", Tri::kTrue},
                      {"parent.capabilities.permitted contains 'CAP_CHOWN'", Tri::kUnknown},
                      {"container.id == ''", Tri::kTrue},
                      {"env.LD_PRELOAD == '/tmp/x.so'", Tri::kTrue},
                      {"len(env.PATH) > 0", Tri::kFalse},    // was to be kept, is not there
                      {"len(env.HOME) > 0", Tri::kUnknown},  // nobody asked for it
                      {"any(environment, it startswith 'OTHER')", Tri::kTrue},
                      {"secure", Tri::kTrue},
                      {"not secure", Tri::kFalse},
                      {"parent.env.PATH == 'x'", Tri::kUnknown},
                      {"namespace.mount == 3", Tri::kUnknown},
                      {"creator.name == 'sshd'", Tri::kTrue},
                      {"no_new_privs", Tri::kFalse},
                      {"seccomp == 'none'", Tri::kTrue},
                      {"login.id == 0", Tri::kUnknown}});
}

TEST(Language, ScriptOfAnInterpreter) {
  expectAll({test::exec("/usr/bin/dash").args({"sh", "-x", "s.sh"}).cwd("/tmp")},
            {{"script.path == '/tmp/s.sh'", Tri::kTrue}, {"script", Tri::kFalse}});
  expectAll({test::exec("/usr/bin/dash").args({"sh", "-c", "/tmp/x"})},
            {{"script.path under '/tmp'", Tri::kFalse}});
  expectAll({test::exec("/usr/bin/dash")
                 .typed("/tmp/s")
                 .args({"/bin/sh", "/tmp/s"})
                 .interpreter("/bin/sh")},
            {{"script.path == '/tmp/s'", Tri::kTrue}, {"script", Tri::kTrue}});
  // What looks like a script is none if the kernel says so.
  expectAll({test::exec("/usr/bin/a").typed("a").args({"a", "a"}).interpreter("")},
            {{"script", Tri::kFalse}});
  expectAll({test::exec("/usr/bin/dash").noArgs()}, {{"script.path under '/tmp'", Tri::kUnknown}});
}

constexpr std::uint64_t kLater = 1'000'000'000;  // when mount tables of time 0 have settled

TEST(Language, MountOfTheFile) {
  const test::Records records = {
      test::mountTable(5, {{"/", "rw"}, {"/tmp", "rw,noexec"}, {"/tmp/in", "rw,nosuid"}}),
      test::exec("/tmp/in/x").mountNamespace(5).at(kLater)};
  expectAll(records, {{"mount.noexec", Tri::kFalse},
                      {"mount.nosuid", Tri::kTrue},
                      {"mount.point == '/tmp/in'", Tri::kTrue},
                      {"mount.options contains 'rw'", Tri::kTrue}});
  expectAll({records[0], test::exec("/tmp/in/x").mountNamespace(6).at(kLater)},
            {{"mount.noexec", Tri::kUnknown}});
  expectAll({records[0], test::exec("/tmp/a/x").mountNamespace(5).at(kLater)},
            {{"mount.noexec", Tri::kTrue}});
  expectAll({records[0], test::exec("/memfd:x").mountNamespace(5).at(kLater)},
            {{"mount.noexec", Tri::kUnknown}});
}

// For 100 ms after it has read a table a recorder may gather changes: a mount made in that time is
// in no record yet. Believed is what the table forbids, the device that the kernel names, and the
// mount that the last change brought.
TEST(Language, MountTableThatHasNotSettled) {
  const auto at = [&](std::uint64_t sinceNs, const std::string& options = "rw") {
    return test::Records{test::mountTable(5, {{"/", "rw"}, {"/tmp", options}}).at(kLater),
                         test::exec("/tmp/x").mountNamespace(5).noFile().at(kLater + sinceNs)};
  };
  expectAll(at(0), {{"mount.noexec", Tri::kUnknown}});
  expectAll(at(Mounts::kSettleNs), {{"mount.noexec", Tri::kUnknown}});
  expectAll(at(Mounts::kSettleNs + 1), {{"mount.noexec", Tri::kFalse}});
  expectAll(at(0, "rw,noexec"), {{"mount.noexec", Tri::kTrue}});
  const auto onDevice = [&](std::uint32_t minor, std::uint64_t sinceNs) {
    test::Records records = at(sinceNs);
    auto& mount = std::get<trace::MountTable>(records[0].record.body).mounts[1];
    mount.deviceMajor = 8;
    mount.deviceMinor = 1;
    auto& image = std::get<trace::Exec>(records[1].record.body).image;
    image.identity.value = trace::FileIdentity{8, minor, 77, 0};
    image.identity.evidence.evidenceClass = trace::EvidenceClass::kKernel;
    return records;
  };
  expectAll(onDevice(1, 0), {{"mount.noexec", Tri::kFalse}});
  expectAll(onDevice(2, 0), {{"mount.noexec", Tri::kUnknown}});
  expectAll(onDevice(2, 2 * Mounts::kSettleNs), {{"mount.noexec", Tri::kUnknown}});
}

TEST(Language, MountThatHasJustBeenMade) {
  const auto change = [](const std::string& point, std::uint32_t id, std::uint64_t timeNs) {
    trace::MountTable table;
    table.mountNamespace = 5;
    table.evidence = {trace::EvidenceClass::kProcfs};
    return test::RecordBuilder(table).mount(id, point, "rw,nosuid").at(timeNs);
  };
  const test::Records before = {test::mountTable(5, {{"/", "rw"}}).at(kLater),
                                change("/tmp/in", 7, kLater + Mounts::kSettleNs)};
  const auto with = [&](const test::Records& more) {
    test::Records all = before;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const std::uint64_t then = kLater + Mounts::kSettleNs + 2;
  const auto inside = test::exec("/tmp/in/x").mountNamespace(5).noFile().at(then);
  expectAll(with({inside}), {{"mount.nosuid", Tri::kTrue}, {"mount.noexec", Tri::kFalse}});
  expectAll(with({test::exec("/tmp/x").mountNamespace(5).noFile().at(then)}),
            {{"mount.nosuid", Tri::kUnknown}});
  expectAll(with({change("/tmp/out", 8, then - 1), inside}), {{"mount.nosuid", Tri::kUnknown}});
}

TEST(Language, LibrarysMountByItsDevice) {
  for (const std::uint32_t minor : {1U, 2U}) {
    test::Records records = {test::mountTable(5, {{"/", "rw"}, {"/tmp", "rw,nosuid"}}).at(kLater),
                             test::exec("/usr/bin/ls").pid(9).mountNamespace(5).at(kLater),
                             test::mapped(image(9), "/tmp/x.so", trace::MappingRole::kLibrary)};
    auto& mount = std::get<trace::MountTable>(records[0].record.body).mounts[1];
    mount.deviceMajor = 8;
    mount.deviceMinor = 1;
    auto& mapping = std::get<trace::Mapping>(records[2].record.body);
    mapping.identity = {trace::FileIdentity{8, minor, 77, 0}, trace::EvidenceClass::kKernel};
    records[2].record.timeNs = kLater + 1;
    expectAll(records, {{"mount.nosuid", minor == 1 ? Tri::kTrue : Tri::kUnknown}});
  }
}

TEST(Language, Mapping) {
  const test::Records records = {
      test::exec("/usr/lib/ld-linux-x86-64.so.2").pid(9).args({"ld.so", "/tmp/x"}),
      test::mapped(image(9), "/tmp/x", trace::MappingRole::kLoaderTarget)};
  expectAll(records, {{"mapping", Tri::kTrue},
                      {"attempt", Tri::kFalse},
                      {"file.path == '/tmp/x'", Tri::kTrue},
                      {"mapping.role == 'loader_target'", Tri::kTrue},
                      {"process.name == 'ld-linux-x86-64.so.2'", Tri::kTrue},
                      {"file.uid == 0", Tri::kUnknown}});
  expectAll({records[0]}, {{"mapping.role == 'library'", Tri::kFalse}});
}

}  // namespace
}  // namespace exectrail::analyzer
