// Refuses one thing of all that root may mount in the sandbox: devtmpfs, which no namespace holds
// apart, so that it is the host's /dev with all of its disks. The kernel stops each call that
// mounts and asks us (seccomp's user notification, Linux 5.5). Who changes the text that we have
// read before the kernel reads it goes through: the sandbox guards against accidents.
#pragma once

#include <memory>

namespace exectrail::replay {

class MountGate {
 public:
  // Of the calling process and of all that it starts from now on; neither can leave it. Throws
  // EnvironmentError.
  MountGate();

  // Readable when somebody waits for an answer.
  int descriptor() const;
  void answer() const;

 private:
  struct Release {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Release> context_;
};

}  // namespace exectrail::replay
