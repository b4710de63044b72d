#!/bin/sh
# Root's shell gives a file of /tmp, which nobody may execute, to the dynamic loader.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
chmod 644 /tmp/x
"$(echo /lib*/ld-linux-x86-64.so.2)" /tmp/x 0.2
rm -f /tmp/x
