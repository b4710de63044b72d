#!/usr/bin/env python3
# From an execution to its alert: the time between the tracepoint's own time stamp and the moment at which
# a reader has the alert's line, through a folder of segments and through a pipe, at several rates. Says
# of each execution what became of it: an alert, or one of a number of suppressed ones. As root; --bin
# names the folder of the programs.
import argparse
import json
import os
import shutil
import signal
import struct
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


class Load:
    """bench/recorder/storm, at a rate."""

    def __init__(self, arguments, program, rate):
        self.storm = subprocess.Popen(
            [os.path.join(arguments.bin, "storm"), "--rate", str(rate), "--count",
             str(max(1, round(rate * arguments.seconds))), program], stdout=subprocess.PIPE)
        self.count, self.rate, self.busy = 0, 0.0, 0.0

    def join(self):
        told = json.loads(self.storm.communicate()[0])
        self.busy = os.getloadavg()[0]
        self.count, self.rate = told["execs"], told["execs"] / (told["wallNs"] / 1e9)


def commands(arguments, folder, form):
    record = [os.path.join(arguments.bin, "exectrail-record"), "-a", *arguments.record.split()]
    analyze = [os.path.join(arguments.bin, "exectrail-analyze"), "--format", "json"]
    if form == "pipe":
        return record + ["-o", "-"], analyze + ["-"]
    trail = os.path.join(folder, "trail")
    os.mkdir(trail)
    return record + ["-o", trail], analyze + ["--follow", "--checkpoint",
                                              os.path.join(folder, "checkpoint"), trail]


def start(arguments, folder, form):
    """The recorder, and the analyzer of what it records, which writes its alerts to its `stdout`."""
    record, analyze = commands(arguments, folder, form)
    with open(os.path.join(folder, "log"), "ab") as log:
        recorder = subprocess.Popen(record, stdin=subprocess.DEVNULL, stderr=log,
                                    stdout=subprocess.PIPE if form == "pipe" else log)
        analyzer = subprocess.Popen(analyze, stderr=log, stdout=subprocess.PIPE,
                                    stdin=recorder.stdout or subprocess.DEVNULL)
    if recorder.stdout:
        recorder.stdout.close()
    return recorder, analyzer


def isClosed(checkpoint):
    try:
        with open(checkpoint, encoding="utf-8") as file:
            return json.load(file)["closed"]
    except (OSError, ValueError):
        return False


def end(arguments, load, recorder, analyzer, checkpoint):
    """Ends each when it has done what there was to do."""
    load.join()
    time.sleep(1)
    recorder.send_signal(signal.SIGINT)
    recorder.wait()
    until = time.monotonic() + 60
    while checkpoint and not isClosed(checkpoint) and time.monotonic() < until:
        time.sleep(0.1)
    if checkpoint:
        analyzer.send_signal(signal.SIGTERM)


class Found:
    """The alerts about one program, as they come."""

    def __init__(self, program):
        self.program, self.latencies, self.suppressed, self.all = program.encode(), [], 0, b""

    def read(self, taken):
        """What `taker` has taken, and when."""
        chunks = []
        while head := taken.read(16):
            now, size = struct.unpack("=QQ", head)
            chunks.append((now, taken.read(size)))
        self.all = b"".join(chunk for _, chunk in chunks)
        rest = b""
        for now, chunk in chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.add(now, line)
        self.latencies.sort()

    def add(self, now, line):
        if self.program not in line:
            return
        alert = json.loads(line)
        if alert["process"].get("executable") != self.program.decode():
            return
        # A summary stands for so many, of before.
        if number := alert["exectrail"].get("suppressed", 0):
            self.suppressed += number
        else:
            self.latencies.append((now - nanoseconds(alert["@timestamp"])) / 1e6)


def measure(arguments, form, rate):
    with tempfile.TemporaryDirectory(prefix="exectrail-latency-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        program = shutil.copy(os.path.join(arguments.bin, "short_lived"), os.path.join(folder, "x"))
        recorder, analyzer = start(arguments, folder, form)
        taker = subprocess.Popen([os.path.join(arguments.bin, "taker")], stdin=analyzer.stdout,
                                 stdout=subprocess.PIPE)
        analyzer.stdout.close()
        time.sleep(2)
        load = Load(arguments, program, rate)
        checkpoint = None if form == "pipe" else os.path.join(folder, "checkpoint")
        ending = threading.Thread(target=end,
                                  args=(arguments, load, recorder, analyzer, checkpoint))
        ending.start()
        found = Found(program)
        found.read(taker.stdout)
        ending.join()
        busy = load.busy
        analyzer.wait()
        taker.wait()
        note = account(arguments, folder, found) if form == "folder" else ""
        return load, found, busy, note


def account(arguments, folder, found):
    """Whether one run over the folder afterwards tells the same, byte for byte."""
    once = subprocess.run([os.path.join(arguments.bin, "exectrail-analyze"), "--format", "json",
                           os.path.join(folder, "trail")], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False).stdout
    return "" if once == found.all else "NOT the alerts of one run over the folder"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--rates", default="1,100,500")
    parser.add_argument("--forms", default="pipe,folder")
    parser.add_argument("--record", default="", metavar="OPTIONS",
                        help="options of the recorder, for example '--wake-latency 0'")
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("recording needs root")
    print("| form | execs per second | execs | alerts | suppressed | missing | p50 ms | p99 ms "
          "| max ms | load |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for form in arguments.forms.split(","):
        for rate in (int(word) for word in arguments.rates.split(",")):
            load, found, busy, note = measure(arguments, form, rate)
            count, times = load.count, found.latencies

            def at(part, values=times):
                return f"{values[min(len(values) - 1, int(len(values) * part))]:.3f}" if values else ""
            print(f"| {form} | {load.rate:.0f} | {count} | {len(times)} | {found.suppressed} "
                  f"| {count - len(times) - found.suppressed} | {at(0.5)} | {at(0.99)} "
                  f"| {at(1)} | {busy:.1f} | {note}", flush=True)


if __name__ == "__main__":
    main()
