#!/bin/sh
# A developer configures, builds, tests and cleans a project with CMake; root installs it.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/alice/greet
cd /home/alice/greet
cat >CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.13)
project(greet C)
include(CheckCSourceRuns)
check_c_source_runs("int main(void) { return 0; }" RUNS)
add_executable(greet greet.c)
install(TARGETS greet RUNTIME DESTINATION bin)
enable_testing()
add_test(NAME greets COMMAND greet)
CMAKE
cat >greet.c <<'C'
#include <stdio.h>
int main(void) { return puts("hello") == EOF; }
C
chown -R 1000:1000 /home/alice
as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
as_alice cmake -S . -B build >/dev/null
as_alice cmake --build build >/dev/null
as_alice ctest --test-dir build >/dev/null
cmake --install build --prefix /usr/local >/dev/null
as_alice cmake --build build --target clean >/dev/null
