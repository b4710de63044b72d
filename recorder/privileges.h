// What root may do and a recorder need not. Once everything is open, all capabilities are given up
// but those that are needed to the end; whoever finds a fault in the recorder finds little behind
// it. COMMAND was made before and keeps what it had.
#pragma once

#include <string>
#include <vector>

#include "recorder/notify.h"

namespace exectrail::recorder {

struct PrivilegeNeeds {
  bool otherUsersCommand = false;  // COMMAND runs as another user and is to get our signals
  bool opensFilesLater = false;    // output files are made while recording or, of others, after it
};

// For this thread and those it makes from here on: the few capabilities, none that could come back
// (bounding set, no_new_privs), and a memory that only root with CAP_SYS_PTRACE can look into.
// What cannot be given up is notified; that is no reason not to record.
void dropPrivileges(const PrivilegeNeeds& needs, const Notify& notify);

struct CapabilityNeed {
  std::string name;  // "sys_ptrace"
  bool held = false;
  std::string why;  // what goes wrong without it
};

// All that a recorder uses at any time, and whether this thread has it in effect.
std::vector<CapabilityNeed> capabilityNeeds();

}  // namespace exectrail::recorder
