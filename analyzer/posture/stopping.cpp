#include "analyzer/posture/stopping.h"

#include <cerrno>

#include "analyzer/paths/path.h"
#include "analyzer/posture/controls.h"
#include "trace/json/ecs.h"

namespace exectrail::analyzer {
namespace {

constexpr std::uint32_t kSetIdBits = 06000;  // S_ISUID | S_ISGID, inode(7)

bool inMemory(const Alert& alert) { return alert.filePath.value.starts_with("/memfd:"); }

// A mount that a system needs to run programs from.
bool holdsPrograms(const MountFacts& mount) {
  return mount.point == "/" || mount.point == "/usr" || isUnder(mount.point, "/usr") ||
         mount.point == "/nix" || isUnder(mount.point, "/nix");
}

WouldStop wouldStop(std::string_view option, std::string_view why, std::string_view path,
                    const MountFacts& mount) {
  const Control* control = controlFor(path, option);
  WouldStop would;
  would.control = std::string(option) + " on " +
                  (control != nullptr ? std::string(control->directory) : mount.point);
  would.why = why;
  if (control != nullptr) {
    would.compliance.assign(control->compliance.begin(), control->compliance.end());
  }
  return would;
}

// The path that a mount option would have been asked about.
const std::string& pathOf(const Alert& alert) {
  return alert.typedPathOnly ? alert.process.place.path : alert.filePath.value;
}

void decideRefused(const Alert& alert, Stopping& stopping) {
  if (!alert.mount) {
    stopping.stopped = Stopped::kSomehow;
    stopping.missing = "mount";
    return;
  }
  const bool byMount = alert.errorNumber == EACCES && alert.mount->has("noexec");
  stopping.stopped = byMount ? Stopped::kByMount : Stopped::kOtherwise;
  stopping.known = true;  // it did not run: nothing more was needed
}

std::string listed(const WouldStop& would) {
  std::string text = would.control.substr(0, would.control.find(' '));
  if (!would.compliance.empty()) text += " (" + std::string(would.compliance.front()) + ")";
  return text;
}

}  // namespace

Stopping stoppingOf(const Alert& alert) {
  Stopping stopping;
  const std::string& path = pathOf(alert);
  if (const Control* control = controlFor(path, "noexec")) {
    stopping.directory = control->directory;
  } else if (alert.mount) {
    stopping.directory = alert.mount->point;
  }
  if (alert.errorNumber != 0) {
    decideRefused(alert, stopping);
    return stopping;
  }
  // Of the one no mount option is asked, of the other none that refuses to execute.
  if (inMemory(alert) || alert.scriptArgument) {
    stopping.known = true;
    return stopping;
  }
  if (!alert.mount) {
    stopping.missing = "mount";
    return stopping;
  }
  if (alert.mount->has("noexec")) {
    stopping.missing = "a mount table that agrees: this one says noexec, and yet it ran";
    return stopping;
  }
  stopping.known = true;
  if (!holdsPrograms(*alert.mount) || controlFor(path, "noexec") != nullptr) {
    stopping.would.push_back(wouldStop("noexec", "refused", path, *alert.mount));
  }
  const bool setId = alert.process.file.known() && alert.mapping == trace::MappingRole::kUnknown &&
                     !alert.script && (alert.process.file.value.mode & kSetIdBits) != 0 &&
                     alert.process.secure.known() && alert.process.secure.value;
  if (setId && !stopping.would.empty() && !alert.mount->has("nosuid")) {
    stopping.would.push_back(wouldStop("nosuid", "unprivileged", path, *alert.mount));
  }
  return stopping;
}

std::string describe(const Stopping& stopping, const Alert& alert) {
  const std::string error = trace::errorName(alert.errorNumber);
  const std::string mount = alert.mount ? describeMount(stopping.directory, *alert.mount) : "";
  switch (stopping.stopped) {
    case Stopped::kByMount:
      return "yes, by the mount: " + mount + ". That stops this file, not \"sh " +
             alert.filePath.value + "\"";
    case Stopped::kOtherwise:
      return "yes, " + error + ", but by no mount option: " + mount;
    case Stopped::kSomehow:
      return "yes, " + error + "; by what is not known: no mount table tells";
    case Stopped::kNo:
      break;
  }
  if (inMemory(alert)) return "no, and no mount option would have: it lies in memory, on no mount";
  if (alert.scriptArgument) {
    if (controlFor(alert.filePath.value, "noexec") == nullptr) return {};
    return "no, and noexec would not have: " + alert.process.name +
           " opened the script as it opens any file";
  }
  if (!stopping.known) {
    if (stopping.directory.empty()) return {};
    if (stopping.missing != "mount") return "no; " + mount + ": noexec, and yet it ran";
    return "no; whether noexec would have is not known: no mount table tells";
  }
  if (stopping.would.empty()) return {};
  std::string text = "no: " + mount + ". ";
  text += listed(stopping.would.front()) + " would have refused this file";
  if (alert.mapping == trace::MappingRole::kUnknown) {
    text += ", not \"sh " + stopping.directory + "/script\"";
  }
  if (stopping.would.size() > 1) {
    text += "; " + listed(stopping.would.back()) + " would have taken its privilege";
  }
  return text;
}

}  // namespace exectrail::analyzer
