#!/usr/bin/env python3
# exectrail-replay as people and pipelines meet it: exit codes, what is said about broken scenarios
# and broken recordings, and the JSON form.
import json
import os
import re
import shutil
from xml.etree import ElementTree

import programs

ORIGINAL = os.path.join(programs.ROOT, "corpus", "evasion", "relative-path-from-tmp")


class Replay(programs.Case):
    def setUp(self):
        super().setUp()
        self.name = "corpus/evasion/relative-path-from-tmp"
        shutil.copytree(ORIGINAL, self.path(self.name))

    def change(self, file, old, new):
        with open(self.path(f"{self.name}/{file}")) as original:
            text = original.read()
        self.assertIn(old, text)
        self.write(f"{self.name}/{file}", text.replace(old, new))

    def run_corpus(self, *words):
        return self.run_words("replay", "run", *words)

    def test_passing(self):
        # corpus/ is the default, and what passes is not worth a line.
        result = self.run_corpus()
        self.expect(result, 0, stdout="1 scenario in 2 recordings: 2 passed, 0 failed", stderr=[])
        self.assertEqual(1, result.stdout.count(b"\n"))
        self.expect(self.run_corpus(self.name, "-v"), 0, stdout="PASS          evasion/relative-")

    def test_list(self):
        self.expect(self.run_words("replay", "list"), 0, stderr=[],
                    stdout=["evasion/relative-path-from-tmp", "T1204.002", "[dash bash]"])

    def test_wrong_expectation(self):
        self.change("scenario.yaml", "severity: high", "severity: low")
        self.expect(self.run_corpus(), 1, stderr=[],
                    stdout=["FAIL ", "- expected  low      /tmp/x", "+ got       high     /tmp/x",
                            "rerun     exectrail replay run " + self.name, "2 failed"])

    def test_unwanted_alert(self):
        self.change("scenario.yaml", "executable: /tmp/x, typed: ./x",
                    "executable: /tmp/y, typed: ./y")
        self.expect(self.run_corpus(), 1,
                    stdout="differs   executable: expected /tmp/y, got /tmp/x")

    def test_typing_error(self):
        self.change("scenario.yaml", "silent:", "slient:")
        self.expect(self.run_corpus(), 2, stdout=[],
                    stderr=[self.name + "/scenario.yaml:", "error[S010]", "did you mean 'silent'?"])

    def test_unknown_recipe(self):
        self.change("scenario.yaml", "recipe: exec_from_unusual_dir",
                    "recipe: exec_from_unusual_dirs")
        self.expect(self.run_corpus(), 2, stdout=[],
                    stderr=["error[S040]", "did you mean 'exec_from_unusual_dir'?"])

    def test_recipes_of_ones_own(self):
        self.write("mine.yaml", "recipe: mine\n")
        self.expect(self.run_corpus("--no-builtin", "--recipes", "mine.yaml", self.name), 2,
                    stdout=[], stderr="mine.yaml:1:1: error[R")
        self.expect_refusal(self.run_corpus("--recipes", "missing.yaml"), 3, "missing.yaml")

    def test_missing_recording(self):
        os.remove(self.path(self.name + "/trace.bash.trail"))
        self.expect(self.run_corpus(), 1, stdout=["there is no " + self.name + "/trace.bash.trail",
                                                  "record-live " + self.name + " --variant bash",
                                                  "1 passed, 1 failed"])

    def test_damaged_recording(self):
        path = self.path(self.name + "/trace.bash.trail")
        with open(path, "rb") as file:
            content = file.read()
        for name, damaged in (("cut short", content[:len(content) // 2]), ("empty", b""),
                              ("changed", content[:-100] + b"\0" * 100), ("other", b"#!/bin/sh\n")):
            with self.subTest(name):
                self.write(self.name + "/trace.bash.trail", damaged)
                self.expect(self.run_corpus(), 1, stderr=[],
                            stdout=["trace.bash.trail", "1 passed, 1 failed"])

    def test_dump_that_disagrees(self):
        self.change("trace.dash.txt", "/tmp/x", "/usr/bin/true")
        self.expect(self.run_corpus(), 1, stdout=["the dump does not agree with the trace",
                                                  self.name + "/trace.dash.txt:19:116: …",
                                                  "/usr/bin/true}[image]", "the trace says: …", "/tmp/x}",
                                                  "exectrail trace dump", "1 passed, 1 failed"])

    def test_json(self):
        self.change("scenario.yaml", "severity: high", "severity: low")
        result = self.run_corpus("--format", "json")
        self.expect(result, 1, stderr=[])
        dash, bash, totals = map(json.loads, result.stdout.splitlines())
        self.assertEqual(("fail", "dash", "bash"), (dash["verdict"], dash["variant"],
                                                    bash["variant"]))
        self.assertEqual("low", dash["findings"][0]["expected"]["severity"])
        self.assertEqual("high", dash["findings"][0]["got"][0]["severity"])
        self.assertEqual(2, totals["totals"]["failed"])

    def whole_corpus(self):
        """corpus/ with all of the shipped scenarios."""
        shutil.rmtree(self.path("corpus"))
        shutil.copytree(os.path.join(programs.ROOT, "corpus"), self.path("corpus"))

    def test_selection(self):
        self.whole_corpus()
        self.expect(self.run_corpus("--tag", "relative-path", "-v"), 0, stderr=[],
                    stdout="evasion/relative-path-from-tmp")
        self.expect(self.run_corpus("--recipe", "failed_exec_burst", "--technique", "T1083"), 0,
                    stderr=[])
        for words, message in ((("--tag", "relativ-path"), "did you mean 'relative-path'?"),
                               (("--technique", "T9999"), "has the technique 'T9999'"),
                               (("--recipe", "site.yaml"), "given with --recipes"),
                               (("--variant", "zsh"), "has the variant 'zsh'")):
            with self.subTest(words):
                self.expect_refusal(self.run_corpus(*words), 2, message)

    def test_each_recipe_is_exercised(self):
        self.whole_corpus()
        self.expect(self.run_corpus(), 0, stdout="not applied   recipe new_parent_child: ")
        self.write("mine.yaml", "recipe: mine\nversion: 1.0.0\ntitle: Mine\nseverity: low\n"
                   "attack: [TA0002/T1204]\njudge: {results: [ok]}\nwhen: process.name == 'no-such-program'\n")
        self.expect(self.run_corpus("corpus", "--recipes", "mine.yaml"), 1, stderr=[],
                    stdout="FAIL          recipe mine: no passing scenario expects it to fire")
        self.expect(self.run_corpus("corpus/benign", "--recipes", "mine.yaml"), 0)

    def test_any_number_of_jobs_says_the_same(self):
        self.change("scenario.yaml", "severity: high", "severity: low")

        def text(jobs):
            result = self.run_corpus("-v", "-j", jobs)
            return re.sub(rb" +[0-9.]+ m?s$", b"", result.stdout, flags=re.M)
        one = text("1")
        self.assertIn(b"2 failed", one)
        self.assertEqual(one, text("2"))
        self.assertEqual(one, text("16"))

    def test_rerun_line_has_the_recipes(self):
        self.change("scenario.yaml", "severity: high", "severity: low")
        self.write("my recipe.yaml", "lists: {mine: [x]}\n")
        self.expect(self.run_corpus("--recipes", "my recipe.yaml"), 1,
                    stdout=f"rerun     exectrail replay run {self.name} --recipes 'my recipe.yaml'\n")

    def test_unexpected_alerts_can_be_a_warning(self):
        self.write("noisy.yaml", "recipe: noisy\nversion: 1.0.0\ntitle: Noisy\nseverity: low\n"
                   "attack: [TA0002/T1204]\njudge: {results: [ok]}\nwhen: process.name == 'x'\n")
        noisy = ("--recipes", "noisy.yaml")
        self.expect(self.run_corpus(*noisy), 1, stdout="noisy, expected silence")
        self.expect(self.run_corpus(*noisy, "--unexpected", "warn"), 0,
                    stdout=["WARN ", "noisy, expected silence", "2 with a warning"])
        self.expect(self.run_corpus(*noisy, "--unexpected", "ignore"), 0,
                    stdout="unexpected alerts on scenarios of attacks: 0 high, 0 medium, 2 low")

    def test_junit_is_xml(self):
        self.change("scenario.yaml", "severity: high", "severity: low")
        result = self.run_corpus("--format", "junit")
        self.expect(result, 1, stderr=[])
        suites = ElementTree.fromstring(result.stdout)
        self.assertEqual(("2", "2"), (suites.get("tests"), suites.get("failures")))
        failure = suites.find("testsuite/testcase/failure")
        self.assertIn("- expected  low      /tmp/x", failure.text)

    def test_bad_usage(self):
        for words in (["run", "--format", "morse"], ["run", "--frobnicate"], ["frobnicate"],
                      ["record-live"], ["record-live", "--timeout", "soon", "x"], []):
            with self.subTest(words):
                result = self.run_words("replay", *words)
                self.expect(result, 2, stdout=[], stderr="exectrail-replay: ")
        self.expect_refusal(self.run_corpus("missing"), 3, "missing: no such file or folder")
        os.mkdir(self.path("empty"))
        self.expect_refusal(self.run_corpus("empty"), 3, "empty holds no scenario")


if __name__ == "__main__":
    programs.main()
