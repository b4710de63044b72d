# The tools that record execs beside ours: how each is started, when it is ready, what its record of a
# storm holds. Options are the ones a person would use who wants every exec with its arguments.
import os
import re
import signal
import subprocess
from dataclasses import dataclass

import measure
from audit import Refused


@dataclass
class Seen:
    """What a tool's record holds of a storm."""
    execs: int = 0        # execs of the storm
    arguments: int = 0    # of these, with the very arguments that were passed
    executable: int = 0   # of these, with the file that ran, as the kernel resolves it
    unmarked: int = 0     # arguments said to be whole that are not what was passed
    records: int = 0      # execs of anybody in the record: what its bytes are divided by


class Tool:
    """One way to record. A background tool is started before the storm and stopped after it; one with
    a `prefix` runs the storm below itself."""

    name = ""
    prefix = None
    package = None

    def __init__(self, folder, programs):
        self.folder = folder
        self.programs = programs
        self.process = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def check(self):
        """Raises Refused if this host cannot run the tool."""

    def start(self):
        raise NotImplementedError

    def spawn(self, words, output="tool.out", env=None):
        with open(self.path(output), "wb") as out, open(self.path("tool.err"), "wb") as err:
            self.process = subprocess.Popen(words, stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                                            cwd=self.folder, env=env)

    def expect_running(self):
        if self.process.poll() is not None:
            raise Refused(f"ended with {self.process.returncode}: {self.said()}")

    def said(self):
        """The last of what it wrote to standard error."""
        with open(self.path("tool.err"), errors="replace") as file:
            lines = [line.strip() for line in file if line.strip()]
        return "; ".join(lines[-2:]) or "it said nothing"

    def pids(self):
        return measure.process_tree([self.process.pid]) if self.process else []

    def stop(self):
        """Returns the CPU time of its whole life."""
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return 0
        process.send_signal(signal.SIGINT)
        total_ns = measure.reap(process, 60)
        if total_ns is None:
            process.kill()
            process.wait()
            raise Refused("did not end within 60 s of SIGINT; killed")
        return total_ns

    def outputs(self):
        """The files whose bytes are counted."""
        raise NotImplementedError

    def size(self):
        return sum(os.path.getsize(path) for path in self.outputs() if os.path.exists(path))

    def seen(self, load):
        raise NotImplementedError


class Unrecorded(Tool):
    name = "unrecorded"


class PerfRecord(Tool):
    name = "perf record"
    package = "linux-perf"

    def check(self):
        measure.require("perf", self.package)

    def start(self):
        self.spawn(["perf", "record", "-q", "-e", "sched:sched_process_exec", "-a", "-o",
                    self.path("perf.data")])
        measure.wait_for(lambda: self.process.poll() is not None
                         or os.path.exists(self.path("perf.data")), "perf.data")
        self.expect_running()

    def outputs(self):
        return [self.path("perf.data")]

    def seen(self, load):
        seen = Seen()
        program = load.program
        resolved = os.path.realpath(program)
        listing = subprocess.Popen(
            ["perf", "script", "-i", self.path("perf.data"), "-F", "pid,event,trace",
             "--show-mmap-events"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            errors="replace")
        mapped = set()
        executed = re.compile(r"sched_process_exec: filename=(.*) pid=(\d+) old_pid=")
        mapping = re.compile(r"PERF_RECORD_MMAP2 (\d+)/\d+: .* r-xp (.*)$")
        for line in listing.stdout:
            if match := executed.search(line):
                seen.records += 1
                if match[1] == program:
                    seen.execs += 1
                    seen.executable += int(match[2]) in mapped
                mapped.discard(int(match[2]))
            elif (match := mapping.search(line)) and match[2] == resolved:
                mapped.add(int(match[1]))
        if listing.wait() != 0:
            raise Refused("perf script cannot read perf.data")
        return seen


class Execsnoop(Tool):
    """Prints what callers pass to execve: attempts, without their result and the file that ran."""

    name = "bpftrace execsnoop"
    package = "bpftrace"
    program = "execsnoop.bt"

    def check(self):
        measure.require(self.program, self.package)

    def start(self):
        self.spawn([self.program])
        measure.wait_for(lambda: self.process.poll() is not None or self.printed(b"ARGS"),
                         "the header of execsnoop.bt", 60)
        self.expect_running()

    def printed(self, text):
        with open(self.path("tool.out"), "rb") as file:
            return text in file.read(4096)

    def outputs(self):
        return [self.path("tool.out")]

    def seen(self, load):
        seen = Seen()
        begins = os.fsencode(load.program)
        counters = set()
        with open(self.path("tool.out"), "rb") as file:
            for line in file:
                words = line.split(None, 2)
                if len(words) < 3 or not words[0].isdigit():
                    continue
                seen.records += 1
                arguments = words[2].split()
                if arguments[0] == begins:
                    seen.execs += 1
                    counters.add(load.counter(arguments))
        seen.arguments = len(counters - {None})
        return seen


class Strace(Tool):
    """Follows the storm only. The path is the one passed, not the file that ran."""

    name = "strace -f -e execve"
    package = "strace"

    def check(self):
        measure.require("strace", self.package)

    @property
    def prefix(self):
        # -s: without it, strings are cut after 32 bytes.
        return ["strace", "-f", "-qq", "-e", "trace=execve,execveat", "-e", "signal=none", "-s", "4096",
                "-o", self.path("strace.out")]

    def outputs(self):
        return [self.path("strace.out")]

    def seen(self, load):
        seen = Seen()
        counters = set()
        path = os.fsencode(load.program)
        pattern = re.compile(rb'execve\("' + re.escape(path) + rb'", \["(.*)"\], .*')
        # The end of a call that another thread's line interrupts is on a line of its own.
        with open(self.path("strace.out"), "rb") as file:
            for line in file:
                if b"execve(" in line or b"execveat(" in line:
                    seen.records += 1
                if match := pattern.search(line):
                    seen.execs += 1
                    counters.add(load.counter(match[1].split(b'", "')))
        seen.arguments = len(counters - {None})
        return seen
