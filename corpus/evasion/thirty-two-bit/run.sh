#!/bin/sh
# Root's shell runs a program that calls execve by the 32-bit entry of the kernel, where
# syscalls:* tracepoints do not fire.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program that is run in the end.
cp /usr/bin/sleep /tmp/x
cp /usr/bin/sleep /tmp/denied
chmod 644 /tmp/denied
case $1 in
  elf32) gcc -m32 -nostdlib -static -fno-pie -no-pie -o /tmp/compat /scenario/compat.c ;;
  int80) gcc -nostdlib -static -fno-pie -no-pie -o /tmp/compat /scenario/compat.c ;;
esac
/tmp/compat
rm -f /tmp/x /tmp/denied /tmp/compat
