#!/usr/bin/env python3
# exectrail trace cut and merge: what they take, what the results say about where they come from, and
# what they refuse.
import glob
import os
import re
import subprocess

import programs

TRACES = sorted(glob.glob(os.path.join(programs.ROOT, "corpus", "*", "*", "trace*.trail")))


def field(name, text):
    """The values of the lines of info or verify that begin with `name`."""
    return re.findall(rf"^{name} +(.*)$", text, re.MULTILINE)


class DeriveCase(programs.Case):
    def setUp(self):
        super().setUp()
        self.whole = next(path for path in TRACES if "/attack/" in path)

    def output(self, *words, status=0):
        result = self.run_words(*words)
        self.expect(result, status, stderr=[] if status == 0 else None)
        return result.stdout.decode()

    def execs(self, path):
        """(pid, path) of each exec."""
        return re.findall(r"^ *\S+  exec +(\d+)\.\d+ .*? exe (\S+?)\[", self.output("trace", "dump", path),
                          re.MULTILINE)

    def middle(self, path):
        """The time of an exec with as many before it as after it, as seconds since the start."""
        times = re.findall(r"^ *(\d\S*)  exec ", self.output("trace", "dump", path), re.MULTILINE)
        self.assertGreater(len(set(times)), 1, "the trace is too small for this test")
        return "+" + sorted(set(times))[len(set(times)) // 2]

    def head(self, path):
        return field("head", self.output("trace", "verify", path))[0]


class Cut(DeriveCase):
    def test_everything_holds_the_same_and_says_what_it_is(self):
        self.output("trace", "cut", "-o", "all.trail", self.whole)
        self.assertEqual(self.execs(self.whole), self.execs("all.trail"))
        head = self.head(self.whole)
        recording = field("recording", self.output("trace", "info", self.whole))[0].split(",")[0]
        self.assertEqual([f"recording {recording}, head {head}"],
                         field("parent", self.output("trace", "verify", "all.trail")))
        self.assertEqual([f"{recording}, head {head}"],
                         field("parent", self.output("trace", "info", "all.trail")))
        self.assertIn("cut to everything by", self.output("trace", "info", "all.trail"))

    def test_a_cut_of_a_cut_names_both(self):
        self.output("trace", "cut", "-o", "one.trail", self.whole)
        self.output("trace", "cut", "-o", "two.trail", "one.trail")
        parents = field("parent", self.output("trace", "verify", "two.trail"))
        self.assertEqual([self.head(self.whole), self.head("one.trail")],
                         [parent.split("head ")[1] for parent in parents])

    def test_by_pid_and_by_executable(self):
        execs = self.execs(self.whole)
        pid, path = execs[-1]
        self.output("trace", "cut", "--pid", pid, "-o", "pid.trail", self.whole)
        self.assertIn((pid, path), self.execs("pid.trail"))
        self.output("trace", "cut", "--executable", path[:-1] + "?", "-o", "glob.trail", self.whole)
        self.assertIn((pid, path), self.execs("glob.trail"))
        self.output("trace", "cut", "--executable", os.path.basename(path), "-o", "name.trail", self.whole)
        self.assertEqual(self.execs("glob.trail"), self.execs("name.trail"))
        self.assertLessEqual(set(self.execs("pid.trail")), set(execs))

    def test_a_span_of_time_and_its_complement(self):
        middle = self.middle(self.whole)
        self.output("trace", "cut", "--to", middle, "-o", "early.trail", self.whole)
        self.output("trace", "cut", "--from", middle, "-o", "late.trail", self.whole)
        self.assertEqual(self.execs(self.whole), self.execs("early.trail") + self.execs("late.trail"))
        self.assertTrue(self.execs("early.trail") and self.execs("late.trail"))

    def test_nothing_is_said(self):
        result = self.run_words("trace", "cut", "--executable", "/no/such", "-o", "none.trail", self.whole)
        self.expect(result, 0, stderr="no exec in")
        self.assertEqual([], self.execs("none.trail"))

    def test_signed(self):
        self.output("trace", "keygen", "-o", "key")
        self.output("trace", "cut", "--sign", "key", "-o", "signed.trail", self.whole)
        self.assertIn("signature   good", self.output("trace", "verify", "--key", "key.pub", "signed.trail"))

    def test_a_folder_is_not_packed(self):
        os.mkdir(self.path("trail"))
        self.expect_refusal(self.run_words("trace", "pack", "trail"), 3,
                            "trail stays as it is: it is a folder; name the traces in it")

    def test_to_standard_output(self):
        result = self.run_words("trace", "cut", "-o", "-", self.whole)
        self.expect(result, 0, stderr=[])
        self.write("piped.trail", result.stdout)
        self.assertEqual(self.execs(self.whole), self.execs("piped.trail"))

    def test_bad_times(self):
        for option, text in (("--from", "yesterday"), ("--to", "2026-13-01"), ("--from", "+"),
                             ("--to", "2026-03-04T05"), ("--from", "+99999999999"),
                             ("--from", "2026-03-04T05:06:07.1234567890Z"), ("--to", "1969-12-31")):
            with self.subTest(text):
                result = self.run_words("trace", "cut", f"{option}={text}", "-o", "x.trail", self.whole)
                self.expect_refusal(result, 2, option, text, "2026-03-04T05:06:07.123Z")
                self.assertFalse(os.path.exists(self.path("x.trail")))

    def test_from_after_to(self):
        result = self.run_words("trace", "cut", "--from", "+2", "--to", "+1", "-o", "x.trail", self.whole)
        self.expect_refusal(result, 2, "is not before")

    def test_bad_pid(self):
        result = self.run_words("trace", "cut", "--pid", "init", "-o", "x.trail", self.whole)
        self.expect(result, 2, stderr=["--pid", "init"], stdout=[])

    def test_existing_output_is_left_alone(self):
        path = self.write("there.trail", "evidence")
        result = self.run_words("trace", "cut", "-o", path, self.whole)
        self.expect_refusal(result, 3, path, "exists already")
        with open(path) as file:
            self.assertEqual("evidence", file.read())

    def test_standard_input_is_no_parent(self):
        with open(self.whole, "rb") as whole:
            result = self.run_words("trace", "cut", "-o", "x.trail", "/dev/stdin", input=whole.read())
        self.expect_refusal(result, 3, "read twice")

    def test_damaged(self):
        with open(self.whole, "rb") as file:
            whole = file.read()
        path = self.write("part.trail", whole[:-100])
        result = self.run_words("trace", "cut", "-o", "cut.trail", path)
        self.expect(result, 3, stderr=[path, "what is intact of it is taken"])
        self.assertIn(", not whole", self.output("trace", "verify", "cut.trail"))
        self.assertIn("was not whole: it ", self.output("trace", "info", "cut.trail"))

    def test_full_disk(self):
        for words in (["cut", "-o", "-", self.whole], ["merge", "-o", "-", *TRACES[:2]]):
            with self.subTest(words), open("/dev/full", "wb") as full:
                result = subprocess.run(programs.program("trace", *words), stdout=full,
                                        stderr=subprocess.PIPE, timeout=programs.TIMEOUT)
                self.assertEqual(3, result.returncode)
                self.assertIn(b"No space left on device", result.stderr)


class Merge(DeriveCase):
    def test_halves_make_the_whole(self):
        middle = self.middle(self.whole)
        self.output("trace", "cut", "--to", middle, "-o", "early.trail", self.whole)
        self.output("trace", "cut", "--from", middle, "-o", "late.trail", self.whole)
        self.output("trace", "merge", "-o", "both.trail", "late.trail", "early.trail")
        self.assertEqual(self.execs(self.whole), self.execs("both.trail"))
        parents = "\n".join(field("parent", self.output("trace", "verify", "both.trail")))
        for path in (self.whole, "early.trail", "late.trail"):
            self.assertIn(self.head(path), parents)

    def test_several_hosts(self):
        other = next(path for path in TRACES if path != self.whole)
        self.output("trace", "merge", "-o", "both.trail", self.whole, other)
        self.assertEqual(sorted(self.execs(self.whole) + self.execs(other)), sorted(self.execs("both.trail")))
        info = self.output("trace", "info", "both.trail")
        self.assertEqual(1, len(field("also", info)))
        self.assertEqual(2, len(field("parent", info)))

    def test_the_same_trace_twice(self):
        result = self.run_words("trace", "merge", "-o", "x.trail", self.whole, self.whole)
        self.expect_refusal(result, 3, "hold the same trace")

    def test_not_a_trace(self):
        path = self.write("text.trail", "no trace, whatever its name says\n")
        result = self.run_words("trace", "merge", "-o", "x.trail", self.whole, path)
        self.expect_refusal(result, 3, path, "is not an Exectrail trace")
        self.assertFalse(os.path.exists(self.path("x.trail")))


class Usage(DeriveCase):
    def test_what_is_missing(self):
        for words in (["cut", self.whole], ["cut", "-o", "x.trail"], ["merge", "-o", "x.trail"]):
            with self.subTest(words):
                self.expect(self.run_words("trace", *words), 2, stderr="exectrail: trace:", stdout=[])

    def test_help_has_examples(self):
        for word in ("cut", "merge"):
            self.expect(self.run_words("trace", word, "--help"), 0, stdout=["Example", f"trace {word} "])


if __name__ == "__main__":
    programs.main()
