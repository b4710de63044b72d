#include "trace/synth/scenes.h"

#include <array>
#include <cerrno>
#include <utility>

#include "trace/synth/jobs.h"

namespace exectrail::trace {
namespace {

// Who stands below whom, as on a host with systemd.
constexpr std::array<DaemonFacts, kDaemons> kFacts = {{
    {Daemon::kSystemd, "/usr/lib/systemd/systemd", "/sbin/init", "/init.scope", 0},
    {Daemon::kSystemd, "/usr/sbin/sshd", "sshd: alice [priv]", "/system.slice/ssh.service", 0},
    {Daemon::kSshd, "/usr/bin/bash", "-bash", "/user.slice/user-1000.slice/session-3.scope", 1000},
    {Daemon::kShell, "/usr/bin/make", "make", "/user.slice/user-1000.slice/session-3.scope", 1000},
    {Daemon::kSystemd, "/usr/sbin/cron", "/usr/sbin/cron", "/system.slice/cron.service", 0},
    {Daemon::kSystemd, "/usr/sbin/nginx", "nginx: master process", "/system.slice/nginx.service",
     0},
    {Daemon::kSystemd, "/usr/sbin/php-fpm8.2", "php-fpm: pool www",
     "/system.slice/php8.2-fpm.service", 33},
    {Daemon::kSystemd, "/usr/bin/containerd-shim-runc-v2", "containerd-shim-runc-v2",
     "/system.slice/containerd.service", 0},
}};

constexpr std::uint64_t kMillisecond = 1'000'000;

}  // namespace

std::optional<Scene> sceneNamed(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Scene>, 5> kScenes = {
      {{"build", Scene::kBuild},
       {"webhost", Scene::kWebhost},
       {"ci", Scene::kCi},
       {"shell", Scene::kShell},
       {"mixed", Scene::kMixed}}};
  for (const auto& [known, scene] : kScenes) {
    if (known == name) return scene;
  }
  return std::nullopt;
}

const DaemonFacts& factsOf(Daemon daemon) { return kFacts[static_cast<std::size_t>(daemon)]; }

Job nextJob(Scene scene, Random& random) {
  if (scene == Scene::kMixed) {
    constexpr Scene kAll[] = {Scene::kBuild, Scene::kBuild, Scene::kWebhost, Scene::kCi,
                              Scene::kShell};
    scene = random.pick(kAll);
  }
  switch (scene) {
    case Scene::kBuild:
      return {Daemon::kMake, compileOneFile(random), random.around(40 * kMillisecond)};
    case Scene::kWebhost:
      if (random.oneIn(3)) {
        return {Daemon::kCron, cronJob(random), random.around(400 * kMillisecond)};
      }
      return {Daemon::kPhp, webRequest(random), random.around(90 * kMillisecond)};
    case Scene::kCi:
      return {Daemon::kShim, containerJob(random), random.around(700 * kMillisecond)};
    case Scene::kShell:
    case Scene::kMixed:
      break;
  }
  return {Daemon::kShell, shellCommand(random), random.around(900 * kMillisecond)};
}

}  // namespace exectrail::trace
