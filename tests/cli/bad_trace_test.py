#!/usr/bin/env python3
# Things that are not a trace, or not a whole one: what was found, and exit status 3.
import glob
import os
import unittest

import programs

READERS = [["analyze"], ["trace", "dump"], ["trace", "info"]]


class NotATrace(programs.Case):
    def expect_refused(self, path, *parts, **options):
        for words in READERS:
            with self.subTest(" ".join(words)):
                result = self.run_words(*words, path, **options)
                self.expect_refusal(result, 3, path, *parts)

    def test_missing(self):
        self.expect_refused("/nonexistent/host.trail", "No such file or directory")

    def test_directory(self):
        self.expect_refused(self.folder, "directory")

    def test_empty(self):
        self.expect_refused(self.write("empty.trail", ""), "empty")

    def test_text(self):
        self.expect_refused(self.write("text.trail", "type=EXECVE msg=audit(1:2)\n" * 9), "is not an Exectrail trace")

    def test_elf(self):
        self.expect_refused("/bin/true", "ELF")

    def test_standard_input(self):
        result = self.run_words("analyze", "-", input=b"hello, this is no trace\n")
        self.expect_refusal(result, 3, "is not an Exectrail trace")

    @unittest.skipUnless(os.geteuid() == 0, "becoming nobody needs root")
    def test_not_readable(self):
        path = self.write("secret.trail", "x")
        os.chmod(path, 0o600)
        for words in (["exectrail-analyze"], ["exectrail-trace", "dump"]):
            with self.subTest(words):
                self.expect_refusal(self.run_as_nobody(*words, path), 3, path, "Permission denied")


class Incomplete(programs.Case):
    """The readable part is read; what is missing is said, and the status is 3."""

    def setUp(self):
        super().setUp()
        traces = glob.glob(os.path.join(programs.ROOT, "corpus", "attack", "*", "*.trail"))
        with open(sorted(traces)[0], "rb") as file:
            self.whole = file.read()

    def expect_warning(self, content, *parts):
        path = self.write("part.trail", content)
        for words in (["analyze", "--format", "json"], ["trace", "dump"]):
            with self.subTest(" ".join(words)):
                result = self.run_words(*words, path)
                self.expect(result, 3, stderr=[path, *parts])
                self.assertNotIn(b"terminate called", result.stderr)

    def test_truncated(self):
        self.expect_warning(self.whole[:-7], "it stops inside frame")

    def test_whoever_looks_for_something_in_it(self):
        """What is not found may be in the part that is missing."""
        path = self.write("part.trail", self.whole[:-7])
        for words in (["recipes", "explain", "exec_from_unusual_dir", path, "99999"],
                      ["recipes", "except", "ffffffff", path, "--reason", "x", "--until", "2099-01-01"],
                      ["replay", "minimize", path, "--alert", "ffffffff", "-o", "x.trail"]):
            with self.subTest(words[1]):
                result = self.run_words(*words)
                self.expect(result, 3, stderr=[path, "it stops inside frame"], stdout=[])
                self.assertEqual(1, result.stderr.count(b"it stops inside frame"))

    def test_every_length_near_the_start(self):
        for length in range(0, 400, 13):
            with self.subTest(length):
                path = self.write("part.trail", self.whole[:length])
                self.assertEqual(3, self.run_words("analyze", path).returncode)

    def test_damaged(self):
        middle = len(self.whole) // 2
        flipped = bytes([self.whole[middle] ^ 1])
        self.expect_warning(self.whole[:middle] + flipped + self.whole[middle + 1 :], "does not")


if __name__ == "__main__":
    programs.main()
