#!/usr/bin/env python3
# How many bytes an exec takes on disk: a real build (cmake and ninja over a few files of this project)
# and a storm, recorded by us, by perf and by auditd, and our records as JSON lines under zstd. Each
# tool records a build of its own. auditd runs only where no audit daemon and no rules are, and
# everything is put back. Needs root; prints a table of Markdown.
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

import audit  # noqa: E402

FILES = ["errors", "escape", "evidence", "readable", "record"]
CMAKE = """cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES C CXX)
set(CMAKE_CXX_STANDARD 20)
include_directories(${CMAKE_SOURCE_DIR})
add_library(small SHARED %s)
target_link_options(small PRIVATE -Wl,--allow-multiple-definition)
add_executable(main main.cpp)
target_link_libraries(main PRIVATE small)
"""
MAIN = """#include <iostream>
#include "trace/escape.h"
int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) std::cout << exectrail::trace::escapeForTerminal(argv[i]);
}
"""


def prepare(folder, copies):
    """The sources of a small program, of each file so many. Returns the command that builds it from
    nothing."""
    source = os.path.join(folder, "small")
    os.makedirs(os.path.join(source, "trace"))
    for name in os.listdir(os.path.join(ROOT, "trace")):
        if name.endswith((".h", ".cpp")):
            shutil.copy(os.path.join(ROOT, "trace", name), os.path.join(source, "trace"))
    units = []
    for name in FILES:
        for number in range(copies):
            units.append(f"trace/{name}_{number}.cpp")
            shutil.copy(os.path.join(ROOT, "trace", name + ".cpp"), os.path.join(source, units[-1]))
    with open(os.path.join(source, "CMakeLists.txt"), "w") as file:
        file.write(CMAKE % " ".join(units))
    with open(os.path.join(source, "main.cpp"), "w") as file:
        file.write(MAIN)
    build = os.path.join(folder, "build")
    return ["sh", "-c", f"rm -rf {build} && cmake -G Ninja -S {source} -B {build} >/dev/null && "
                        f"ninja -C {build} >/dev/null"]


def environment():
    """A compiler cache would have nothing compiled."""
    return {name: value for name, value in os.environ.items()
            if "CCACHE" not in name and "COMPILER_LAUNCHER" not in name}


def run(command, **options):
    return subprocess.run(command, check=True, env=environment(), **options)


class Ours:
    def __init__(self, programs, folder):
        self.programs = programs
        self.folder = folder

    def program(self, name):
        return os.path.join(self.programs, name)

    def measure(self, name, workload):
        trace = os.path.join(self.folder, name + ".trail")
        # As a stream, which is not packed when it ends.
        quiet = ["sh", "-c", 'exec "$@" >/dev/null', "sh", *workload]
        with open(trace, "wb") as out:
            run([self.program("exectrail-record"), "-o", "-", "--", *quiet], stdout=out,
                stderr=subprocess.DEVNULL)
        listed = run([self.program("trace_list"), trace], stdout=subprocess.PIPE).stdout
        execs = sum(json.loads(line)["kind"] == "exec" for line in listed.splitlines())
        text = run([self.program("exectrail-trace"), "dump", trace], stdout=subprocess.PIPE).stdout
        rows = [("exectrail, as written", os.path.getsize(trace), execs)]
        run([self.program("exectrail-trace"), "pack", trace], stdout=subprocess.DEVNULL)
        rows.append(("exectrail, packed", os.path.getsize(trace), execs))
        rows.append(("our execs and failures as JSON lines", len(listed), execs))
        rows.append(("the same, zstd -9", zstd(listed), execs))
        rows.append(("`trace dump` as text, zstd -9", zstd(text), execs))
        return rows


def zstd(content):
    return len(subprocess.run(["zstd", "-9", "-c"], input=content, stdout=subprocess.PIPE,
                              check=True).stdout)


def perf(folder, workload):
    """No arguments, no path as resolved: what `perf record` says of an exec."""
    data = os.path.join(folder, "perf.data")
    try:
        run(["perf", "record", "-q", "-e", "sched:sched_process_exec", "-o", data, "--", *workload],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        said = run(["perf", "script", "-i", data], stdout=subprocess.PIPE,
                   stderr=subprocess.DEVNULL).stdout
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        return [(f"perf record: not measured, {error}", 0, 0)]
    return [("`perf record -e sched:sched_process_exec`", os.path.getsize(data),
             said.count(b"sched:sched_process_exec"))]


def of_family(log, root):
    """The lines of the events of process `root` and its descendants, as far as events tell who
    descends from whom: whatever else the host executes meanwhile is in the log too."""
    family, events, kept = {root}, {}, []
    for line in log.splitlines(keepends=True):
        serial = re.search(rb"msg=audit\(([\d.:]+)\)", line)
        ids = re.search(rb" ppid=(\d+) pid=(\d+) ", line)
        if serial and ids and b"type=SYSCALL" in line:
            parent, pid = int(ids[1]), int(ids[2])
            if parent in family or pid in family:
                family.add(pid)
                events[serial[1]] = b" success=yes " in line
        if serial and serial[1] in events:
            kept.append(line)
    return b"".join(kept), sum(events.values())


def auditd(folder, workload):
    place = os.path.join(folder, "audit")
    os.makedirs(place)
    os.chmod(place, 0o750)
    try:
        kernel = audit.Kernel()
        daemon = audit.Daemon(kernel, place)
        try:
            daemon.start()
            process = subprocess.Popen(workload, stdout=subprocess.DEVNULL, env=environment())
            if process.wait() != 0:
                raise subprocess.CalledProcessError(process.returncode, workload)
        finally:
            daemon.stop()
    except audit.Refused as why:
        return [(f"auditd: not measured, {why}", 0, 0)]
    with open(daemon.log, "rb") as file:
        log, execs = of_family(file.read(), process.pid)
    return [("auditd, raw log", len(log), execs), ("auditd, raw log, zstd -9", zstd(log), execs)]


def table(title, rows):
    print(f"\n| {title} | execs | bytes | bytes per exec |\n|---|---|---|---|")
    for name, size, execs in rows:
        print(f"| {name} | {execs or ''} | {size or ''} | {round(size / execs) if execs else ''} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "release", "bin"))
    parser.add_argument("--copies", type=int, default=10, help="of each source file [10]")
    parser.add_argument("--storm", type=int, default=10_000, help="execs of the storm [10000]")
    parser.add_argument("--no-peers", action="store_true", help="only our own formats")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="exectrail-bench-") as folder:
        ours = Ours(arguments.bin, folder)
        build = prepare(folder, arguments.copies)
        rows = ours.measure("build", build)
        if not arguments.no_peers:
            rows += perf(folder, build) + auditd(folder, build)
        table("a build", rows)
        storm = [ours.program("storm"), "--count", str(arguments.storm), ours.program("short_lived")]
        table("a storm", ours.measure("storm", storm))


if __name__ == "__main__":
    main()
