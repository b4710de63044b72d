#!/bin/sh
# Root's perl starts a program of /tmp in such a way that /proc names another parent, by the
# means that the variant names.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
case $1 in
  double-fork)
    perl -e '
      if (fork == 0) {
        exit if fork;
        select undef, undef, undef, 0.01 until getppid == 1;
        exec "/tmp/x", "0.2";
      }
      wait; select undef, undef, undef, 0.4' ;;
  subreaper) # prctl is system call 157 on x86-64, 36 is PR_SET_CHILD_SUBREAPER
    perl -e '
      my $reaper = $$;
      syscall(157, 36, 1, 0, 0, 0);
      if (fork == 0) {
        exit if fork;
        select undef, undef, undef, 0.01 until getppid == $reaper;
        exec "/tmp/x", "0.2";
      }
      wait; wait' ;;
  clone-parent) # clone is system call 56 on x86-64, 0x8000 CLONE_PARENT, 17 SIGCHLD
    perl -e '
      my $child = syscall(56, 0x8000 | 17, 0, 0, 0, 0);
      exec "/tmp/x", "0.2" if $child == 0;
      select undef, undef, undef, 0.4' ;;
esac
rm -f /tmp/x
