// The user who typed sudo: COMMAND runs as that user, and the trace belongs to that user.
#pragma once

#include <sys/types.h>

#include <cstdlib>
#include <optional>

#include "recorder/proc/proc_files.h"

namespace exectrail::recorder {

struct InvokingUser {
  uid_t uid = 0;
  gid_t gid = 0;
};

// From SUDO_UID and SUDO_GID; nothing if this is not below sudo.
inline std::optional<InvokingUser> invokingUser() {
  const char* uid = std::getenv("SUDO_UID");
  const char* gid = std::getenv("SUDO_GID");
  const auto uidNumber = parseNumber(uid != nullptr ? uid : "");
  const auto gidNumber = parseNumber(gid != nullptr ? gid : "");
  if (!uidNumber || !gidNumber) return std::nullopt;
  return InvokingUser{static_cast<uid_t>(*uidNumber), static_cast<gid_t>(*gidNumber)};
}

}  // namespace exectrail::recorder
