#!/bin/sh
# Root's python starts a program of /tmp, and fails to start another, by calls of the C library
# in which parent and child share their memory.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
cp /usr/bin/sleep /tmp/denied
chmod 644 /tmp/denied
case $1 in
  posix-spawn) code='
def run(*arguments):
    os.waitpid(os.posix_spawn(arguments[0], arguments, {}), 0)' ;;
  vfork) code='
def run(*arguments):
    subprocess.run(arguments)' ;;
esac
python3 -c "
import os, subprocess, time
$code
try:
    run('/tmp/denied', 'first')
except PermissionError:
    time.sleep(0.2)
run('/tmp/x', '0.2')"
rm -f /tmp/x /tmp/denied
