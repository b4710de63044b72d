# What the live tests of the recorder's life share: markers to look for in a trace, and waiting.
import contextlib
import glob
import json
import os
import shutil
import subprocess
import time

import programs

STATES = "/run/exectrail"
WITHIN = programs.TIMEOUT // 2  # seconds, also with sanitizers on a busy machine


class LifeCase(programs.LiveCase):
    def wait_for(self, condition, what):
        end = time.monotonic() + WITHIN
        while not condition():
            self.assertLess(time.monotonic(), end, f"not within {WITHIN} s: {what}")
            time.sleep(0.02)

    def marker(self, name):
        """A program of its own in our folder, so that a trace can be asked for it."""
        path = self.path(name)
        if not os.path.exists(path):
            shutil.copy("/bin/true", path)
            os.chmod(path, 0o755)
        return path

    def run_marker(self, name, *arguments):
        path = self.marker(name)
        subprocess.run([path, *arguments], check=True)
        return path

    def execs(self, trace, name):
        """Lines of the dump that tell of an exec of our marker."""
        dump = self.run_words("trace", "dump", trace).stdout.decode(errors="replace")
        return [line for line in dump.splitlines()
                if " exec " in line and self.path(name) in line]

    def expect_complete(self, trace):
        result = self.run_words("trace", "info", trace)
        self.expect(result, 0, stderr=[])
        return result.stdout.decode()

    def status_of(self, pid, field):
        try:
            with open(f"/proc/{pid}/status") as file:
                for line in file:
                    if line.startswith(field + ":"):
                        return line.split()[1]
        except FileNotFoundError:
            pass  # it is gone
        return None

    @contextlib.contextmanager
    def in_background(self, command):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=self.folder)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


class BackgroundCase(LifeCase):
    """A test that uses record start; nothing it started is left behind."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.stop_all)

    def stop_all(self):
        for state in self.states():
            self.run_words("record", "stop", state["id"])

    def states(self):
        """Of the recordings of this test."""
        found = []
        for path in glob.glob(os.path.join(STATES, "*.json")):
            with open(path) as file:
                state = json.load(file)
            if state["output"].startswith(self.folder + "/"):
                found.append(state)
        return found

    def has_ended(self, pid):
        """Also one that nobody has asked for its exit status yet."""
        return self.status_of(pid, "State") in (None, "Z", "X")

    def start(self, trace, *options, stderr=()):
        result = self.run_words("record", "start", "-o", trace, *options)
        self.expect(result, 0, stderr=list(stderr))
        self.assertRegex(result.stdout.decode(), r"\A[^\n]+exectrail record stop [^\n]+\n\Z")
        return [state for state in self.states() if state["output"] == self.path(trace)][0]
