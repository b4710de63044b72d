# What the side-by-side script measures with: CPU time of processes and of the host, waiting until
# something has settled, and storms. Linux's /proc only; knows nothing of the tools that are compared.
import glob
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

from audit import Refused

TICK_NS = 10**9 // os.sysconf("SC_CLK_TCK")
SETTLE_AT_MOST = 15  # seconds


@dataclass(frozen=True)
class Load:
    """A storm of `count` execs of `program` by each of `loops` loops; rate in execs a second, 0 for as
    fast as they can."""
    name: str
    program: str
    count: int
    rate: int = 0
    loops: int = 1
    lifetime_us: int = 0

    @property
    def execs(self):
        return self.count * self.loops

    def command(self, programs):
        words = [os.path.join(programs, "storm"), "--count", str(self.count), "--loops", str(self.loops)]
        if self.rate:
            words += ["--rate", str(self.rate // self.loops)]
        if self.lifetime_us:
            words += ["--lifetime", str(self.lifetime_us)]
        return [*words, self.program]

    def arguments(self, counter):
        """argv of one of its execs, as bytes."""
        last = [str(self.lifetime_us)] if self.lifetime_us else []
        return [os.fsencode(word) for word in [self.program, str(counter), *last]]

    def counter(self, arguments):
        """The counter of an exec with these arguments (bytes), or None: not one of ours."""
        if len(arguments) < 2 or not arguments[1].isdigit():
            return None
        counter = int(arguments[1])
        return counter if counter < self.execs and self.arguments(counter) == arguments else None


def process_tree(roots):
    """The processes in `roots` that are there, and all below them."""
    found, waiting = [], list(roots)
    while waiting:
        pid = waiting.pop()
        children = []
        try:
            for path in glob.glob(f"/proc/{pid}/task/*/children"):
                with open(path) as file:
                    children += [int(child) for child in file.read().split()]
        except OSError:
            continue
        found.append(pid)
        waiting += children
    return found


def task_ns(path):
    """CPU time of one thread. schedstat is exact; where there is none, ticks of stat."""
    try:
        with open(path + "/schedstat") as file:
            return int(file.read().split()[0])
    except FileNotFoundError:
        with open(path + "/stat") as file:
            words = file.read().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) * TICK_NS


def cpu_ns(pids):
    """CPU time of these processes, all their threads."""
    total = 0
    for pid in pids:
        for task in glob.glob(f"/proc/{pid}/task/[0-9]*"):
            try:
                total += task_ns(task)
            except (OSError, IndexError):
                pass  # the thread has just ended
    return total


def kernel_threads(comm):
    """The kernel threads of this name."""
    found = []
    for path in glob.glob("/proc/[0-9]*/comm"):
        try:
            with open(path) as file:
                if file.read().strip() == comm:
                    found.append(int(path.split("/")[2]))
        except OSError:
            pass
    return found


def host_busy_ns():
    """CPU time that the whole host has spent, on anything but waiting."""
    try:
        with open("/sys/fs/cgroup/cpuacct/cpuacct.usage") as file:
            return int(file.read())  # exact, where cgroup v1 is mounted
    except OSError:
        with open("/proc/stat") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
        return (sum(ticks) - ticks[3] - ticks[4]) * TICK_NS


def settle(pids):
    """Waits until these processes have been idle for a moment; returns their CPU time."""
    end = time.monotonic() + SETTLE_AT_MOST
    before = cpu_ns(pids())
    while pids():
        time.sleep(0.3)
        now = cpu_ns(pids())
        # A few wakeups by a timer are idleness, too.
        if now - before < 10_000_000 or time.monotonic() > end:
            return now
        before = now
    return before


def used_ns(usage):
    return int((usage.ru_utime + usage.ru_stime) * 1e9)


def reap(process, seconds):
    """Waits for a child to end. Returns the CPU time of its whole life, with what it waited for itself,
    or None if it does not end in time."""
    end = time.monotonic() + seconds
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid != 0:
            process.returncode = os.waitstatus_to_exitcode(status)
            return used_ns(usage)
        if time.monotonic() > end:
            return None
        time.sleep(0.02)


def require(program, package):
    if shutil.which(program) is None:
        raise Refused(f"{program} is not installed; apt-get install {package}")


def wait_for(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Refused(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def expect_end(process):
    """As reap(), of a command that ends by itself and well."""
    total_ns = reap(process, SETTLE_AT_MOST)
    if total_ns is None:
        process.kill()
        process.wait()
        raise Refused(f"{shlex.join(process.args)} does not end")
    if process.returncode != 0:
        raise Refused(f"{shlex.join(process.args)} ended with {process.returncode}")
    return total_ns


def run_storm(load, programs, prefix=()):
    """Runs a storm to its end, below the command `prefix` if there is one. Returns what it printed, and
    under "outerNs" the CPU time of `prefix` without the storm."""
    process = subprocess.Popen([*prefix, *load.command(programs)], stdout=subprocess.PIPE,
                               stdin=subprocess.DEVNULL)
    output = process.stdout.read()
    process.stdout.close()
    total_ns = expect_end(process)
    result = json.loads(output)
    result["outerNs"] = total_ns - result["cpuNs"]
    return result


def empty_run_ns(prefix):
    """CPU time of a command that has nothing to record."""
    process = subprocess.Popen([*prefix, "/bin/true"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return expect_end(process)


def clean_up_when_told_to_end():
    """SIGTERM becomes an exception, as SIGINT is; a second one of either does not stop the cleaning."""
    def end(number, _):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.exit(128 + number)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
