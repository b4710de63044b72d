// A program that lives until its standard input ends, whatever its arguments: nothing that is read
// of it can come too late. Linked statically.
#include <unistd.h>

int main(void) {
  char byte;
  while (read(0, &byte, 1) > 0) continue;
  return 0;
}
