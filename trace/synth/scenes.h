// What hosts do all day: plans of jobs, and the daemons that start them. Commands and arguments are
// such as builds, web hosts, CI runners and people at a shell run; names in them are made up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "trace/synth/plan.h"
#include "trace/synth/random.h"

namespace exectrail::trace {

enum class Scene { kBuild, kWebhost, kCi, kShell, kMixed };

std::optional<Scene> sceneNamed(std::string_view name);

// The long-lived processes that were there when the recording started, by index.
enum class Daemon : std::uint8_t { kSystemd, kSshd, kShell, kMake, kCron, kNginx, kPhp, kShim };

struct DaemonFacts {
  Daemon parent;
  const char* executable;
  const char* argument;
  const char* cgroup;
  std::uint32_t uid;
};
inline constexpr std::size_t kDaemons = 8;
const DaemonFacts& factsOf(Daemon daemon);

struct Job {
  Daemon starter = Daemon::kSystemd;
  Plan plan;
  std::uint64_t pauseNs = 0;  // until the next job is started
};

// The next job of a scene.
Job nextJob(Scene scene, Random& random);

}  // namespace exectrail::trace
