#!/usr/bin/env python3
# check_skips.py on results as ctest writes them.
import contextlib
import io
import os
import tempfile
import unittest

import check_skips

RESULTS = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="Linux-g++" tests="3" failures="0" disabled="0" skipped="2">
  <testcase name="trace" classname="trace" time="0.1" status="run"><system-out>ok</system-out></testcase>
  <testcase name="live.a" classname="live.a" time="0.1" status="notrun">
    <skipped message="SKIP_RETURN_CODE=77"/><system-out>line
skipped: recording needs root
</system-out></testcase>
  <testcase name="live.b" classname="live.b" time="0.1" status="notrun">
    <skipped message="SKIP_RETURN_CODE=77"/><system-out></system-out></testcase>
</testsuite>
"""


class CheckSkips(unittest.TestCase):
    def check(self, expected, release="6.18.1-x"):
        with tempfile.TemporaryDirectory() as folder:
            for name, content in (("expected", expected), ("results", RESULTS)):
                with open(os.path.join(folder, name), "w") as file:
                    file.write(content)
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                status = check_skips.main(f"{folder}/expected", f"{folder}/results", release)
            return status, said.getvalue().replace(folder, "F")

    def test_all_expected(self):
        self.assertEqual((0, ""), self.check("# why\n\n6.18.* live.? no eprobes\n"))

    def test_one_not_expected(self):
        self.assertEqual(
            (1, "live.a: skipped on kernel 6.18.1-x and not in F/expected: "
                "skipped: recording needs root\n"),
            self.check("* live.b no eprobes\n"))

    def test_reason_not_given(self):
        status, said = self.check("* live.a no eprobes\n")
        self.assertEqual(1, status)
        self.assertIn("live.b: skipped", said)
        self.assertIn("no reason given", said)

    def test_other_kernel(self):
        status, said = self.check("6.1.* live.* no eprobes\n")
        self.assertEqual((1, 2), (status, said.count("\n")))

    def test_line_without_reason(self):
        with self.assertRaisesRegex(SystemExit, "expected:1: needed: KERNEL TEST REASON"):
            self.check("* live.*\n")


if __name__ == "__main__":
    unittest.main()
