// Executes by int 0x80: system call numbers and pointers of 32 bits, whether this is built as a
// 32-bit or as a 64-bit program (which then lies below 4 GiB, as does all that it points to).
enum { kExecve = 11, kNanosleep = 162, kExit = 1 };  // arch/x86/entry/syscalls/syscall_32.tbl

static int call(int number, const void* first, const void* second, const void* third) {
  int result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(number), "b"((unsigned)(unsigned long)first),
                     "c"((unsigned)(unsigned long)second), "d"((unsigned)(unsigned long)third)
                   : "memory");
  return result;
}

static unsigned pointer(const void* to) { return (unsigned)(unsigned long)to; }

void _start(void) {
  static const char denied[] = "/tmp/denied";
  static const char wanted[] = "/tmp/x";
  static const char duration[] = "0.2";
  static unsigned arguments[3];
  static unsigned noEnvironment[1];
  static const int pause[2] = {0, 100000000};  // seconds, nanoseconds
  arguments[0] = pointer(denied);
  call(kExecve, denied, arguments, noEnvironment);
  call(kNanosleep, pause, 0, 0);
  arguments[0] = pointer(wanted);
  arguments[1] = pointer(duration);
  call(kExecve, wanted, arguments, noEnvironment);
  call(kExit, (void*)1, 0, 0);
}
