#!/usr/bin/env python3
# From an execution to its alert: the time between the tracepoint's own time stamp and the moment at which
# a reader has the alert's line, through a folder of segments and through a pipe, at several rates. As
# root; --bin names the folder of the programs.
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time


def nanoseconds(stamp):
    """Of "2026-03-04T05:06:07.123456789Z"."""
    whole, _, fraction = stamp.rstrip("Z").partition(".")
    seconds = int(time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))) - time.timezone
    return seconds * 10**9 + int((fraction + "000000000")[:9])


class Load(threading.Thread):
    def __init__(self, program, rate):
        super().__init__()
        self.program, self.rate, self.count, self.stop = program, rate, 0, threading.Event()

    def run(self):
        due = time.monotonic()
        while not self.stop.is_set():
            pid = os.posix_spawn(self.program, [self.program, str(self.count)], {})
            os.waitpid(pid, 0)
            self.count += 1
            due += 1 / self.rate
            self.stop.wait(max(0, due - time.monotonic()))


def commands(arguments, folder, form):
    record = [os.path.join(arguments.bin, "exectrail-record"), "-a"]
    analyze = [os.path.join(arguments.bin, "exectrail-analyze"), "--format", "json"]
    if form == "pipe":
        return record + ["-o", "-"], analyze + ["-"]
    trail = os.path.join(folder, "trail")
    os.mkdir(trail)
    return record + ["-o", trail], analyze + ["--follow", "--checkpoint",
                                              os.path.join(folder, "checkpoint"), trail]


def measure(arguments, form, rate):
    with tempfile.TemporaryDirectory(prefix="exectrail-latency-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        program = shutil.copy("/bin/true", os.path.join(folder, "x"))
        record, analyze = commands(arguments, folder, form)
        log = open(os.path.join(folder, "log"), "ab")
        recorder = subprocess.Popen(record, stdin=subprocess.DEVNULL, stderr=log,
                                    stdout=subprocess.PIPE if form == "pipe" else log)
        analyzer = subprocess.Popen(analyze, stderr=log, stdout=subprocess.PIPE,
                                    stdin=recorder.stdout or subprocess.DEVNULL)
        time.sleep(2)
        load = Load(program, rate)
        load.start()
        end = threading.Timer(arguments.seconds, load.stop.set)
        end.start()
        later = threading.Timer(arguments.seconds + 1, lambda: recorder.send_signal(signal.SIGINT))
        later.start()
        if form != "pipe":
            last = threading.Timer(arguments.seconds + 3,
                                   lambda: analyzer.send_signal(signal.SIGTERM))
            last.start()
        latencies, rest = [], b""
        while chunk := os.read(analyzer.stdout.fileno(), 1 << 16):
            now = time.time_ns()
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if program.encode() in line:
                    latencies.append((now - nanoseconds(json.loads(line)["@timestamp"])) / 1e6)
        load.join()
        recorder.wait()
        analyzer.wait()
        return load.count, sorted(latencies)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--rates", default="1,100,500")
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("recording needs root")
    print("| form | execs per second | execs | alerts | p50 ms | p99 ms | max ms |\n"
          "| --- | --- | --- | --- | --- | --- | --- |")
    for form in ("pipe", "folder"):
        for rate in (int(word) for word in arguments.rates.split(",")):
            count, found = measure(arguments, form, rate)
            if not found:
                print(f"| {form} | {rate} | {count} | 0 | | | |", flush=True)
                continue

            def at(part, values=found):
                return f"{values[min(len(values) - 1, int(len(values) * part))]:.3f}"
            print(f"| {form} | {rate} | {count} | {len(found)} | {at(0.5)} | {at(0.99)} "
                  f"| {found[-1]:.3f} |", flush=True)


if __name__ == "__main__":
    main()
