// The shipped recipe, directory by directory: which class and severity each has.
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "analyzer/compiler/recipe_files.h"
#include "tests/analyzer/analysis.h"
#include "tests/analyzer/unusual_directories.h"

namespace exectrail::analyzer {
namespace {

struct Case {
  const char* path;
  const char* expected;  // "class severity", or "-"
};

constexpr Case kCases[] = {
    // What our sources name is high or critical.
    {"/tmp/x", "temp high"},
    {"/tmp/a/b/x", "temp high"},
    {"/var/tmp/x", "temp high"},
    {"/usr/tmp/x", "temp high"},
    {"/dev/x", "devices critical"},
    {"/dev/mqueue/x", "devices critical"},
    {"/dev/shm/x", "shm critical"},
    {"/run/shm/x", "shm critical"},
    {"/sys/x", "pseudo_fs critical"},
    {"/proc/1/x", "pseudo_fs critical"},
    {"/run/ls", "run_top critical"},
    {"/var/run/ls", "run_top critical"},
    {"/run/lock/a/x", "run_top critical"},
    {"/var/lock/x", "run_top critical"},
    {"/run/a/b.pid", "run_top critical"},
    {"/run/user/1000/x", "run high"},
    {"/run/media/u/x", "run high"},
    {"/memfd:x", "fileless critical"},
    {"/memfd:runc_cloned:/proc/self/exe", "fileless critical"},
    {"/", "detached critical"},
    // Hidden ones.
    {"/tmp/.x", "hidden_temp critical"},
    {"/tmp/.X11-unix/x", "hidden_temp critical"},
    {"/var/tmp/.a/b/x", "hidden_temp critical"},
    {"/run/user/1000/.x", "hidden_temp critical"},
    // Data and services.
    {"/var/log/x", "logs high"},
    {"/var/spool/a/x", "logs high"},
    {"/lost+found/x", "logs high"},
    {"/boot/x", "boot high"},
    {"/var/www/html/up/x", "web_roots high"},
    {"/usr/local/apache2/cgi-bin/x", "web_roots high"},
    {"/usr/local/apache2/bin/httpd", "-"},
    {"/home/alice/public_html/x", "web_roots high"},
    {"/home/alice/public_html/.x", "web_roots high"},
    {"/var/lib/mysql/x", "service_data high"},
    {"/etc/bind/x", "service_data high"},
    {"/etc/x", "etc high"},
    {"/etc/cron.daily/x", "-"},
    {"/etc/rc.local", "-"},
    {"/etc/rc3.d/S01x", "-"},
    {"/etc/init.d/x", "-"},
    {"/usr/share/man/x", "usr_data high"},
    {"/usr/include/x", "usr_data high"},
    {"/usr/games/.x", "usr_data high"},
    // Unusual, not unheard of.
    {"/usr/src/a/x", "usr_src medium"},
    {"/usr/src/linux-headers-6.1.0-18-common/scripts/mod/modpost", "-"},
    {"/mnt/x", "removable medium"},
    {"/var/cache/x", "caches medium"},
    {"/var/lib/x/y", "var_lib medium"},
    {"/var/lib/docker/overlay2/a/x", "-"},
    {"/var/x", "var_other medium"},
    {"/var/opt/a/x", "-"},
    {"/home/alice/.cache/x", "hidden_home low"},
    {"/root/.x", "hidden_home low"},
    {"/srv/x", "service_home low"},
    {"/opt/.a/x", "service_home low"},
    // What must stay silent, and what only looks alike.
    {"/usr/bin/ls", "-"},
    {"/bin/ls", "-"},
    {"/opt/acme/bin/x", "-"},
    {"/home/alice/bin/x", "-"},
    {"/home/alice/.cargo/bin/x", "home_tools info"},
    {"/app/x", "-"},
    {"/tmpx/a", "unknown_top low"},
    {"/tmp", "-"},
    {"/var/tmpfoo/a", "var_other medium"},
    {"/devel/a", "unknown_top low"},
    {"/run-parts", "unknown_top low"},
    {"/tmp/../usr/bin/ls", "-"},
    {"//tmp//x", "temp high"},
    {"/usr/bin/../../tmp/x", "temp high"},
    {"/proc/self/root/tmp/x", "temp high"},
};

// By a failed attempt, because only that lets a path be anything that can be typed.
TEST(ShippedRecipe, ClassOfEachDirectory) {
  for (const Case& c : kCases) {
    const bool memory = std::string_view(c.path).starts_with("/memfd:");
    const test::OwnedRecord record =
        memory ? test::exec(c.path).user(1000) : test::attempt(c.path, 13, test::image(1));
    const test::Analysis analysis = test::analyze(test::unusualDirectories(), {record});
    std::string got = "-";
    if (!analysis.alerts.empty()) {
      const Alert& alert = analysis.alerts.front();
      got = alert.directoryClass + " " + std::string(name(alert.severity));
    }
    EXPECT_EQ(got, c.expected) << c.path;
    EXPECT_EQ(analysis.summary.recipes.begin()->second.inconclusive, 0U) << c.path;
  }
}

// Deny by default is off until a site asks for it.
TEST(ShippedRecipe, AllowedDirectoriesAreASitesChoice) {
  const auto fires = [](const std::string& override, const std::string& path) {
    auto sources = loadRecipes({SHIPPED_RECIPES});
    sources.push_back({"site.yaml", override});
    Diagnostics diagnostics;
    const auto program = compile(sources, diagnostics);
    if (!program) throw std::runtime_error(diagnostics.format());
    const auto analysis = test::analyze(*program, {test::exec(path)});
    return std::ranges::any_of(analysis.alerts, [](const Alert& alert) {
      return alert.recipe->name == "exec_outside_allowed_dirs";
    });
  };
  const std::string on = "override: exec_outside_allowed_dirs\nenabled: true\n";
  EXPECT_FALSE(fires("", "/acme/x"));
  EXPECT_TRUE(fires(on, "/acme/x"));
  EXPECT_FALSE(fires(on, "/usr/bin/x"));
  EXPECT_FALSE(fires(on + "lists: {allowed_directories: {add: ['/acme/**']}}\n", "/acme/x"));
}

// A session begins with a program of root's that runs as root and lets people in. It has no login
// itself, or its user's if the recorder came to look at it later; and who is not root cannot play
// it.
TEST(ShippedRecipe, ASessionBeginsWithALoginProgramOfRoot) {
  constexpr std::uint32_t kUser = 1000;
  constexpr std::uint32_t kNobody = trace::kLoginNotSet;
  const auto severity = [](const std::string& door, std::uint32_t doorUser,
                           std::uint32_t doorLogin) {
    const auto analysis =
        test::analyze(test::unusualDirectories(),
                      {test::exec("/usr/bin/watch-me").pid(10).user(doorUser).login(kNobody),
                       test::exec(door).pid(11).by(test::image(10)).user(doorUser).login(doorLogin),
                       test::exec("/usr/bin/bash").pid(12).by(test::image(11)).login(kUser),
                       test::exec("/tmp/tmp.Ab3dEf6hIj/rustup-init")
                           .pid(13)
                           .by(test::image(12))
                           .owner(kUser)
                           .login(kUser)});
    return std::string(analysis.alerts.size() == 1 ? name(analysis.alerts[0].severity) : "-");
  };
  EXPECT_EQ(severity("/usr/bin/login", 0, kNobody), "low");
  EXPECT_EQ(severity("/usr/bin/login", 0, kUser), "low");
  EXPECT_EQ(severity("/usr/sbin/sshd", kUser, kNobody), "high");
  EXPECT_EQ(severity("/usr/sbin/sshd", kUser, kUser), "high");
  EXPECT_EQ(severity("/usr/bin/cat", 0, kUser), "high");
}

TEST(ShippedRecipe, SaysWhatItIs) {
  ASSERT_EQ(test::unusualDirectories().recipes().size(), 1U);
  const RecipeInfo& info = *test::unusualDirectories().recipes().front().info;
  EXPECT_EQ(info.name, "exec_from_unusual_dir");
  EXPECT_EQ(info.attack, (std::vector<std::string>{"TA0002/T1204", "TA0005/T1564"}));
}

}  // namespace
}  // namespace exectrail::analyzer
