#include "replay/live/sandbox_root.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "trace/errors.h"

namespace exectrail::replay {
namespace {

// The tmpfs with the overlay's layers covers /tmp in this namespace: a mount point that every host
// has, so that none needs to be made on it.
const std::string kBase = "/tmp";
const std::string kRoot = kBase + "/root";

void mountOn(const char* source, const std::string& target, const char* type, unsigned long flags,
             const char* options) {
  if (::mount(source, target.c_str(), type, flags, options) != 0) {
    throwErrno(errno, "sandbox: cannot mount " + std::string(type == nullptr ? source : type) +
                          " on " + target);
  }
}

void makeDirectory(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
    throwErrno(errno, "sandbox: cannot make " + path);
  }
  if (::chmod(path.c_str(), mode) != 0) throwErrno(errno, "sandbox: cannot chmod " + path);
}

void bindReadOnly(const std::string& source, const std::string& target) {
  mountOn(source.c_str(), target, nullptr, MS_BIND | MS_REC, nullptr);
  mountOn(source.c_str(), target, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr);
}

void mountProc() {
  const std::string proc = kRoot + "/proc";
  mountOn("proc", proc, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
  // What is not namespaced there must not be written: kernel settings, emergency keys.
  bindReadOnly(proc + "/sys", proc + "/sys");
  if (::access((proc + "/sysrq-trigger").c_str(), F_OK) == 0) {
    bindReadOnly(proc + "/sysrq-trigger", proc + "/sysrq-trigger");
  }
  mountOn("sysfs", kRoot + "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, nullptr);
}

void makeDevices() {
  struct Node {
    const char* name;
    unsigned major;
    unsigned minor;
  };
  // Documentation/admin-guide/devices.txt of the kernel.
  constexpr std::array<Node, 7> kNodes = {{{"null", 1, 3},
                                           {"zero", 1, 5},
                                           {"full", 1, 7},
                                           {"random", 1, 8},
                                           {"urandom", 1, 9},
                                           {"tty", 5, 0},
                                           {"fuse", 10, 229}}};
  const std::string dev = kRoot + "/dev";
  mountOn("tmpfs", dev, "tmpfs", MS_NOSUID, "mode=0755,size=1m");
  for (const Node& node : kNodes) {
    const std::string path = dev + "/" + node.name;
    if (::mknod(path.c_str(), S_IFCHR | 0666, ::makedev(node.major, node.minor)) != 0 ||
        ::chmod(path.c_str(), 0666) != 0) {
      throwErrno(errno, "sandbox: cannot make the device /dev/" + std::string(node.name));
    }
  }
  constexpr std::array<std::array<const char*, 2>, 5> kLinks = {{{"/proc/self/fd", "/fd"},
                                                                 {"/proc/self/fd/0", "/stdin"},
                                                                 {"/proc/self/fd/1", "/stdout"},
                                                                 {"/proc/self/fd/2", "/stderr"},
                                                                 {"pts/ptmx", "/ptmx"}}};
  for (const auto& [target, name] : kLinks) {
    if (::symlink(target, (dev + name).c_str()) != 0) {
      throwErrno(errno, "sandbox: cannot make /dev" + std::string(name));
    }
  }
  makeDirectory(dev + "/pts", 0755);
  mountOn("devpts", dev + "/pts", "devpts", MS_NOSUID | MS_NOEXEC,
          "newinstance,mode=0620,ptmxmode=0666");
  makeDirectory(dev + "/shm", 01777);
  mountOn("tmpfs", dev + "/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
}

// What root of this host keeps at home is private, and may be much.
void mountVolatileDirectories() {
  for (const char* directory : {"/tmp", "/var/tmp"}) {
    makeDirectory(kRoot + directory, 01777);
    mountOn("tmpfs", kRoot + directory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
  }
  makeDirectory(kRoot + "/root", 0700);
  mountOn("tmpfs", kRoot + "/root", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700");
  makeDirectory(kRoot + "/run", 0755);
  mountOn("tmpfs", kRoot + "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
  makeDirectory(kRoot + "/run/lock", 01777);
}

// pivot_root(2), "pivot_root(".", ".")": the old root ends up stacked below the new one.
void pivotRoot() {
  if (::chdir(kRoot.c_str()) != 0 || ::syscall(SYS_pivot_root, ".", ".") != 0 ||
      ::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0) {
    throwErrno(errno, "sandbox: cannot make the overlay the root directory");
  }
}

void bringLoopbackUp() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throwErrno(errno, "sandbox: cannot open a socket");
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", sizeof("lo"));
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const int result = ::ioctl(fd, SIOCSIFFLAGS, &request);
  const int error = errno;
  ::close(fd);
  if (result != 0) throwErrno(error, "sandbox: cannot bring the loopback interface up");
}

// A recording must not depend on who made it, and programs that log somebody in can set this only
// where nobody has. A kernel may be told never to take it back (audit_set_loginuid in
// kernel/audit.c), or have none.
void forgetLogin() {
  const int fd = ::open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  constexpr std::string_view kUnset = "4294967295";
  [[maybe_unused]] const ssize_t written = ::write(fd, kUnset.data(), kUnset.size());
  ::close(fd);
}

}  // namespace

void enterSandboxRoot(const std::string& scenarioDirectory) {
  // Nothing that is mounted here may show on the host.
  mountOn("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  // Before /tmp is covered: the scenario may be there.
  const int scenario = ::open(scenarioDirectory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (scenario < 0) throwErrno(errno, "sandbox: cannot open " + scenarioDirectory);

  mountOn("tmpfs", kBase, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700");
  const std::string upper = kBase + "/upper";
  const std::string work = kBase + "/work";
  makeDirectory(upper, 0755);
  makeDirectory(work, 0700);
  makeDirectory(kRoot, 0755);
  mountOn("overlay", kRoot, "overlay", 0,
          ("lowerdir=/,upperdir=" + upper + ",workdir=" + work).c_str());

  mountProc();
  makeDevices();
  mountVolatileDirectories();
  makeDirectory(kRoot + "/scenario", 0755);
  bindReadOnly("/proc/self/fd/" + std::to_string(scenario), kRoot + "/scenario");
  ::close(scenario);
  pivotRoot();

  constexpr std::string_view kName = "exectrail";
  if (::sethostname(kName.data(), kName.size()) != 0) {
    throwErrno(errno, "sandbox: cannot set the host name");
  }
  bringLoopbackUp();
  forgetLogin();
}

void dropHostPrivileges() {
  constexpr std::array<int, 12> kDropped = {
      CAP_SYS_MODULE, CAP_SYS_RAWIO,     CAP_SYS_BOOT,       CAP_SYS_TIME,
      CAP_SYSLOG,     CAP_AUDIT_CONTROL, CAP_MKNOD,          CAP_MAC_ADMIN,
      CAP_WAKE_ALARM, CAP_BLOCK_SUSPEND, CAP_SYS_TTY_CONFIG, CAP_LINUX_IMMUTABLE};
  for (const int capability : kDropped) {
    // EINVAL: this kernel does not have it, so there is nothing to drop.
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EINVAL) {
      throwErrno(errno, "sandbox: cannot drop capability " + std::to_string(capability));
    }
  }
}

}  // namespace exectrail::replay
