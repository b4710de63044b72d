#!/usr/bin/env python3
# A process that fails to exec as fast as it can ("super-producer", CVE-2019-8339) costs no successful
# exec: those beside it are all in the trace. The flood is named there, with its size, and does not fill
# the disk.
import collections
import json
import os
import shutil
import signal
import subprocess
import time

import listing
import programs

ATTEMPTS = 500_000  # at least, of each flood
EXECS = 200
A_SECOND = 50  # of one program's attempts are kept, and the others counted: failed_attempts.h
STARTS_WITHIN = 60  # seconds, also emulated


def built(name):
    return os.path.join(programs.BIN, name)


class Flood(programs.LiveCase):
    def setUp(self):
        super().setUp()
        self.write("not_executable", "")
        self.trace = self.path("t.trail")
        self.good = shutil.copy(built("short_lived"), self.folder)

    def run_beside_flood(self, path):
        """A storm from the flood's begin to its end. Returns what the flood says of itself."""
        flood = subprocess.Popen([built("flood"), "--count", str(ATTEMPTS), "--until-input-ends", path],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            storm = [built("storm"), "--count", str(EXECS), "--rate", "100", self.good]
            subprocess.run(storm, check=True, stdout=subprocess.DEVNULL, timeout=programs.TIMEOUT)
            self.assertIsNone(flood.poll(), "the flood has ended before the storm")
            said, _ = flood.communicate(timeout=programs.TIMEOUT)
        finally:
            flood.kill()
            flood.wait()
        return json.loads(said)

    def wait_until_recording(self):
        end = time.monotonic() + STARTS_WITHIN
        while True:
            subprocess.run(["/bin/true"], check=True)
            if os.path.exists(self.trace) and listing.of_kind(listing.records(self.trace)[0], "exec"):
                return
            self.assertLess(time.monotonic(), end, "nothing is recorded")
            time.sleep(0.1)

    def record(self, path):
        with self.recording("-a", "-o", self.trace) as recorder:
            self.wait_until_recording()
            flood = self.run_beside_flood(path)
            recorder.send_signal(signal.SIGINT)
            self.assertEqual(0, recorder.wait(programs.TIMEOUT), recorder.stderr.read())
        self.found, complete = listing.records(self.trace)
        self.assertTrue(complete)
        return flood

    def expect_all_good(self):
        facts = subprocess.run([built("trace_facts"), "--program", self.good, self.trace],
                               capture_output=True, check=True)
        storm = json.loads(facts.stdout)["storm"]
        print(storm)
        self.assertEqual(EXECS, storm["execs"], "good execs in the trace")
        self.assertEqual(EXECS, storm["withExecutable"])
        self.assertEqual(EXECS, storm["argumentsComplete"] + storm["incompleteMarked"])
        self.assertEqual(0, storm["incompleteUnmarked"])

    def expect_named(self, flood, error, reasons):
        """All its attempts are accounted for: kept, counted, or lost and said to be."""
        of_flood = [record for record in self.found
                    if record.get("pid") == flood["pid"] and record.get("errno") == error]
        kept = len(listing.of_kind(of_flood, "attempt"))
        tallied = collections.Counter()
        for tally in listing.of_kind(of_flood, "tally"):
            tallied[tally["reason"]] += tally["count"]
        # Not those of dynamic events, which tell what attempts were called with and not that they failed.
        lost = sum(gap["lost"] for gap in listing.of_kind(self.found, "gap") if gap["source"] != "dynamic")
        seconds = flood["wallNs"] / 1e9
        print(f"{flood['attempts']} attempts in {seconds:.1f} s: {kept} kept, {dict(tallied)} counted, "
              f"{lost} events lost")
        # A second begins with an attempt, so there is at most one more than have passed.
        self.assertLessEqual(kept, A_SECOND * (int(seconds) + 1), "attempts kept of one flood")
        self.assertGreater(sum(tallied[reason] for reason in reasons), 0, "the flood is named")
        self.assertLessEqual(kept + sum(tallied.values()), flood["attempts"])
        if kept + sum(tallied.values()) + lost < flood["attempts"]:
            others = [record for record in self.found if record.get("errno") == error
                      and record.get("pid") != flood["pid"] and record["kind"] in ("attempt", "tally")]
            info = self.run_words("trace", "info", self.trace).stdout.decode()
            info += self.run_words("trace", "dump", self.trace).stdout.decode().splitlines()[-1]
            self.fail(f"{kept} + {tallied} + {lost} of {flood['attempts']}; {others}\n{info}")

    def test_no_permission(self):
        flood = self.record(self.path("not_executable"))
        self.assertEqual([13], flood["errors"])
        self.expect_all_good()
        self.expect_named(flood, 13, ["flood"])

    def test_no_such_file(self):
        """Not told from a search in PATH without reading the path, which nobody does in a flood."""
        flood = self.record(self.path("missing"))
        self.assertEqual([2], flood["errors"])
        self.expect_all_good()
        self.expect_named(flood, 2, ["flood", "pathSearch"])


if __name__ == "__main__":
    programs.main()
