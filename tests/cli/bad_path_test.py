#!/usr/bin/env python3
# Paths that cannot be what they are to be: one line with the path and the reason, and no crash.
import glob
import os
import subprocess
import sys
import unittest

import programs

TRACE = sorted(glob.glob(os.path.join(programs.ROOT, "corpus", "attack", "*", "trace*.trail")))[0]


class BadPath(programs.Case):
    def except_to(self, path):
        return ["recipes", "except", "46b4d05435c3", TRACE, "--reason", "x", "--until", "2027-09-30",
                "-o", path]

    def expect_line(self, result, *parts):
        self.assertIn(result.returncode, (2, 3), result.stderr)
        line = result.stderr.decode()
        self.assertRegex(line, r"\Aexectrail[-a-z]*: [^\n]+\n\Z")
        for part in parts:
            self.assertIn(part, line)
        for word in ("internal", "unexpected", "filesystem error", "terminate"):
            self.assertNotIn(word, line)

    def test_a_folder_for_a_file(self):
        for option in ("--workloads", "--baseline"):
            with self.subTest(option):
                self.expect_line(self.run_words("analyze", option, self.folder, TRACE), self.folder,
                                 "Is a directory")

    def test_a_file_without_an_end(self):
        for option in ("--workloads", "--baseline"):
            with self.subTest(option):
                self.expect_line(self.run_words("analyze", option, "/dev/zero", TRACE), "/dev/zero",
                                 "more than 256 MiB")

    def test_names_that_cannot_be(self):
        os.symlink("loop", self.path("loop"))
        for path, why in ((self.path("n" * 300), "File name too long"),
                          (self.path("loop/x"), "Too many levels of symbolic links")):
            for words in (self.except_to(path), ["replay", "sanitize", TRACE, "-o", path],
                          ["replay", "minimize", TRACE, "-o", path]):
                with self.subTest(words):
                    self.expect_line(self.run_words(*words), path, why)

    @unittest.skipUnless(os.geteuid() == 0, "becoming nobody needs root")
    def test_a_folder_that_is_closed(self):
        closed = self.path("closed")
        os.mkdir(closed, 0o700)
        copy = self.write("copy.trail", open(TRACE, "rb").read())
        words = [copy if word == TRACE else word for word in self.except_to(closed + "/site.yaml")]
        self.expect_line(self.run_as_nobody("exectrail-analyze", *words), closed, "Permission denied")
        self.expect_line(self.run_as_nobody("exectrail-replay", "run", closed), closed,
                         "Permission denied")

    def test_a_working_directory_that_has_gone(self):
        gone = self.path("gone")
        for words in (["analyze", "--profile-json", "x", TRACE], ["analyze", "x.trail"],
                      self.except_to("x")):
            with self.subTest(words):
                os.mkdir(gone)
                result = subprocess.run(
                    [sys.executable, "-c", "import os,sys\nos.rmdir(os.getcwd())\nos.execv(sys.argv[1], "
                     "sys.argv[1:])", *programs.program(*words)],
                    cwd=gone, capture_output=True, stdin=subprocess.DEVNULL, timeout=programs.TIMEOUT)
                self.assertEqual(3, result.returncode, result.stderr)
                self.assertNotIn(b"terminate", result.stderr)


if __name__ == "__main__":
    programs.main()
