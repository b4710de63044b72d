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


if __name__ == "__main__":
    programs.main()
