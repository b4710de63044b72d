#include "recorder/privileges.h"

#include <cap-ng.h>
#include <sys/prctl.h>

#include <cerrno>
#include <cstring>

namespace exectrail::recorder {
namespace {

enum class Use {
  kSetup,     // before anything is recorded
  kAlways,    // to the end
  kCommand,   // with PrivilegeNeeds::otherUsersCommand
  kNewFiles,  // with PrivilegeNeeds::opensFilesLater
};

struct Capability {
  unsigned number;
  Use use;
  const char* why;
};

// Found by taking them away one by one. Files of tracefs are root's: uid 0 is enough for those.
constexpr Capability kCapabilities[] = {
    {CAP_SYS_PTRACE, Use::kAlways,
     "/proc/PID/exe, cwd, mem and environ of other users' programs stay closed: no executable, no "
     "arguments from there"},
    {CAP_DAC_READ_SEARCH, Use::kAlways,
     "files and folders that are closed to others cannot be looked at: no facts of such "
     "executables"},
    {CAP_PERFMON, Use::kAlways,
     "perf_event_open is refused: no kernel-resolved paths, no arguments free of races"},
    {CAP_IPC_LOCK, Use::kAlways, "perf's buffers are limited to what perf_event_mlock_kb allows"},
    {CAP_SYS_NICE, Use::kAlways,
     "no real-time scheduling: programs that end at once may be gone before /proc is read"},
    {CAP_SETPCAP, Use::kSetup, "the recorder cannot empty its bounding set"},
    {CAP_DAC_OVERRIDE, Use::kNewFiles, "output cannot be put into another user's folder"},
    {CAP_CHOWN, Use::kNewFiles, "under sudo, the trace cannot be given to the invoking user"},
    {CAP_SETUID, Use::kSetup, "under sudo, COMMAND cannot run as the invoking user"},
    {CAP_SETGID, Use::kSetup, "under sudo, COMMAND cannot run with the invoking user's groups"},
    {CAP_KILL, Use::kCommand, "a signal to the recorder is not passed on to COMMAND of a user"},
};

bool keeps(Use use, const PrivilegeNeeds& needs) {
  switch (use) {
    case Use::kSetup:
      return false;
    case Use::kAlways:
      return true;
    case Use::kCommand:
      return needs.otherUsersCommand;
    case Use::kNewFiles:
      return needs.opensFilesLater;
  }
  return false;
}

}  // namespace

void dropPrivileges(const PrivilegeNeeds& needs, const Notify& notify) {
  // A target of the same user without CAP_SYS_PTRACE can neither trace us nor read our memory.
  if (::prctl(PR_SET_DUMPABLE, 0) != 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    notify(std::string("warning: the recorder could not be sealed off: ") + std::strerror(errno));
  }
  ::capng_get_caps_process();
  std::vector<unsigned> kept;
  for (const Capability& capability : kCapabilities) {
    if (keeps(capability.use, needs) &&
        ::capng_have_capability(CAPNG_EFFECTIVE, capability.number) == 1) {
      kept.push_back(capability.number);
    }
  }
  const bool emptiesBounds = ::capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 1;
  ::capng_clear(CAPNG_SELECT_ALL);
  constexpr auto kSets = static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED);
  for (const unsigned number : kept) ::capng_update(CAPNG_ADD, kSets, number);
  if (::capng_apply(emptiesBounds ? CAPNG_SELECT_ALL : CAPNG_SELECT_CAPS) != 0) {
    notify("warning: the recorder could not give up its capabilities and goes on with all of them");
  }
}

std::vector<CapabilityNeed> capabilityNeeds() {
  ::capng_get_caps_process();
  std::vector<CapabilityNeed> needs;
  for (const Capability& capability : kCapabilities) {
    const bool held = ::capng_have_capability(CAPNG_EFFECTIVE, capability.number) == 1;
    needs.push_back({::capng_capability_to_name(capability.number), held, capability.why});
  }
  return needs;
}

}  // namespace exectrail::recorder
