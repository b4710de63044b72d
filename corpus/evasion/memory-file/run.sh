#!/bin/sh
# Root's python writes a program into a file that exists in memory only and runs it.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
python3 -c '
import os
program = os.memfd_create("evil")
with open("/usr/bin/sleep", "rb") as file:
    os.write(program, file.read())
os.execve(program, ["innocent", "0.2"], {})'
