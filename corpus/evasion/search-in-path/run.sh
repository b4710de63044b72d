#!/bin/sh
# Root's env looks for a command that does not exist in each folder of PATH, as shells do all day.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
env no-such-command || [ $? -eq 127 ]
