/* Tries to execute each of its arguments, and goes on where that is refused. */
#include <stddef.h>
#include <unistd.h>

extern char** environ;

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    char* arguments[] = {argv[i], NULL};
    execve(argv[i], arguments, environ);
    usleep(20000);
  }
  return 0;
}
