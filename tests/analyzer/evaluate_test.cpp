// Operators, fields, lineage and genuine parents, each with what is known, unknown and cut off.
#include <gtest/gtest.h>

#include "tests/analyzer/evaluation.h"

namespace exectrail::analyzer {
namespace {

using test::Evaluation;
using test::image;
using trace::EvidenceClass;

constexpr Tri F = Tri::kFalse, U = Tri::kUnknown, T = Tri::kTrue;

struct Case {
  const char* expression;
  Tri result;
};

template <std::size_t N>
void expectAll(Evaluation& evaluation, const Case (&cases)[N]) {
  for (const Case& c : cases) EXPECT_EQ(evaluation(c.expression), c.result) << c.expression;
}

TEST(Evaluate, FieldsOfAnExecution) {
  Evaluation evaluation({test::exec("/tmp/d/x (deleted)")
                             .links(0)
                             .typed("./x")
                             .args({"[kworker/0:1]", "-o", "203.0.113.5"})
                             .cwd("/tmp/d")
                             .user(33, 0)
                             .owner(33)});
  constexpr Case kCases[] = {
      {"file.path == '/tmp/d/x'", T},
      {"file.path != '/tmp/d/x'", F},
      {"process.executable == '/tmp/d/x'", T},
      {"process.name == 'x'", T},
      {"typed_path == './x'", T},
      {"cwd == '/tmp/d'", T},
      {"file.path in ['/a', '/tmp/**']", T},
      {"file.path not in ['/a', '/tmp/**']", F},
      {"file.path in @servers", F},
      {"file.path glob '/tmp/*'", F},
      {"file.path glob '/tmp/**/x'", T},
      {"file.path under '/tmp'", T},
      {"file.path under ['/run', '/tmp/d']", T},
      {"file.path under '/tmp/d/x'", F},
      {"typed_path under '/tmp'", T},
      {"cwd under '/tmp'", T},
      {"file.path contains 'd/'", T},
      {"file.path startswith '/tmp'", T},
      {"file.path endswith ['y', 'x']", T},
      {"args[0] matches '^\\[kworker'", T},
      {"args[0] matches 'KWORKER'", F},
      {"args[1] == '-o'", T},
      {"args contains '-o'", T},
      {"args contains ['-p', '203.0.113.5']", T},
      {"args contains 'kworker'", F},
      // There is no fourth argument: that is known, and it equals nothing.
      {"args[3] == ''", F},
      {"args[3] != 'x'", T},
      {"args[3] matches ''", F},
      {"class == temp", T},
      {"class in [temp]", T},
      {"result == ok", T},
      {"result in [EACCES, EPERM]", F},
      {"user.id == 33", T},
      {"user.id in [0, 33]", T},
      {"user.effective_id == 0", T},
      {"user.id > 32 and user.id < 34 and user.id >= 33 and user.id <= 33", T},
      {"user.id == user.effective_id", F},
      {"user.id == file.uid", T},
      {"file.mode == 0o755", T},
      {"file.link_count == 0", T},
      {"process.pid == 1000", T},
      {"process.name == process.comm", F},
      {"parent.name == 'sh'", F},  // there is surely no parent
      {"parent.name != 'sh'", T},
      {"previous.name == 'sh'", U},  // what it replaced was not seen
  };
  expectAll(evaluation, kCases);
}

TEST(Evaluate, UnknownStaysUnknown) {
  Evaluation evaluation({test::exec("/tmp/x").noExecutable().typed("x").noCwd().noArgs().noUser()});
  constexpr Case kCases[] = {
      {"file.path == '/tmp/x'", U},
      {"file.path != '/tmp/x'", U},
      {"not file.path == '/tmp/x'", U},
      {"typed_path == 'x'", T},
      {"typed_path under '/tmp'", U},
      {"process.executable in @servers", U},
      {"args[0] == 'x'", U},
      {"args contains 'x'", U},
      {"user.id == 0", U},
      {"user.id == file.uid", U},
      {"file.uid == 0", U},
      {"cwd under '/tmp'", U},
      {"user.id == 0 and typed_path == 'x'", U},
      {"user.id == 0 and typed_path == 'y'", F},
      {"user.id == 0 or typed_path == 'x'", T},
      {"user.id == 0 or typed_path == 'y'", U},
      {"not (user.id == 0 or typed_path == 'y')", U},
  };
  expectAll(evaluation, kCases);
}

TEST(Evaluate, TruncatedTextIsJudgedByWhatIsThere) {
  trace::Evidence cut{EvidenceClass::kImage};
  cut.originalLength = 9000;
  Evaluation evaluation({test::exec("/tmp/x").args({"sh", "-c", "curl htt"}, cut)});
  constexpr Case kCases[] = {
      {"args[0] == 'sh'", T},  // only the last one can have been cut
      {"args[0] == 'zsh'", F},
      {"args[2] == 'curl http://a'", U},
      {"args[2] == 'wget http://a'", F},
      {"args[2] != 'wget http://a'", T},
      {"args[2] startswith 'curl'", T},
      {"args[2] startswith 'curl http'", U},
      {"args[2] startswith 'wget'", F},
      {"args[2] contains 'curl'", T},
      {"args[2] contains 'sudo'", U},
      {"args[2] endswith 'htt'", U},
      {"args[2] matches 'curl'", U},
      {"args[3] == 'x'", U},
      {"args contains '-c'", T},
      {"args contains 'curl htt'", U},
      {"args contains 'x'", U},
  };
  expectAll(evaluation, kCases);
}

test::Records serverShellProgram() {
  return {test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top(),
          test::snapshot("/usr/sbin/php-fpm8.2").pid(2, 0).by(image(1, 0)).user(33),
          test::forked(image(2, 0), 3),
          test::exec("/bin/sh").pid(3).args({"sh", "-c", "x"}),
          test::forked(image(3), 4),
          test::exec("/tmp/x").pid(4)};
}

TEST(Evaluate, Lineage) {
  Evaluation evaluation(serverShellProgram());
  constexpr Case kCases[] = {
      {"any(lineage, .executable in @servers)", T},
      {"any(lineage, .name == 'x')", F},  // the image itself is not above itself
      {"any(lineage, .name == 'sh' and .args contains '-c')", T},
      {"any(lineage, .name == 'sh' and .user.id == 33)", F},
      {"all(lineage, .pid < 4)", T},
      {"all(lineage, .pid < 3)", F},
      {"not any(lineage, .name == 'sshd')", T},
      {"parent.name == 'sh'", T},
      {"parent.executable == '/usr/bin/sh'", T},
      {"parent.args[2] == 'x'", T},
      {"previous.name == 'sh'", T},
  };
  expectAll(evaluation, kCases);
  EXPECT_EQ(evaluation("any(lineage, .executable in @servers)"), T);
  EXPECT_EQ(evaluation.findings.because, std::vector<std::string>{"php-fpm8.2(2)"});
}

TEST(Evaluate, OpenLineageDecidesOnlyWhatItCan) {
  Evaluation evaluation({test::forked(image(3), 4), test::exec("/bin/sh").pid(4),
                         test::forked(image(4), 5), test::exec("/tmp/x").pid(5)});
  constexpr Case kCases[] = {
      {"any(lineage, .name == 'sh')", T},        {"any(lineage, .name == 'nginx')", U},
      {"not any(lineage, .name == 'nginx')", U}, {"all(lineage, .name == 'sh')", U},
      {"all(lineage, .name == 'zsh')", F},
  };
  expectAll(evaluation, kCases);
  EXPECT_EQ(evaluation("any(lineage, .name == 'nginx')"), U);
  EXPECT_EQ(evaluation.findings.missing.back(), "what stands above ?(3)");
}

test::Records childOf(const test::OwnedRecord& parent) {
  return {test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top(), test::forked(image(1, 0), 2),
          parent, test::forked(image(2), 3), test::exec("/tmp/x").pid(3)};
}

Tri genuine(const test::Records& records) { return Evaluation(records)("genuine(parent, @tools)"); }

TEST(Evaluate, GenuineParent) {
  const auto dpkg = [] { return test::exec("/usr/bin/dpkg").pid(2); };
  EXPECT_EQ(genuine(childOf(dpkg())), T);
  EXPECT_EQ(genuine(childOf(dpkg().executable("/usr/bin/dpkg", {EvidenceClass::kProcfs}))), T);
  // What names can do.
  EXPECT_EQ(genuine(childOf(test::exec("/tmp/dpkg").pid(2).args({"/usr/bin/dpkg"}).comm("dpkg"))),
            F);
  EXPECT_EQ(genuine(childOf(test::exec("/tmp/dpkg").pid(2).typed("/usr/bin/dpkg"))), F);
  // A file at the right place that is not root's, as in a container of one's own.
  EXPECT_EQ(genuine(childOf(dpkg().owner(1000))), F);
  // Where the executable is only guessed, or its file not known.
  EXPECT_EQ(genuine(childOf(dpkg().executable("/usr/bin/dpkg", {EvidenceClass::kInferred}))), U);
  EXPECT_EQ(genuine(childOf(dpkg().executable("/usr/bin/dpkg", {EvidenceClass::kEntry}))), U);
  EXPECT_EQ(genuine(childOf(dpkg().noExecutable())), U);
  EXPECT_EQ(genuine(childOf(dpkg().noFile())), U);
  trace::Evidence stale{EvidenceClass::kKernel};
  stale.afterGap = true;
  EXPECT_EQ(genuine(childOf(dpkg().executable("/usr/bin/dpkg", stale))), U);
  // Only the direct parent counts.
  EXPECT_EQ(genuine({test::snapshot("/usr/bin/dpkg").pid(1, 0).top(), test::forked(image(1, 0), 2),
                     test::exec("/bin/sh").pid(2), test::forked(image(2), 3),
                     test::exec("/tmp/x").pid(3)}),
            F);
  // A child of dpkg that calls exec twice still was created by dpkg.
  EXPECT_EQ(genuine({test::snapshot("/usr/bin/dpkg").pid(1, 0).top(), test::forked(image(1, 0), 2),
                     test::exec("/bin/sh").pid(2), test::exec("/tmp/x").pid(2, 2)}),
            T);
  EXPECT_EQ(genuine({test::exec("/tmp/x").top()}), F);
  EXPECT_EQ(genuine({test::exec("/tmp/x").by(image(77))}), U);
}

TEST(Evaluate, FailedAttempt) {
  Evaluation evaluation({test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top(),
                         test::forked(image(1, 0), 2), test::exec("/bin/sh").pid(2).user(33),
                         test::attempt("./x", 13, image(2)).cwd("/tmp").args({"./x", "-v"})});
  constexpr Case kCases[] = {
      {"file.path == '/tmp/x'", T},
      {"result == EACCES", T},
      {"args[1] == '-v'", T},
      {"cwd == '/tmp'", T},
      {"user.id == 33", T},
      {"file.uid == 0", U},
      {"process.name == 'sh'", T},
      {"parent.name == 'systemd'", T},
      {"process.args[0] == '/bin/sh'", T},
      {"any(lineage, .name == 'sh')", T},  // the caller would have been replaced
  };
  expectAll(evaluation, kCases);
}

TEST(Evaluate, HandlesAreNoPlaces) {
  Evaluation evaluation({test::exec("/usr/lib/systemd/systemd-executor").typed("/dev/fd/9")});
  EXPECT_EQ(evaluation("typed_path under '/dev'"), F);
  EXPECT_EQ(evaluation("typed_path startswith '/dev'"), T);
}

}  // namespace
}  // namespace exectrail::analyzer
