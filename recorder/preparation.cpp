#include "recorder/preparation.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "recorder/host_facts.h"
#include "recorder/output/output.h"
#include "recorder/realtime.h"
#include "recorder/sources/dynamic_source.h"
#include "recorder/sources/tracefs_source.h"
#include "trace/container/keys.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {

void requireRoot() {
  if (::geteuid() == 0) return;
  throw EnvironmentError("recording needs root (tracefs, and /proc of every user); this is uid " +
                         std::to_string(::geteuid()) + ": run it with sudo");
}

void requireFiles(const Options& options) {
  if (!options.signingKey.empty()) trace::SigningKey{options.signingKey};
  if (options.output == "-") return;
  std::string place = options.output;
  while (place.size() > 1 && place.ends_with('/')) place.pop_back();
  // The last folder of a path to segments is made when it is not there.
  if (!options.segments || ::access(place.c_str(), F_OK) != 0) place = folderOf(place);
  const FileDescriptor folder(::open(place.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || ::access(place.c_str(), W_OK) != 0) {
    throwErrno(errno, "cannot write into " + trace::quoteForTerminal(place));
  }
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
