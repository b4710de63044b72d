// The program that storms run: linked statically, it is gone some 150 microseconds after its exec,
// which is the hardest case for whoever reads /proc. With a second argument it lives as many
// microseconds. Its first argument is a counter, by which a trace is checked.
#include <stdlib.h>
#include <time.h>

int main(int argc, char** argv) {
  if (argc > 2) {
    const struct timespec lifetime = {0, strtol(argv[2], NULL, 10) * 1000};
    nanosleep(&lifetime, NULL);
  }
  return 0;
}
