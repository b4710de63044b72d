#!/usr/bin/env python3
"""From the call of posix_spawn, by the clock of who calls it, to the moment at which a reader has the line that
tells of it: an alert of exectrail's, through a pipe and through a folder, and a line of each peer's, which judges
nothing. In one run, at several rates, all with `taker` as the reader; where a peer writes a file, `tail -F`
stands between. As root; peers that are not installed or not possible here are named."""
import argparse
import os
import re
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[1:1] = [os.path.join(ROOT, "tests", "support"), os.path.join(ROOT, "bench", "recorder")]
sys.dont_write_bytecode = True
os.environ["PATH"] += ":/usr/sbin:/sbin"  # where Debian has audit's programs and execsnoop

import audit
import audit_peers
import latency
import measure
import peers


class Exectrail:
    """Recorder and analyzer, as in latency.py."""
    pattern = rb'"args":\["%s","(\d+)"\]'

    def __init__(self, form, arguments, folder):
        self.name = f"exectrail, {form}" + (f", {arguments.record}" if arguments.record else "")
        self.form, self.arguments, self.folder = form, arguments, folder

    def check(self):
        pass

    def start(self):
        self.recorder, self.analyzer = latency.start(self.arguments, self.folder, self.form)
        return self.analyzer.stdout

    def stop(self):
        self.recorder.send_signal(signal.SIGINT)
        self.recorder.wait()
        time.sleep(0.5)
        if self.form == "folder":
            self.analyzer.send_signal(signal.SIGTERM)
        self.analyzer.wait()


class Audited:
    """auditd, or auditd with laurel; what they write is read from the end of their file."""

    def __init__(self, tool, pattern, output):
        self.tool, self.pattern, self.output, self.name = tool, pattern, output, tool.name
        self.tail = None

    def check(self):
        self.tool.check()

    def start(self):
        self.tool.start()
        self.tail = subprocess.Popen(["tail", "-q", "-n", "+1", "-F", self.tool.path(self.output)],
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return self.tail.stdout

    def stop(self):
        self.tool.stop()
        if self.tail:
            time.sleep(0.5)
            self.tail.terminate()
            self.tail.wait()


class Execsnoop(peers.Execsnoop):
    """Its lines come through a pipe."""
    pattern = rb"%s (\d+)\b"

    def start(self):
        self.process = subprocess.Popen([self.program], stdout=subprocess.PIPE, cwd=self.folder,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(8)  # compiles and attaches
        return self.process.stdout


def tools(arguments, kernel, why_not, folder):
    of_audit = (folder, arguments.bin, kernel, why_not)
    made = {
        "pipe": lambda: Exectrail("pipe", arguments, folder),
        "folder": lambda: Exectrail("folder", arguments, folder),
        "auditd": lambda: Audited(audit_peers.Auditd(*of_audit), rb'a0="%s" a1="(\d+)"', "audit.log"),
        "laurel": lambda: Audited(audit_peers.AuditdLaurel(*of_audit),
                                  rb'"ARGV":\["%s","(\d+)"\]', "laurel/audit.log"),
        "execsnoop": lambda: Execsnoop(folder, arguments.bin),
    }
    return {name: made[name]() for name in arguments.tools.split(",")}


def storm(arguments, folder, program, rate):
    """When each was called, by its counter."""
    times = os.path.join(folder, "times")
    count = max(1, round(rate * arguments.seconds))
    subprocess.run([os.path.join(arguments.bin, "storm"), "--rate", str(rate), "--count", str(count),
                    "--times", times, program], stdout=subprocess.DEVNULL, check=True)
    with open(times, "rb") as file:
        return [number for number, in struct.iter_unpack("=Q", file.read())]


def first_lines(taken, pattern):
    """By the counter: when the first line that has it was read."""
    found, rest = {}, b""
    while head := taken.read(16):
        now, size = struct.unpack("=QQ", head)
        *lines, rest = (rest + taken.read(size)).split(b"\n")
        for line in lines:
            if match := pattern.search(line):
                found.setdefault(int(match[1]), now)
    return found


def run(arguments, tool, folder, rate):
    """The times in ms of one run, sorted, and how many execs had no line."""
    program = shutil.copy(os.path.join(arguments.bin, "short_lived"), os.path.join(folder, "x"))
    tool.check()
    pattern = re.compile(tool.pattern % re.escape(program.encode()))
    kept = tempfile.TemporaryFile()
    taker = None
    try:
        lines = tool.start()
        taker = subprocess.Popen([os.path.join(arguments.bin, "taker")], stdin=lines, stdout=kept)
        lines.close()
        time.sleep(2)
        called = storm(arguments, folder, program, rate)
        time.sleep(1)
    finally:
        tool.stop()
        if taker:
            taker.wait()
    kept.seek(0)
    found = first_lines(kept, pattern)
    times = sorted((found[i] - at) / 1e6 for i, at in enumerate(called) if i in found)
    return times, len(called) - len(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "release", "bin"), type=os.path.abspath)
    parser.add_argument("--rates", default="1,100,500")
    parser.add_argument("--tools", default="pipe,folder,auditd,laurel,execsnoop")
    parser.add_argument("--record", default="", metavar="OPTIONS", help="of the recorder: '--wake-latency 0'")
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("recording needs root")
    measure.clean_up_when_told_to_end()
    kernel, why_not = None, None
    try:
        kernel = audit.Kernel()
    except audit.Refused as error:
        why_not = str(error)
    print("| tool | execs per second | execs | without a line | p50 ms | p99 ms | max ms |\n"
          "| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    try:
        for rate in (int(word) for word in arguments.rates.split(",")):
            for name in arguments.tools.split(","):
                with tempfile.TemporaryDirectory(prefix="exectrail-latency-", dir="/tmp") as folder:
                    os.chmod(folder, 0o755)
                    tool = tools(arguments, kernel, why_not, folder)[name]
                    try:
                        times, missing = run(arguments, tool, folder, rate)
                    except (audit.Refused, OSError) as error:
                        print(f"{tool.name}: not measured: {error}", file=sys.stderr)
                        continue
                if kernel:
                    audit_peers.quiet(kernel)
                figures = (f"{statistics.median(times):.3f} | {times[int(len(times) * 0.99)]:.3f} | "
                           f"{times[-1]:.3f}") if times else " | | "
                print(f"| {tool.name} | {rate} | {len(times) + missing} | {missing} | {figures} |", flush=True)
    finally:
        if kernel:
            kernel.restore()


if __name__ == "__main__":
    main()
