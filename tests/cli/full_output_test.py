#!/usr/bin/env python3
# Standard output that cannot take the answer: half an answer is no success, unless nobody wanted more.
import glob
import os
import shutil
import subprocess

import programs

TRACE = sorted(glob.glob(os.path.join(programs.ROOT, "corpus", "attack", "*", "trace*.trail")))[0]
RULES = os.path.join(programs.ROOT, "tests", "data", "rules")
CORPUS = os.path.join(programs.ROOT, "corpus")


class FullOutput(programs.Case):
    def test_every_program_says_so(self):
        for words in (["trace", "dump", TRACE], ["trace", "info", TRACE],
                      ["analyze", "--format", "json", TRACE], ["recipes", "list"],
                      ["replay", "list", CORPUS], ["replay", "run", CORPUS]):
            with self.subTest(words), open("/dev/full", "wb") as full:
                result = subprocess.run(programs.program(*words), stdout=full,
                                        stderr=subprocess.PIPE, timeout=programs.TIMEOUT)
                self.assertEqual(3, result.returncode)
                self.assertIn(b"cannot write standard output", result.stderr)


class NoReader(programs.Case):
    """As in `| head`, of analyzer's commands: no more is written, and a status that was asked for is
    still the one of the whole."""

    def run_unread(self, *words):
        reader, writer = os.pipe()
        os.close(reader)
        with open(writer, "wb") as output:
            return subprocess.run(programs.program(*words), stdout=output, stderr=subprocess.PIPE,
                                  stdin=subprocess.DEVNULL, timeout=programs.TIMEOUT)

    def test_text_only(self):
        for words in (["analyze", TRACE], ["analyze", "--where", "any(args, it != '')", TRACE],
                      ["analyze", "--what-if", "noexec=/tmp", TRACE], ["recipes", "list"],
                      ["recipes", "show", "exec_from_unusual_dir"],
                      ["recipes", "explain", "46b4d05435c3", TRACE],
                      ["rules", "check", RULES], ["rules", "convert", os.path.join(RULES, "nothing-from-tmp.yaml")]):
            with self.subTest(words):
                result = self.run_unread(*words)
                self.assertNotIn(b"cannot write", result.stderr)
                self.assertEqual(0, result.returncode)

    def test_a_status_that_was_asked_for(self):
        segments = self.path("segments")
        os.mkdir(segments)
        shutil.copy(TRACE, segments)
        for path in (TRACE, segments):
            with self.subTest(path):
                result = self.run_unread("analyze", "--format", "text", "--fail-on", "medium", path)
                self.assertEqual(1, result.returncode)
                self.assertIn(b"1 medium", result.stderr)
                self.assertEqual(0, self.run_unread("analyze", path).returncode)
        self.assertEqual(1, self.run_unread("rules", "check", "--strict", RULES).returncode)


if __name__ == "__main__":
    programs.main()
