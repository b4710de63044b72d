#!/bin/sh
# Root's perl opens a program of /tmp and runs what it has open, in the way the variant names.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
variant=$1

# A copy of sleep stands in for the program. execveat is system call 322 on x86-64.
cp /usr/bin/sleep /tmp/x
case $variant in
  empty-path) code='syscall(322, fileno $file, $empty, $argv, $environment, 0x1000)' ;; # AT_EMPTY_PATH
  below-directory) code='syscall(322, fileno $folder, $name, $argv, $environment, 0)' ;;
  dev-fd) code='exec {"/dev/fd/" . fileno $file} "innocent", "0.2"' ;;
  proc-self-fd) code='exec {"/proc/self/fd/" . fileno $file} "innocent", "0.2"' ;;
esac
perl -e '
  use Fcntl;
  $^F = 9;  # descriptors stay open across exec
  open my $file, "<", "/tmp/x" or die $!;
  sysopen my $folder, "/tmp", O_DIRECTORY or die $!;
  my @arguments = ("innocent", "0.2");
  my $argv = pack("p*", @arguments) . "\0" x 8;
  my ($environment, $empty, $name) = ("\0" x 8, "", "x");
  '"$code"'; die $!'
rm -f /tmp/x
