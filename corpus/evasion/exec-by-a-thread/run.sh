#!/bin/sh
# Root's python starts a second thread, which executes a program of /tmp; it takes over the
# process and its number.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
python3 -c '
import os, threading, time
threading.Thread(target=os.execv, args=("/tmp/x", ["x", "0.2"])).start()
time.sleep(10)'
rm -f /tmp/x
