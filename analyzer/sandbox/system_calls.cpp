// A list of what is allowed. Everything else is answered with ENOSYS, on which C libraries fall
// back to an older call, so that a newer one of theirs does not end us.
#include "analyzer/sandbox/system_calls.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

namespace exectrail::analyzer {
namespace {

// Names, so that a kernel or an architecture that lacks one does not matter.
constexpr std::string_view kAllowed =
    // Files, of which Landlock chooses.
    "open openat close read readv pread64 preadv write writev pwrite64 pwritev lseek "
    "stat lstat fstat newfstatat fstatat64 statx statfs fstatfs access faccessat faccessat2 "
    "readlink readlinkat getdents64 getcwd fcntl dup dup2 dup3 fsync fdatasync ftruncate fallocate "
    "fadvise64 flock rename renameat renameat2 unlink unlinkat mkdir mkdirat chmod fchmod fchmodat "
    "umask inotify_init1 inotify_add_watch inotify_rm_watch "
    // Waiting.
    "poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2 pipe2 "
    "signalfd4 timerfd_create timerfd_settime clock_gettime clock_getres clock_nanosleep nanosleep "
    "gettimeofday time restart_syscall pause "
    // Memory and threads.
    "brk munmap mremap madvise futex set_robust_list get_robust_list rseq sched_yield "
    "sched_getaffinity membarrier exit exit_group rt_sigaction rt_sigprocmask rt_sigreturn "
    "rt_sigtimedwait sigaltstack tgkill gettid getpid getppid getuid geteuid getgid getegid "
    "getrusage sysinfo uname getrandom "
    // Sockets that are there; whose they may be is said below.
    "connect bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg shutdown "
    "getsockopt setsockopt getsockname getpeername socketpair ";

class Filter {
 public:
  Filter() : context_(::seccomp_init(SCMP_ACT_ERRNO(ENOSYS))) {
    if (!context_) error_ = ENOMEM;
  }

  void set(scmp_filter_attr attribute, std::uint32_t value) {
    if (error_ == 0) error_ = -::seccomp_attr_set(context_.get(), attribute, value);
  }

  template <typename... Conditions>
  void allow(const char* name, Conditions... conditions) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (error_ != 0 || number == __NR_SCMP_ERROR) return;
    error_ = -::seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, number, sizeof...(conditions),
                                 conditions...);
  }

  int load() {
    if (error_ == 0) error_ = -::seccomp_load(context_.get());
    return error_;
  }

 private:
  struct Release {
    void operator()(void* context) const { ::seccomp_release(context); }
  };
  std::unique_ptr<void, Release> context_;
  int error_ = 0;
};

scmp_arg_cmp is(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}

scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

}  // namespace

int restrictSystemCalls(bool network) {
  Filter filter;
  filter.set(SCMP_FLTATR_CTL_TSYNC, 1);
  for (std::string_view rest = kAllowed; !rest.empty();) {
    const std::size_t space = rest.find(' ');
    filter.allow(std::string(rest.substr(0, space)).c_str());
    rest.remove_prefix(space + 1);
  }
  filter.allow("clone", masked(0, CLONE_THREAD, CLONE_THREAD));  // threads, no processes
  filter.allow("prlimit64", is(2, 0));                           // asks, and changes nothing
  for (const int request : {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO}) {
    filter.allow("ioctl", is(1, static_cast<std::uint64_t>(request)));
  }
  filter.allow("prctl", is(0, PR_SET_NAME));
  filter.allow("socket", is(0, AF_UNIX));
  if (network) {
    // Name servers are asked by libraries that are loaded for it.
    for (const int family : {AF_INET, AF_INET6, AF_NETLINK}) {
      filter.allow("socket", is(0, static_cast<std::uint64_t>(family)));
    }
    filter.allow("mmap");
    filter.allow("mprotect");
  } else {
    filter.allow("mmap", masked(2, PROT_EXEC, 0));
    filter.allow("mprotect", masked(2, PROT_EXEC, 0));
  }
  return filter.load();
}

}  // namespace exectrail::analyzer
