#!/bin/sh
# Root's shell runs a copied perl of /tmp, which gives up its rights after it was started, and
# then runs something.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# The copy of perl stands in for the program.
cp /usr/bin/perl /tmp/x
/tmp/x -e '($(, $)) = (1000, "1000 1000"); ($<, $>) = (1000, 1000); system "/usr/bin/sleep", "0.2"'
rm -f /tmp/x
