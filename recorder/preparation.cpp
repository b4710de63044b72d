#include "recorder/preparation.h"

#include <unistd.h>

#include <cstring>
#include <string>

#include "recorder/host_facts.h"
#include "recorder/realtime.h"
#include "recorder/sources/dynamic_source.h"
#include "recorder/sources/tracefs_source.h"
#include "trace/errors.h"

namespace exectrail::recorder {

void requireRoot() {
  if (::geteuid() == 0) return;
  throw EnvironmentError("recording needs root (tracefs, and /proc of every user); this is uid " +
                         std::to_string(::geteuid()) + ": run it with sudo");
}

void prepare(const Notify& notify) {
  requireRoot();
  requireInitialPidNamespace();
  for (const std::string& name : removeStaleInstances()) {
    notify("removed the tracefs instance " + name + " of a recorder that was killed");
  }
  for (const std::string& name : removeStaleDynamicEvents()) {
    notify("removed the dynamic event " + name + " of a recorder that was killed");
  }
  if (const int error = enterRealtime(); error != 0) {
    notify(std::string("warning: real-time scheduling was refused (") + std::strerror(error) +
           "): short-lived programs may be gone before /proc is read; grant CAP_SYS_NICE");
  }
}

}  // namespace exectrail::recorder
