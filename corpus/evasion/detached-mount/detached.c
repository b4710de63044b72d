/* Runs a program from a copy of its mount that is attached nowhere: detached PROGRAM ARGUMENT */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

extern char** environ;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  int fd = (int)syscall(SYS_open_tree, AT_FDCWD, argv[1], OPEN_TREE_CLONE);
  if (fd < 0) {
    perror("open_tree");
    return 1;
  }
  char* arguments[] = {"tool", argv[2], NULL};
  syscall(SYS_execveat, fd, "", arguments, environ, AT_EMPTY_PATH);
  perror("execveat");
  return 1;
}
