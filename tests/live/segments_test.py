#!/usr/bin/env python3
# `record -o DIR/`: segments that can be read alone and together, retention that says what it removes,
# one recorder at a time, and what a killed one leaves behind.
import contextlib
import glob
import os
import re
import signal
import socket
import subprocess
import time

import life
import programs


class Segments(life.LifeCase):
    def segments(self, folder="trail"):
        return sorted(glob.glob(os.path.join(self.path(folder), "*.trail")))

    def run_until(self, condition, what, name="x"):
        """Runs a program of ours until something has come true."""
        program = self.marker(name)
        end = time.monotonic() + life.WITHIN
        count = 0
        while not condition():
            self.assertLess(time.monotonic(), end, f"not within {life.WITHIN} s: {what}")
            subprocess.run([program, str(count)], check=True)
            count += 1
        return count

    def test_rotation(self):
        with self.recording("-o", "trail/", "--rotate", "64k,1h") as recorder:
            self.wait_for(self.segments, "the first segment")
            ran = self.run_until(lambda: len(self.segments()) >= 4, "four segments")
            recorder.send_signal(signal.SIGINT)
            self.assertEqual(0, recorder.wait(timeout=programs.TIMEOUT), recorder.stderr.read())
        found, execs = [], 0
        for number, segment in enumerate(self.segments(), 1):
            info = self.expect_complete(segment)
            self.assertIn(f"segment     {number} of its recording", info)
            self.expect(self.run_words("trace", "verify", segment), 0, stdout="intact")
            execs += int(re.search(r"^execs +(\d+)", info, re.M)[1])
            found.append({re.search(r"args \{\S+ (\d+)\}", line)[1]
                          for line in self.execs(segment, "x") if "args {" in line})
            alone = self.run_words("analyze", "--format", "json", segment)
            self.expect(alone, 0)
        self.assertEqual([], glob.glob(self.path("trail/*.packing")))
        # Each is in one segment, and all but the first ones, which may have run before the recording
        # began, are in some; the arguments of a few may not be known.
        together = set().union(*found)
        self.assertEqual(sum(len(one) for one in found), len(together), "one is in two segments")
        self.assertLessEqual(together, {str(number) for number in range(ran)})
        self.assertGreater(len(together), ran * 0.8 - 50)
        # Together they are one recording, in which nothing is there twice.
        whole = self.run_words("analyze", "--format", "json", "trail")
        self.expect(whole, 0, stderr=f"{execs} executions")

    def test_retention(self):
        with self.recording("-o", "trail/", "--rotate", "32k,1h", "--retain", "size=100k") as recorder:
            self.wait_for(self.segments, "the first segment")
            first = self.segments()[0]
            self.run_until(lambda: not os.path.exists(first), "the first segment is removed")
            recorder.send_signal(signal.SIGINT)
            errors = recorder.stderr.read()
            self.assertEqual(0, recorder.wait(timeout=programs.TIMEOUT), errors)
        self.assertRegex(errors, r"removed .*-000001.trail'?: more than 102 kB together")
        numbers = [int(re.search(r"-(\d{6})\.trail$", path)[1]) for path in self.segments()]
        self.assertEqual(list(range(numbers[0], numbers[-1] + 1)), numbers, "only the oldest went")

    def mount_small(self):
        os.mkdir(self.path("small"))
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", self.path("small")],
                          capture_output=True).returncode != 0:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.path("small")], check=True)

    def fill(self, path):
        """Takes what room there is on its disk."""
        with open(self.path(path), "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    def test_a_start_on_a_full_disk_costs_the_oldest_too(self):
        self.mount_small()
        for _ in range(3):
            self.expect(self.run_words("record", "-o", "small/trail/", "--", "true"), 0)
        before = self.segments("small/trail")
        with open(before[0], "ab") as file:
            file.write(bytes(100 << 10))  # its removal is room enough
        self.fill("small/full")
        result = self.run_words("record", "-o", "small/trail/", "--retain", "all", "--", "true")
        self.expect(result, 0, stderr=[f"removed small/trail/{os.path.basename(before[0])}", "the disk is full"])
        after = self.segments("small/trail")
        self.assertEqual(before[1:], after[:2])
        self.expect_complete(after[2])

    def test_a_start_that_cannot_be_leaves_nothing(self):
        self.mount_small()
        os.mkdir(self.path("small/trail"))
        self.fill("small/full")
        result = self.run_words("record", "-o", "small/trail/", "--", "true")
        self.expect(result, 125, stderr="cannot write small/trail/")
        self.assertEqual([], os.listdir(self.path("small/trail")))

    def test_a_full_disk_costs_the_oldest(self):
        self.mount_small()
        with self.recording("-o", "small/trail/", "--rotate", "32k,1h", "--retain", "all") as recorder:
            self.wait_for(lambda: self.segments("small/trail"), "the first segment")
            first = self.segments("small/trail")[0]
            self.run_until(lambda: not os.path.exists(first), "the first segment is removed")
            self.run_until(lambda: len(self.segments("small/trail")) >= 2, "it goes on")
            recorder.send_signal(signal.SIGINT)
            errors = recorder.stderr.read()
            self.assertEqual(0, recorder.wait(timeout=programs.TIMEOUT), errors)
        self.assertRegex(errors, r"removed .*-000001.trail: the disk is full")
        self.expect(self.run_words("analyze", "--format", "json", "small/trail"), 0)

    def test_a_service_manager_is_told(self):
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.bind(self.path("notify"))
        manager.settimeout(life.WITHIN)
        self.addCleanup(manager.close)
        environment = {**os.environ, "NOTIFY_SOCKET": self.path("notify"), "WATCHDOG_USEC": "200000"}
        with self.recording("-o", "trail/", env=environment) as recorder:
            self.assertRegex(manager.recv(4096), rb"\AREADY=1\nSTATUS=recording [0-9a-f]{8}\Z")
            for _ in range(3):
                self.assertRegex(manager.recv(4096), rb"\AWATCHDOG=1\nSTATUS=\d+ execs, ")
            environment["NOTIFY_SOCKET"] = self.path("notify2")
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as second:
                second.bind(self.path("notify2"))
                second.settimeout(life.WITHIN)
                analyzer = subprocess.Popen(
                    programs.program("analyze", "--follow", "trail"), cwd=self.folder,
                    env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL)
                try:
                    self.assertTrue(second.recv(4096).startswith(b"READY=1\n"))
                    self.assertTrue(second.recv(4096).startswith(b"WATCHDOG=1\n"))
                finally:
                    analyzer.terminate()
                    self.assertEqual(0, analyzer.wait(timeout=programs.TIMEOUT))
            recorder.send_signal(signal.SIGINT)
            self.assertEqual(0, recorder.wait(timeout=programs.TIMEOUT))

    def test_a_killed_recorder_and_the_next(self):
        with self.recording("-o", "trail/") as recorder:
            self.wait_for(self.segments, "the first segment")
            first = self.segments()[0]
            self.run_until(lambda: self.execs(first, "x"), "an exec in it")
            other = self.run_words("record", "-o", "trail/", "--", "true")
            self.expect(other, 125, stderr="another recorder writes into")
            recorder.kill()
            recorder.wait()
        with open(first, "rb") as file:
            left = file.read()
        self.expect(self.run_words("record", "-o", "trail/", "--", self.marker("x"), "later"), 0)
        with open(first, "rb") as file:
            self.assertEqual(left, file.read(), "what was there stays as it was")
        self.assertEqual(2, len(self.segments()))
        self.assertEqual(first, self.segments()[0])
        together = self.run_words("analyze", "--format", "json", "trail")
        self.expect(together, 3, stderr="has no end")


if __name__ == "__main__":
    programs.main()
