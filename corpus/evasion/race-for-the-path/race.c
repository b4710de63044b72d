// Executes a program whose path and arguments change while the kernel copies them.
//   fault   the kernel waits for a page in the middle of it, and meanwhile all else is rewritten;
//           userfaultfd(2). Deterministic.
//   thread  a second thread switches between two paths all the time.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kPage = 4096 };

static char path[] = "/tmp/x";
static char early[] = "4000";  // a sleep for more than an hour, if this were the argument
static int faults;

// The kernel copies the path, then the arguments from the last one to the first. It waits for the
// last one here.
static void* answer(void* page) {
  struct uffd_msg message;
  if (read(faults, &message, sizeof message) != sizeof message) _exit(3);
  memcpy(early, "0.10", 4);
  memcpy(path, "/bin/z", 6);
  static char content[kPage] __attribute__((aligned(kPage))) = "0.10";
  struct uffdio_copy copy = {.dst = (uintptr_t)page, .src = (uintptr_t)content, .len = kPage};
  if (ioctl(faults, UFFDIO_COPY, &copy) != 0) _exit(4);
  return NULL;
}

static int runByFault(void) {
  char* page = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
  struct uffdio_api api = {.api = UFFD_API};
  struct uffdio_register range = {.range = {(uintptr_t)page, kPage},
                                  .mode = UFFDIO_REGISTER_MODE_MISSING};
  if (faults < 0 || ioctl(faults, UFFDIO_API, &api) != 0) return 5;
  if (ioctl(faults, UFFDIO_REGISTER, &range) != 0) return 6;
  pthread_t thread;
  pthread_create(&thread, NULL, answer, page);
  char* arguments[] = {"x", early, page, NULL};
  execve(path, arguments, environ);
  return 7;
}

// Eight bytes that stay and eight that change at once: "/././tmp" and "/true-x" or "/false-y".
static _Alignas(8) char flipping[24] = "/././tmp/true-x";

static void* flip(void* unused) {
  uint64_t ends[2];
  memcpy(&ends[0], "/true-x", 8);
  memcpy(&ends[1], "/false-y", 8);
  for (unsigned turn = 0;; ++turn) {
    __atomic_store_n((uint64_t*)(flipping + 8), ends[turn % 2], __ATOMIC_RELAXED);
  }
  return unused;
}

// Until each of the two has run.
static int runByThread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, flip, NULL);
  int seen[2] = {0, 0};
  for (int turn = 0; turn < 5000 && (!seen[0] || !seen[1]); ++turn) {
    const pid_t child = vfork();
    if (child == 0) {
      execve(flipping, (char*[]){"x", NULL}, environ);
      _exit(8);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) return 9;
    seen[WEXITSTATUS(status)] = 1;
  }
  return seen[0] && seen[1] ? 0 : 10;
}

int main(int argc, char** argv) {
  return argc == 2 && strcmp(argv[1], "fault") == 0 ? runByFault() : runByThread();
}
