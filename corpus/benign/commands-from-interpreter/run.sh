#!/bin/sh
# Language interpreters have shells run commands, which is ordinary.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

cat >/usr/local/bin/report.pl <<'PERL'
print `ls / | wc -l`;
system "sh -c 'sleep 0.05; true'";
PERL
perl /usr/local/bin/report.pl
perl -e 'print `uname -r; true`'
