#!/bin/sh
# Root's shell runs a program of /usr/local/bin, which loads a library from a folder for data.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# Of the attacker's making: a program that looks for its library from where it lies itself ($ORIGIN),
# and the library.
mkdir /var/lib/app
cat >/tmp/library.c <<'C'
int answer(void) { return 0; }
C
cat >/tmp/program.c <<'C'
#include <unistd.h>
int answer(void);
int main(void) { return usleep(200000) != 0 || answer(); }
C
gcc -shared -o /var/lib/app/libanswer.so /tmp/library.c
gcc -o /usr/local/bin/program /tmp/program.c -L/var/lib/app -lanswer \
  '-Wl,-rpath,$ORIGIN/../../../var/lib/app'
/usr/local/bin/program
rm -rf /var/lib/app /usr/local/bin/program /tmp/library.c /tmp/program.c
