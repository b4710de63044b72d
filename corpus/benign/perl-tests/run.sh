#!/bin/sh
# The tests of a perl module are run by prove.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/module/t /home/alice/module/lib
cd /home/alice/module
printf 'package Sums;\nsub add { $_[0] + $_[1] }\n1;\n' >lib/Sums.pm
for n in 1 2; do
  printf '#!/usr/bin/perl\nuse Test::More tests => 2;\nuse_ok("Sums");\nis(Sums::add(1, %s), 1 + %s);\nsystem("true");\n' "$n" "$n" >"t/$n.t"
done
chown -R 1000:1000 /home/alice
as_alice prove -Ilib t
