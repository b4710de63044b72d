#!/usr/bin/env python3
# Words and options that do not exist: one line that names what was found, and exit status 2.
import os

import programs

WORDS = ["analyze", "trace", "recipes", "replay"]
# Built without the recorder, the other words must still work.
if os.path.exists(os.path.join(programs.BIN, "exectrail-record")):
    WORDS.insert(0, "record")


class Usage(programs.Case):
    def expect_usage_error(self, words, *parts):
        """The first line says who refuses what; help may follow."""
        result = self.run_words(*words)
        self.expect(result, 2, stdout=[])
        first = result.stderr.decode().split("\n")[0]
        self.assertRegex(first, r"\Aexectrail[-a-z]*: .")
        for part in parts:
            self.assertIn(part, first)

    def test_help(self):
        for words in [[]] + [[word] for word in WORDS]:
            with self.subTest(words):
                self.expect(self.run_words(*words, "--help"), 0, stderr=[], stdout="exectrail")

    def test_version(self):
        for words in [[]] + [[word] for word in WORDS]:
            with self.subTest(words):
                self.expect(self.run_words(*words, "--version"), 0, stderr=[], stdout="0.1.0")

    def test_unknown_option(self):
        for word in WORDS:
            with self.subTest(word):
                self.expect_usage_error([word, "--frobnicate"], "--frobnicate")

    def test_unknown_word(self):
        self.expect_usage_error(["frobnicate"], "frobnicate")

    def test_no_word(self):
        self.expect_usage_error([], "word")

    def test_a_service_that_is_not_configured(self):
        if os.path.exists("/etc/exectrail/analyzer.yaml"):
            self.skipTest("it is configured here")
        for word in ("status", "top"):
            self.expect_usage_error([word], "no folder", "name the one that the recorder writes into")

    def test_bad_values(self):
        for words in (["record", "--duration", "soon"], ["record", "--source", "psychic"],
                      ["record", "--failed", "some"], ["analyze", "--format", "morse", "x.trail"],
                      ["analyze", "--fail-on", "awful", "x.trail"]):
            if words[0] not in WORDS:
                continue
            with self.subTest(words):
                self.expect_usage_error(words, words[1], words[2])

    def test_what_was_typed_cannot_act_on_the_terminal(self):
        evil = b"\xff\x1b[31m\n"
        for words in (["record", b"--" + evil], ["record", "--failed", evil], ["record", b"x" + evil],
                      ["record", "--duration", evil],
                      ["analyze", b"--" + evil], ["analyze", "--fail-on", evil, "x.trail"],
                      ["recipes", evil], ["trace", evil], ["trace", "dump", "--pid", evil, "x.trail"],
                      ["replay", b"--" + evil], ["replay", evil]):
            if words[0] not in WORDS:
                continue
            with self.subTest(words):
                result = self.run_words(*words)
                self.assertEqual(2, result.returncode)
                self.assertIn(b"\\xff\\x1b[31m\\n", result.stderr)
                self.assertNotIn(b"\x1b", result.stderr)
                self.assertNotIn(rb"\\x1b", result.stderr, "escaped twice")

    def test_what_is_none_says_what_would_do(self):
        for words, text in ((["record", "--failed", "foo"], "none of noteworthy, all, none"),
                            (["trace", "dump", "--pid", "abc", "x.trail"],
                             "--pid: abc is not a number that it can take"),
                            (["record", "--ouput", "x", "--", "ls"], "not expected: --ouput x; see"),
                            (["record", "ls", "-l"], "not expected: ls -l; a COMMAND goes after --"),
                            (["trace", "info", "--a", "b", "--c"], "not expected: --a --c"),
                            (["analyze", "--a", "x.trail", "--c"], "not expected: --a --c"),
                            (["replay", "list", "--a", "--c"], "not expected: --a --c"),
                            (["record", "-o", "", "--", "ls"], "--output: the name of a file"),
                            (["analyze", "--where", "", "x.trail"], "--where: an expression is")):
            if words[0] not in WORDS:
                continue
            with self.subTest(words):
                result = self.run_words(*words)
                self.expect(result, 125 if "--" in words else 2, stdout=[], stderr=text)


if __name__ == "__main__":
    programs.main()
