#!/bin/sh
# An ordinary user registers a file format in a user namespace of their own; the kernel then runs
# a program of /tmp for each such file.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of the shell stands in for the program. binfmt_misc belongs to the user namespace since
# Linux 6.7, and ends with it.
cp /usr/bin/dash /tmp/x
echo 'sleep 0.2' >/usr/local/bin/report.evil
chmod 755 /usr/local/bin/report.evil
mkdir /tmp/formats
chmod 777 /tmp/formats
setpriv --reuid=1000 --regid=1000 --clear-groups unshare --user --map-root-user --mount sh -c '
  mount -t binfmt_misc none /tmp/formats
  echo ":evil:E::evil::/tmp/x:" >/tmp/formats/register
  /usr/local/bin/report.evil argument'
rmdir /tmp/formats
rm -f /tmp/x /usr/local/bin/report.evil
