#include "replay/live/mount_gate.h"

#include <seccomp.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "trace/errors.h"

namespace exectrail::replay {
namespace {

constexpr std::string_view kRefused("devtmpfs\0", 9);

void check(int error, const char* what) {
  if (error < 0) throwErrno(-error, std::string("sandbox: seccomp: ") + what);
}

// Where the caller has the name of the file system's type: mount(2), fsopen(2).
std::uint64_t addressOfType(const seccomp_data& call) {
  const std::unique_ptr<char, void (*)(void*)> name(
      ::seccomp_syscall_resolve_num_arch(call.arch, call.nr), std::free);
  return name != nullptr && std::string_view(name.get()) == "mount" ? call.args[2] : call.args[0];
}

// What cannot be read is the kernel's to refuse, or no text: a bind mount has no type.
bool isRefused(const seccomp_notif& asked) {
  std::array<char, kRefused.size()> type{};
  const iovec to{type.data(), type.size()};
  const iovec from{reinterpret_cast<void*>(addressOfType(asked.data)), type.size()};
  const auto size = ::process_vm_readv(static_cast<pid_t>(asked.pid), &to, 1, &from, 1, 0);
  return size == static_cast<ssize_t>(type.size()) &&
         std::string_view(type.data(), type.size()) == kRefused;
}

}  // namespace

void MountGate::Release::operator()(void* context) const { ::seccomp_release(context); }

MountGate::MountGate() : context_(::seccomp_init(SCMP_ACT_ALLOW)) {
  if (!context_) throwErrno(ENOMEM, "sandbox: seccomp");
  // Set-user-id programs are part of scenarios.
  check(::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_NNP, 0), "no_new_privs");
  for (const auto architecture :
       {static_cast<std::uint32_t>(SCMP_ARCH_X86), static_cast<std::uint32_t>(SCMP_ARCH_X32),
        static_cast<std::uint32_t>(SCMP_ARCH_ARM)}) {
    const int error = ::seccomp_arch_add(context_.get(), architecture);
    if (error != -EEXIST) check(error, "architecture");
  }
  for (const int call : {SCMP_SYS(mount), SCMP_SYS(fsopen)}) {
    check(::seccomp_rule_add(context_.get(), SCMP_ACT_NOTIFY, call, 0), "rule");
  }
  check(::seccomp_load(context_.get()), "cannot load the filter");
}

int MountGate::descriptor() const { return ::seccomp_notify_fd(context_.get()); }

void MountGate::answer() const {
  seccomp_notif* asked = nullptr;
  seccomp_notif_resp* answered = nullptr;
  check(::seccomp_notify_alloc(&asked, &answered), "memory");
  // Fails if who asked has ended meanwhile, as does the answer.
  if (::seccomp_notify_receive(descriptor(), asked) == 0) {
    answered->id = asked->id;
    if (isRefused(*asked)) {
      answered->error = -EPERM;
    } else {
      answered->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    }
    ::seccomp_notify_respond(descriptor(), answered);
  }
  ::seccomp_notify_free(asked, answered);
}

}  // namespace exectrail::replay
