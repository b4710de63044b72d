#!/usr/bin/env python3
"""Recorder and analyzer of one folder for half an hour, with all that goes on and goes wrong on a host at
once: a build, a steady stream of executions, bursts, floods of failing ones, recipes that change, some of
them broken, a receiver of alerts that comes and goes, segments that rotate every few seconds. Checked is:
each execution is an alert, one of a number of suppressed ones, or within a loss that the trace reports;
memory is flat; the file of alerts is that of one run over the folder afterwards; each broken recipe was
told; the receiver has each alert, or the drop was told. As root; ends with 1 if something is not so."""
import argparse
import glob
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

QUIET = """recipe: soak_{0}
version: 1.0.0
title: Never alerts
severity: low
attack: [TA0002/T1204]
judge: {{results: [ok]}}
when: file.path == '/nowhere/{0}'
"""
EVERY = 5          # seconds between two samples of memory
MAY_GROW = 1.05    # memory, from the second third to the last
MOST = {"recorder": 32, "analyzer": 64}  # MiB


def memory(pid):
    """KiB resident, of which anonymous, of a process."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        values = dict(line.split(":", 1) for line in file)
    return [int(values[name].split()[0]) for name in ("VmRSS", "RssAnon")]


class Job(threading.Thread):
    """Does something again and again until it is stopped."""

    def __init__(self, what, pause):
        super().__init__(daemon=True)
        self.what, self.pause, self.stop, self.count = what, pause, threading.Event(), 0

    def run(self):
        while not self.stop.is_set():
            self.what()
            self.count += 1
            self.stop.wait(self.pause)


class Receiver(threading.Thread):
    """A unix socket that takes alerts for a while, is away for a while, and is there again."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.stop, self.ids, self.outages = path, threading.Event(), set(), 0

    def drain(self, listening):
        while True:
            try:
                message = listening.recv(1 << 20)
            except BlockingIOError:
                return
            if not message:
                return
            self.ids.add(json.loads(message)["event"]["id"])

    def run(self):
        while not self.stop.is_set():
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
                listening.bind(self.path)
                listening.settimeout(0.5)
                end = time.monotonic() + random.uniform(10, 30)
                while time.monotonic() < end or self.stop.is_set():
                    try:
                        self.ids.add(json.loads(listening.recv(1 << 20))["event"]["id"])
                    except TimeoutError:
                        if self.stop.is_set():
                            return
                os.unlink(self.path)
                listening.shutdown(socket.SHUT_RD)  # who sends is refused; what was taken is read
                listening.setblocking(False)
                self.drain(listening)
            self.outages += 1
            self.stop.wait(random.uniform(1, 15))


