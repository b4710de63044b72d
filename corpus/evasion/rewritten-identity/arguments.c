// Writes other arguments over its own and takes another name, before anybody can look; then lives
// for a moment.
static long call(long number, long first, long second, long third) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(first), "S"(second), "d"(third)
                   : "rcx", "r11", "memory");
  return result;
}

enum { kNanosleep = 35, kExit = 60, kPrctl = 157 };  // arch/x86/entry/syscalls/syscall_64.tbl
enum { kSetName = 15 };                              // PR_SET_NAME

__attribute__((used)) static void begin(long* stack) {
  static const char other[] = "sshd: alice@pts/0";
  char** argv = (char**)(stack + 1);
  char* end = argv[stack[0] - 1];
  while (*end != 0) ++end;
  for (char* to = argv[0]; to < end; ++to) {
    const long at = to - argv[0];
    *to = at < (long)sizeof other ? other[at] : 0;
  }
  call(kPrctl, kSetName, (long)"sshd", 0);
  static const long pause[2] = {0, 30000000};  // seconds, nanoseconds
  call(kNanosleep, (long)pause, 0, 0);
  call(kExit, 0, 0, 0);
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call begin\n");
