# Runs the built programs for the tests in cli/ and live/: finds them, gives each test a folder of its
# own, and ends the way ctest expects. EXECTRAIL_BIN says where the programs are.
import contextlib
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BIN = os.environ.get("EXECTRAIL_BIN") or sys.exit("EXECTRAIL_BIN must name the folder of exectrail")
BIN = os.path.abspath(BIN)  # programs run in folders of their own
ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
TRACING = "/sys/kernel/tracing"
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
SKIPPED = 77  # SKIP_RETURN_CODE of ctest
SANITIZED = "EXECTRAIL_SANITIZED" in os.environ
TIMEOUT = int(os.environ.get("EXECTRAIL_TIMEOUT", "120"))  # seconds: a program that takes longer hangs


def program(*words):
    """The command line `exectrail WORD…`."""
    return [os.path.join(BIN, "exectrail"), *words]


def why_not_live():
    """Why nothing can be recorded here, or None."""
    if os.geteuid() != 0:
        return "recording needs root"
    if not os.path.isdir(os.path.join(TRACING, "events")):
        return f"no tracefs at {TRACING}"
    return None


def stale_instances():
    """Directories in tracefs of recorders that are gone: exectrail-PID-…, and no such process."""
    found = glob.glob(os.path.join(TRACING, "instances", "exectrail-[0-9]*"))
    return {path for path in found
            if not os.path.exists("/proc/" + os.path.basename(path).split("-")[1])}


def dynamic_events():
    """Groups of the kernel's dynamic events that are a recorder's: exectrail_PID_START."""
    try:
        with open(os.path.join(TRACING, "dynamic_events")) as file:
            return set(re.findall(r"^[a-z][0-9]*:(exectrail_[0-9]+_[0-9]+)/", file.read(), re.M))
    except FileNotFoundError:
        return set()


def stale_dynamic_events():
    return {group for group in dynamic_events()
            if not os.path.exists("/proc/" + group.split("_")[1])}


def alerts(output):
    """Of what `analyze --format json` wrote: not what it says of the host's mounts."""
    return [line for line in map(json.loads, output.splitlines()) if line["event"]["kind"] == "alert"]


class Case(unittest.TestCase):
    """A test with a folder of its own in /tmp, which everybody may read."""

    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="exectrail-test-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def run_words(self, *words, prefix=(), **options):
        """Runs `exectrail WORD…` to its end. Standard input is empty unless given."""
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("timeout", TIMEOUT)
        if "input" in options:
            del options["stdin"]
        return subprocess.run([*prefix, *program(*words)], capture_output=True, cwd=self.folder,
                              **options)

    def run_as_nobody(self, name, *arguments):
        """As run_words, of a copy of the program `name`, because the folder of the original may be
        closed to nobody; with it goes what the program reads."""
        shutil.copytree(os.path.join(BIN, "..", "share"), self.path("share"), dirs_exist_ok=True)
        os.makedirs(self.path("bin"), exist_ok=True)
        copy = shutil.copy(os.path.join(BIN, name), self.path("bin"))
        return subprocess.run([*NOBODY, copy, *arguments], capture_output=True, timeout=TIMEOUT,
                              cwd="/", stdin=subprocess.DEVNULL)

    def expect(self, result, status, stderr=None, stdout=None):
        """`stderr` and `stdout`: a part of the text, or [] for none at all."""
        text = {"stderr": result.stderr.decode(errors="replace"),
                "stdout": result.stdout.decode(errors="replace")}
        for stream, wanted in (("stderr", stderr), ("stdout", stdout)):
            if wanted == []:
                self.assertEqual("", text[stream], stream)
            for part in [wanted] if isinstance(wanted, str) else wanted or []:
                self.assertIn(part, text[stream], stream)
        self.assertEqual(status, result.returncode, "exit status; standard error: "
                         f"{text['stderr']}\nstandard output: {text['stdout']}")

    def expect_refusal(self, result, status, *parts):
        """One line on standard error that holds all `parts`, nothing on standard output."""
        self.expect(result, status, stderr=list(parts), stdout=[])
        self.assertRegex(result.stderr.decode(), r"\Aexectrail[-a-z]*: [^\n]+\n\Z")


class LiveCase(Case):
    """A test that records. It leaves tracefs as it found it."""

    def setUp(self):
        if why_not_live():
            self.skipTest(why_not_live())
        super().setUp()
        self.addCleanup(lambda: self.assertEqual(set(), stale_instances(), "left in tracefs"))
        self.addCleanup(lambda: self.assertEqual(set(), stale_dynamic_events(), "left in the kernel"))

    @contextlib.contextmanager
    def recording(self, *words, **options):
        """`exectrail record WORD…` in the background; killed at the end if it still runs."""
        process = subprocess.Popen(program("record", *words), cwd=self.folder, text=True,
                                   stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            process.stderr.close()


def main():
    """As unittest.main(), but a skipped test is not a passed one: the program then ends with 77."""
    result = unittest.main(exit=False, verbosity=2).result
    for test, reason in result.skipped:
        print(f"skipped: {test.id()}: {reason}")
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.skipped else 0)
