// Executes paths out of pages that are not yet in memory: whoever reads them at the entry of the
// system call, without being able to wait, gets nothing.
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { kApart = 1 << 21 };  // bytes; a fault brings neighbouring pages along

struct Call {
  char path[16];
  char argument[16];
  char* arguments[3];  // filled in as if the mapping were where it will be
};

int main(void) {
  static struct Call calls[2] = {{"/tmp/denied", "first", {0}}, {"/tmp/x", "0.2", {0}}};
  char* const place = (char*)0x200000000;
  const int file = open("/tmp/paths", O_RDWR | O_CREAT, 0600);
  for (int i = 0; i < 2; ++i) {
    struct Call* const there = (struct Call*)(place + i * kApart);
    calls[i].arguments[0] = there->path;
    calls[i].arguments[1] = there->argument;
    if (pwrite(file, &calls[i], sizeof calls[i], i * kApart) != sizeof calls[i]) return 3;
  }
  struct Call* const denied =
      mmap(place, 2 * kApart, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE, file, 0);
  if ((char*)denied != place) return 4;
  struct Call* const wanted = (struct Call*)(place + kApart);
  execve(denied->path, denied->arguments, NULL);
  usleep(300000);
  execve(wanted->path, wanted->arguments, NULL);
  return 5;
}
