#!/bin/sh
# An ordinary user names programs in unusual directories in roundabout ways; some run, some are refused.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

user() {
  setpriv --reuid=1000 --regid=1000 --clear-groups "$@"
}

# A copy of sleep stands in for the program. /var/run is a link to /run.
mkdir -p /var/tmp/.a
for directory in /run /tmp /dev/shm /var/tmp/.a; do
  cp /usr/bin/sleep "$directory/tool"
done
user /var/run/tool 0.05
user //tmp//./tool 0.05
user /usr/bin/../../tmp/tool 0.05
cd /dev/shm
user /proc/self/cwd/tool 0.05
cd /
user /var/tmp/.a/tool 0.05
user tmp/tool 0.05
# A link lies there, the program does not; and the other way round, a path that only begins there.
ln -s /usr/bin/sleep /dev/shm/link
user /dev/shm/link 0.05
user /tmp/../usr/bin/sleep 0.05

# Refused: what was typed decides. A directory is no program. By a process that lives on and keeps what it
# typed: that is read from its memory.
gcc -O -o /usr/local/bin/tries /scenario/tries.c
echo data >/run/data
echo data >/tmp/data
user tries /var/run/data //tmp//./data /usr/bin/../../tmp/data /sys/kernel/notes /tmp /tmp/
