#include "analyzer/rules/falco_reason.h"

#include <array>

namespace exectrail::analyzer::falco {
namespace {

struct Reason {
  std::string_view beginning;  // of the field's name
  std::string_view why;
};

// The first that fits.
constexpr std::array kReasons = {
    Reason{"fd.", "about a file or a connection that is open, not about an execution"},
    Reason{"fs.", "about a file that a system call names, not about an execution"},
    Reason{"evt.is_open", "about opening a file, not about an execution"},
    Reason{"evt.buffer", "about what was read or written, not about an execution"},
    Reason{"evt.arg.flags", "flags of another system call, or of what Falco saw of a file"},
    Reason{"evt.arg", "an argument of another system call"},
    Reason{"evt.", "of Falco's own events, not of an execution"},
    Reason{"container.mount", "what a container was given is not in its metadata"},
    Reason{"container.", "needs to know what containers are: --workloads"},
    Reason{"k8s.", "needs to know what containers are: --workloads"},
    Reason{"proc.vpid", "process numbers inside of containers are not recorded"},
    Reason{"proc.pvpid", "process numbers inside of containers are not recorded"},
    Reason{"proc.is_vpgid_leader", "process groups are not recorded"},
    Reason{"proc.vpgid", "process groups are not recorded"},
    Reason{"proc.pgid", "process groups are not recorded"},
    Reason{"proc.is_exe_upper_layer", "layers of a container's file system are not recorded"},
    Reason{"proc.is_exe_lower_layer", "layers of a container's file system are not recorded"},
    Reason{"proc.duration", "how long a program has run is not known when it begins"},
    Reason{"thread.cap_", "of capabilities only the effective and the permitted ones can be asked"},
    Reason{"proc.fd", "open files are not recorded"},
    Reason{"ka.", "about Kubernetes' audit log"},
};

}  // namespace

std::string reasonAgainst(std::string_view field) {
  for (const Reason& reason : kReasons) {
    if (field.starts_with(reason.beginning)) return std::string(reason.why);
  }
  return "executions say nothing about it";
}

}  // namespace exectrail::analyzer::falco
