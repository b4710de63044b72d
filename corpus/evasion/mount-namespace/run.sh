#!/bin/sh
# Root's shell runs a program in a mount namespace of its own, in which a file system in memory
# covers a folder of programs.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
unshare --mount sh -c '
  mount -t tmpfs none /usr/local/bin
  cp /usr/bin/sleep /usr/local/bin/x
  /usr/local/bin/x 0.2'
[ ! -e /usr/local/bin/x ]
