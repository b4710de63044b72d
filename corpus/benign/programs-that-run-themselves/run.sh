#!/bin/sh
# Programs of /usr/bin run once more by /proc/self/exe, as browsers and container runtimes do, and by a
# descriptor, as systemd starts what it executes.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

perl -e 'exec {"/proc/self/exe"} "perl", "-e", "select undef, undef, undef, 0.05"'
perl -e 'use POSIX; open my $file, "<", "/usr/bin/sleep" or die; POSIX::dup2(fileno($file), 9); $^F = 9; exec {"/dev/fd/9"} "sleep", "0.05"'
perl -e 'use POSIX; open my $file, "<", "/usr/bin/sleep" or die; POSIX::dup2(fileno($file), 9); $^F = 9; exec {"/proc/self/fd/9"} "sleep", "0.05"'