class Soak:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.program = shutil.copy(self.bin("short_lived"), self.path("x"))
        self.execs = self.broken = self.good = 0
        self.lock = threading.Lock()
        os.mkdir(self.path("trail"))
        os.mkdir(self.path("recipes"))
        self.write_recipe()

    def bin(self, name):
        return os.path.join(self.arguments.bin, name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, name, *words):
        with open(self.path(name + ".log"), "ab") as log:
            return subprocess.Popen([self.bin("exectrail-" + name), *words], cwd=self.folder,
                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    # ---- what goes on

    def storm(self, rate, seconds):
        told = subprocess.run([self.bin("storm"), "--rate", str(rate), "--count", str(rate * seconds),
                               self.program], stdout=subprocess.PIPE, check=True).stdout
        with self.lock:
            self.execs += json.loads(told)["execs"]

    def build(self):
        source = self.path("hello.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write("#include <stdio.h>\nint main(void) { return puts(\"hello\") < 0; }\n")
        subprocess.run(["sh", "-c", "for i in 1 2 3 4; do cc -O1 -o hello.$i hello.c; done; rm hello.?"],
                       cwd=self.folder, check=True)

    def flood(self):
        subprocess.run([self.bin("flood"), "--count", "200000", "/nowhere/a", "/etc/passwd"],
                       stdout=subprocess.DEVNULL, check=True)

    def write_recipe(self):
        self.good += 1
        with open(self.path("recipes/new"), "w", encoding="utf-8") as file:
            file.write(QUIET.format(self.good))
        os.replace(self.path("recipes/new"), self.path("recipes/soak.yaml"))

    def change_recipes(self):
        if random.random() < 0.5:
            self.write_recipe()
            return
        with open(self.path("recipes/soak.yaml"), encoding="utf-8") as file:
            sound = file.read()
        with open(self.path("recipes/soak.yaml"), "w", encoding="utf-8") as file:
            file.write("recipe: broken\nwhen: (\n")
        time.sleep(3)
        self.broken += 1
        with open(self.path("recipes/soak.yaml"), "w", encoding="utf-8") as file:
            file.write(sound)

    # ---- what came of it

    def told(self, action):
        with open(self.path("operations"), encoding="utf-8") as file:
            return sum(json.loads(line)["event"]["action"] == action for line in file)

    def dropped(self):
        """"3477 alerts were not sent: …", of all."""
        with open(self.path("operations"), encoding="utf-8") as file:
            told = [json.loads(line) for line in file]
        return sum(int(one["message"].split()[0]) for one in told if one["event"]["action"] == "dropped")

    def closed(self):
        with open(self.path("checkpoint"), encoding="utf-8") as file:
            return json.load(file)["closed"]

    def lost(self):
        """Events that the trace says were lost, of all segments."""
        facts = [subprocess.run([self.bin("trace_facts"), path], stdout=subprocess.PIPE, check=False)
                 for path in glob.glob(self.path("trail/*.trail"))]
        return sum(json.loads(one.stdout)["lostEvents"] for one in facts)

    def ours(self, alerts):
        """Executions of our program that the alerts stand for."""
        total = 0
        for line in alerts:
            if self.program.encode() not in line:
                continue
            alert = json.loads(line)
            if alert["exectrail"].get("amended"):
                continue  # the one of before, with a gap that was not known then
            if alert["process"].get("executable") == self.program:
                total += alert["exectrail"].get("suppressed", 0) or 1
        return total

    def alerts(self, name):
        with open(self.path(name), "rb") as file:
            return file.read().splitlines()

    def run(self):
        """Everything for as long as was asked for; returns samples of memory by program."""
        seconds = self.arguments.minutes * 60
        recorder = self.start("record", "-a", "-o", "trail/", "--rotate", "2M,30s")
        receiver = Receiver(self.path("siem"))
        receiver.start()
        analyzer = self.start("analyze", "--follow", "--checkpoint", "checkpoint", "--output",
                              "alerts", "--operations", "operations", "--format", "json",
                              "--recipes", "recipes", "--sink", "unix:siem,min=critical", "trail")
        jobs = [Job(lambda: self.storm(self.arguments.rate, 5), 0), Job(lambda: self.storm(1000, 2), 20),
                Job(self.build, 5), Job(self.flood, 30), Job(self.change_recipes, 20)]
        time.sleep(3)
        for job in jobs:
            job.start()
        samples = {"recorder": [], "analyzer": []}
        end = time.monotonic() + seconds
        while time.monotonic() < end and recorder.poll() is None and analyzer.poll() is None:
            samples["recorder"].append(memory(recorder.pid))
            samples["analyzer"].append(memory(analyzer.pid))
            time.sleep(EVERY)
        for job in jobs:
            job.stop.set()
        for job in jobs:
            job.join()
        time.sleep(2)
        recorder.send_signal(signal.SIGINT)
        recorder.wait()
        until = time.monotonic() + 600
        while not self.closed() and analyzer.poll() is None and time.monotonic() < until:
            time.sleep(0.2)
        receiver.stop.set()
        time.sleep(3)
        analyzer.send_signal(signal.SIGTERM)
        ended = recorder.returncode, analyzer.wait()
        receiver.join()
        print(f"{self.execs} executions of ours; {jobs[2].count} builds, {jobs[1].count} bursts, "
              f"{jobs[3].count} floods of 200,000 failures; {self.good} sound and {self.broken} broken "
              f"changes of a recipe; the receiver was away {receiver.outages} times; "
              f"{len(glob.glob(self.path('trail/*.trail')))} segments")
        return samples, receiver, ended

    def check(self):
        samples, receiver, ended = self.run()
        well = Verdict()
        well.that(ended == (0, 0), f"recorder and analyzer ended with {ended}")
        alerts = self.alerts("alerts")
        stood, lost = self.ours(alerts), self.lost()
        well.that(stood == self.execs or 0 < self.execs - stood <= lost,
                  f"{self.execs} executions, {stood} in {len(alerts)} alerts; {lost} events lost by the "
                  "trace's account")
        with open(self.path("once"), "wb") as file:
            subprocess.run([self.bin("exectrail-analyze"), "--format", "json", "--recipes", "recipes",
                            "trail"], cwd=self.folder, stdout=file, stderr=subprocess.DEVNULL, check=False)
        # Which recipes there were is in each alert, and they have changed meanwhile.
        well.that([without_inputs(line) for line in alerts] ==
                  [without_inputs(line) for line in self.alerts("once")],
                  "the file of alerts is that of one run over the folder, but for the recipes' hash")
        failed, reloaded = self.told("reload_failed"), self.told("reloaded")
        well.that(failed >= self.broken, f"{self.broken} broken recipes, {failed} times told")
        well.that(reloaded > 0, f"{reloaded} programs were taken over")
        critical = {alert["event"]["id"] for alert in map(json.loads, alerts)
                    if alert["exectrail"]["severity"] == "critical"}
        missing, dropped = len(critical - receiver.ids), self.dropped()
        well.that(missing <= dropped, f"{len(critical)} critical alerts, {missing} of them not received; "
                  f"the analyzer told of {dropped} that it had dropped")
        for name, values in samples.items():
            self.check_memory(well, name, values)
        return well.is_so

    def check_memory(self, well, name, values):
        # What remembers ten minutes fills in the first third of half an hour; a receiver that is away
        # costs some memory for some seconds.
        third = len(values) // 3
        usual = [sorted(anonymous for _, anonymous in values[third * part:third * (part + 1)])[third // 2]
                 for part in range(3)]
        resident = max(resident for resident, _ in values)
        well.that(usual[2] <= usual[1] * MAY_GROW and resident <= MOST[name] << 10,
                  f"{name}: {resident} KiB resident at most; of its own, in the middle of each third, "
                  f"{usual[0]}, {usual[1]} and {usual[2]} KiB")


class Verdict:
    is_so = True

    def that(self, so, what):
        print(("ok     " if so else "FAILED ") + what, flush=True)
        self.is_so = self.is_so and so


def without_inputs(line):
    alert = json.loads(line)
    alert["exectrail"].pop("inputs_sha256")
    return alert


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default="build/release/bin", type=os.path.abspath)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=int, default=50, help="steady executions a second")
    parser.add_argument("--keep", action="store_true", help="leave the folder there")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("recording needs root")
    folder = tempfile.mkdtemp(prefix="exectrail-soak-", dir="/tmp")
    os.chmod(folder, 0o755)
    well = Soak(arguments, folder).check()
    if arguments.keep or not well:
        print(folder)
    else:
        shutil.rmtree(folder)
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
