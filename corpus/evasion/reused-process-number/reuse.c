// Runs two programs, one after the other, in processes of the same number: clone3(2) lets root
// choose it, in this pid namespace and in that of the host.
#define _GNU_SOURCE
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int run(const char* program, pid_t here, pid_t onHost) {
  pid_t numbers[2] = {here, onHost};
  struct clone_args arguments = {
      .exit_signal = SIGCHLD, .set_tid = (uintptr_t)numbers, .set_tid_size = 2};
  const pid_t child = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
  if (child == 0) {
    execl(program, program, "0.15", (char*)0);
    _exit(127);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int main(void) {
  // Numbers that hosts do not use so soon: pids count from 1 to 4194303, or to 32767.
  for (pid_t onHost = 32767; onHost > 32700; --onHost) {
    if (run("/tmp/first", 3000, onHost)) return !run("/tmp/second", 3000, onHost);
  }
  return 3;
}
