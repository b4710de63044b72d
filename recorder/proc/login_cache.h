// Who logged in, by the number of the login: with each login the kernel hands out a new session
// number (audit_set_loginuid of kernel/auditsc.c), and a session without one has no user either. So
// /proc/PID/sessionid says it all once the user of a number is known, and loginuid need not be
// read. Exact, not inferred.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "recorder/proc/proc_files.h"
#include "trace/record.h"

namespace exectrail::recorder {

class LoginCache {
 public:
  // Of the process whose /proc directory is open.
  trace::Field<trace::Login> read(int directory, FileBuffer& buffer);

 private:
  struct User {
    std::uint32_t uid = 0;
    // Two readings agree: the kernel stores number and user one after the other, and the first
    // reading may have come in between.
    bool confirmed = false;
  };

  std::unordered_map<std::uint32_t, User> users_;  // by session number
};

}  // namespace exectrail::recorder
