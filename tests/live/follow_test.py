#!/usr/bin/env python3
# Recorder and analyzer of one folder, while programs run from it: kill -9 of either at random moments,
# COUNT times (default 10). Afterwards the file of alerts is, byte for byte, what one analysis of the
# folder gives. By hand:
# EXECTRAIL_BIN=build/release/bin PYTHONPATH=tests/support tests/live/follow_test.py 100
import glob
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import life
import programs

COUNT = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 10
SEED = int(os.environ.get("EXECTRAIL_SEED", random.randrange(10**6)))
RATE = 100  # executions a second


class Load:
    """Runs our program, mostly with another argument each time, so that each is an alert of its own; and
    now and then with the same, so that suppression has something to say when a recording ends."""

    def __init__(self, program):
        self.program = program
        self.count = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stop.wait(1 / RATE):
            argument = str(self.count) if self.count % 4 else "again"
            pid = os.posix_spawn(self.program, [self.program, argument], {})
            os.waitpid(pid, 0)
            self.count += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


class Follow(life.LifeCase):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.running = []
        self.addCleanup(self.end_all)
        os.mkdir(self.path("trail"))
        self.program = shutil.copy("/bin/true", self.path("x"))

    def begin(self, *words, **options):
        process = subprocess.Popen(programs.program(*words), cwd=self.folder,
                                   stdin=subprocess.DEVNULL, **options)
        self.running.append(process)
        return process

    def end_all(self):
        for process in self.running:
            process.kill()
            process.wait()

    def recorder(self):
        with open(self.path("recorder.log"), "ab") as log:
            return self.begin("record", "-a", "-o", "trail/", "--rotate", "128k,2s", stderr=log)

    def analyzer(self, *more):
        with open(self.path("analyzer.log"), "ab") as log:
            return self.begin("analyze", "--follow", "--checkpoint", "checkpoint", "--output",
                              "alerts", *more, "trail", stderr=log, stdout=log)

    def checkpoint(self):
        try:
            with open(self.path("checkpoint")) as file:
                return json.load(file)
        except FileNotFoundError:
            return {"segment": "", "batch": 0, "closed": False}

    def log(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def alerts(self, name="alerts"):
        try:
            with open(self.path(name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""

    def finish(self, recorder, analyzer):
        """Ends both, after the analyzer has read all; returns what one analysis of the folder gives."""
        recorder.send_signal(signal.SIGINT)
        self.assertEqual(0, recorder.wait(timeout=programs.TIMEOUT))
        newest = os.path.basename(sorted(glob.glob(self.path("trail/*.trail")))[-1])

        def done():
            self.assertIsNone(analyzer.poll(), "the analyzer has ended by itself")
            checkpoint = self.checkpoint()
            return checkpoint["segment"] == newest and checkpoint["closed"]
        self.wait_for(done, "all is read")
        analyzer.send_signal(signal.SIGTERM)
        self.assertEqual(0, analyzer.wait(timeout=programs.TIMEOUT))
        once = self.run_words("analyze", "--output", "once", "trail")
        self.assertIn(once.returncode, (0, 3), once.stderr)
        return self.alerts("once")

    def ours(self, alerts):
        return [line for line in alerts.splitlines() if self.program.encode() in line]

    def inputs(self):
        """What the newest alert about our program depends on."""
        ours = self.ours(self.alerts().rpartition(b"\n")[0])
        return ours and json.loads(ours[-1])["exectrail"]["inputs_sha256"]

    def test_live_equals_offline(self):
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        receiver.bind(self.path("siem"))
        self.addCleanup(receiver.close)
        sent = []
        thread = threading.Thread(target=lambda: sent.extend(iter(lambda: receiver.recv(1 << 20), b"end")))
        thread.start()
        recorder = self.recorder()
        analyzer = self.analyzer("--sink", "unix:siem,redact=no", "--metrics", "metrics")
        with Load(self.program):
            self.wait_for(lambda: len(self.ours(self.alerts())) >= 100, "a hundred alerts")
            self.status()
            self.wait_for(lambda: len(glob.glob(self.path("trail/*.trail"))) >= 3, "three segments")
        once = self.finish(recorder, analyzer)
        self.assertEqual(once, self.alerts())
        self.assertNotIn("damaged", self.log("analyzer.log"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"end", self.path("siem"))
        thread.join()
        self.assertEqual(once, b"".join(sent), "a sink gets the same, in the same order")
        after = self.run_words("status", "--metrics", "metrics", "trail")
        self.expect(after, 1, stdout="NOT RUNNING")

    def status(self):
        result = self.run_words("status", "--metrics", "metrics", "--checkpoint", "checkpoint",
                                "--output", "alerts", "trail")
        self.expect(result, 0, stderr=[], stdout=["writing", "segment", "critical", self.program])
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.path("metrics"))
            client.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: client.recv(1 << 16), b"")).decode()
        self.assertTrue(answer.startswith("HTTP/1.0 200 OK\r\n"), answer)
        self.assertRegex(answer, r'\nexectrail_alerts_total\{severity="critical"\} [1-9]')

    def test_kills(self):
        print(f"seed {SEED}")
        recorder, analyzer = self.recorder(), self.analyzer()
        killed = {"recorder": 0, "analyzer": 0}
        with Load(self.program) as load:
            self.wait_for(lambda: self.ours(self.alerts()), "the first alert")
            for _ in range(COUNT):
                time.sleep(self.random.uniform(0.1, 1.0))
                if self.random.random() < 0.5:
                    analyzer.kill()
                    analyzer.wait()
                    killed["analyzer"] += 1
                    analyzer = self.analyzer()
                else:
                    recorder.kill()
                    recorder.wait()
                    killed["recorder"] += 1
                    # Counted here: the one before has begun new files by itself.
                    seen = len(glob.glob(self.path("trail/*.trail")))
                    recorder = self.recorder()
                    self.wait_for(lambda: len(glob.glob(self.path("trail/*.trail"))) > seen,
                                  "the next recording")
            had = len(self.ours(self.alerts()))
            self.wait_for(lambda: len(self.ours(self.alerts())) > had, "alerts after the last kill")
        once = self.finish(recorder, analyzer)
        self.assertEqual(once, self.alerts())
        print(f"{killed['recorder']} kills of the recorder, {killed['analyzer']} of the analyzer; "
              f"{load.count} executions, {len(once.splitlines())} alerts, {len(once)} bytes, "
              f"{len(glob.glob(self.path('trail/*.trail')))} segments: equal")
        # The next recorder clears away what the killed ones left in tracefs.
        self.expect(self.run_words("record", "-o", "next.trail", "--", "true"), 0)

    def test_a_broken_recipe_keeps_the_old_ones(self):
        recorder = self.recorder()
        os.mkdir(self.path("recipes"))
        recipe = self.write("recipes/site.yaml", "override: exec_from_unusual_dir\n"
                                                 "classes: {temp: {severity: critical}}\n")
        analyzer = self.analyzer("--recipes", "recipes", "--operations", "operations")
        with Load(self.program):
            self.wait_for(lambda: self.inputs(), "an alert")
            first = self.inputs()
            with open(recipe, "w") as file:
                file.write("override: [\n")
            self.wait_for(lambda: b"reload_failed" in self.alerts("operations"), "it is refused")
            had = len(self.ours(self.alerts()))
            self.wait_for(lambda: len(self.ours(self.alerts())) > had, "alerts go on")
            self.assertEqual(first, self.inputs())
            with open(recipe, "w") as file:
                file.write("override: exec_from_unusual_dir\n"
                           "classes: {temp: {severity: medium}}\n")
            self.wait_for(lambda: b'"reloaded"' in self.alerts("operations"), "it is loaded")
            self.wait_for(lambda: self.inputs() != first, "an alert by the new one")
            seen = [line for line in self.ours(self.alerts())]
            self.assertEqual(len(seen), len({json.loads(line)["event"]["id"] for line in seen}),
                             "no alert is there twice")
            analyzer.send_signal(signal.SIGHUP)
            had = len(self.ours(self.alerts()))
            self.wait_for(lambda: len(self.ours(self.alerts())) > had, "alerts go on after SIGHUP")
        recorder.send_signal(signal.SIGINT)
        analyzer.send_signal(signal.SIGTERM)
        self.assertEqual(0, analyzer.wait(timeout=programs.TIMEOUT))
        self.assertEqual(0, recorder.wait(timeout=programs.TIMEOUT))


if __name__ == "__main__":
    programs.main()
