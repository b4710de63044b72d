#!/bin/sh
# A developer generates a configure script, runs it, and builds with make.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/alice/greet
cd /home/alice/greet
cat >configure.ac <<'AC'
AC_INIT([greet], [1.0])
AC_PROG_CC
AC_CHECK_SIZEOF([long])
AC_RUN_IFELSE([AC_LANG_PROGRAM([], [])], [], [AC_MSG_ERROR([programs do not run])])
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
AC
printf 'greet: greet.c\n\t$(CC) -o $@ greet.c\ncheck: greet\n\t./greet\n' >Makefile.in
printf '#include <stdio.h>\nint main(void) { return puts("hello") == EOF; }\n' >greet.c
chown -R 1000:1000 /home/alice
HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups \
  sh -c 'autoconf && ./configure && make check' >/dev/null
