#include "recorder/kernel/held_namespaces.h"

#include <fcntl.h>

#include <array>
#include <string>

namespace exectrail::recorder {

HeldNamespaces::HeldNamespaces() {
  constexpr std::array kNames = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
  for (const char* name : kNames) {
    const std::string path = std::string("/proc/self/ns/") + name;
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.valid()) files_.push_back(std::move(file));
  }
}

}  // namespace exectrail::recorder
