#!/usr/bin/env python3
# The scripts that measure the recorder run to their end and find what was recorded. What they measure
# is not looked at: beside other work it says nothing.
import json
import os
import subprocess
import sys

import programs

BENCH = os.path.join(programs.ROOT, "bench", "recorder")


class Bench(programs.LiveCase):
    def measured(self, script, *options):
        result = subprocess.run([sys.executable, os.path.join(BENCH, script), "--bin", programs.BIN,
                                 *options], capture_output=True, timeout=programs.TIMEOUT,
                                stdin=subprocess.DEVNULL, cwd=self.folder)
        self.expect(result, 0)
        return result.stdout.decode()

    def test_side_by_side(self):
        said = self.measured("side_by_side.py", "--loads", "storm,storm2,storm1ms,100", "--seconds", "0.2",
                             "--rounds", "1", "--tools", "exectrail,exectrail-command",
                             "--json", self.path("runs.json"))
        self.assertNotIn("not measured", said)
        with open(self.path("runs.json")) as file:
            loads = json.load(file)
        self.assertEqual(4, len(loads))
        for load in loads:
            self.assertEqual(["exectrail -a", "exectrail COMMAND"], list(load["results"]))
            for name, (run,) in load["results"].items():
                with self.subTest(load=load["load"]["name"], tool=name):
                    self.assertEqual(run["execs"], run["seen"]["execs"])
                    self.assertEqual(0, run["seen"]["unmarked"])
                    self.assertGreater(run["seen"]["executable"], 0)
                    self.assertGreater(run["seen"]["arguments"], 0)
                    if name == "exectrail -a":  # what a COMMAND costs is a small difference
                        self.assertGreater(run["recorderNs"], 0)
                    self.assertGreater(run["bytes"], 0)

    def test_what_cannot_run_is_named(self):
        said = self.measured("side_by_side.py", "--loads", "100", "--seconds", "0.1", "--rounds", "1",
                             "--tools", "exectrail", "--record=--no-such-option")
        self.assertRegex(said, r"exectrail -a --no-such-option: not measured: ended with 2: .*no-such-option")

    def test_beside_flood(self):
        said = self.measured("beside_flood.py", "--attempts", "20000", "--execs", "20")
        for error in ("ENOENT", "EACCES"):
            self.assertIn(f"| {error} | exectrail -a | ", said)


if __name__ == "__main__":
    programs.main()
