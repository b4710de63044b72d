#!/usr/bin/env python3
# What keeps a recording from starting: the value found, what is needed, and 125 beside a COMMAND (as
# with env(1) and timeout(1)), 3 otherwise.
import os
import unittest

import programs


@unittest.skipUnless(os.geteuid() == 0, "taking privileges away needs root")
class NoPrivilege(programs.Case):
    def test_host(self):
        result = self.run_as_nobody("exectrail-record", "-a", "-o", "/tmp/exectrail-nobody.trail")
        self.expect_refusal(result, 3, "root")
        self.assertFalse(os.path.exists("/tmp/exectrail-nobody.trail"))

    def test_command(self):
        result = self.run_as_nobody("exectrail-record", "-o", "-", "--", "true")
        self.expect_refusal(result, 125, "root")


class NoTracefs(programs.Case):
    """In a mount namespace of its own, whose tracefs is covered by an empty folder."""

    def setUp(self):
        if programs.why_not_live():
            self.skipTest(programs.why_not_live())
        super().setUp()

    def run_covered(self, *words):
        cover = ("for place in /sys/kernel/tracing /sys/kernel/debug; do"
                 " mount -t tmpfs -o ro none $place; done; exec \"$@\"")
        return self.run_words(*words, prefix=["unshare", "-m", "sh", "-c", cover, "sh"])

    def test_host(self):
        self.expect_refusal(self.run_covered("record", "-a", "-o", "t.trail"), 3, "mount -t tracefs")

    def test_command(self):
        result = self.run_covered("record", "-o", "t.trail", "--", "true")
        self.expect_refusal(result, 125, "mount -t tracefs")


class Output(programs.LiveCase):
    def test_folder_missing(self):
        result = self.run_words("record", "-o", "no/such/t.trail", "--", "true")
        self.expect_refusal(result, 125, "no/such/t.trail", "No such file or directory")

    def test_disk_full(self):
        result = self.run_words("record", "-o", "/dev/full", "--", "true")
        self.expect(result, 125, stderr="No space left on device")


class Command(programs.LiveCase):
    """Whatever COMMAND's fate, its status is passed on and the trace is whole."""

    def record(self, *command):
        result = self.run_words("record", "-o", "t.trail", "--", *command)
        self.assertEqual(0, self.run_words("trace", "info", "t.trail").returncode)
        return result

    def test_exit_status(self):
        for status in (0, 1, 7, 255):
            with self.subTest(status):
                self.expect(self.record("sh", "-c", f"exit {status}"), status)

    def test_killed(self):
        self.expect(self.record("sh", "-c", "kill -TERM $$"), 128 + 15)

    def test_not_found(self):
        result = self.record("exectrail-no-such-program")
        self.expect(result, 127, stderr=["exectrail-no-such-program", "No such file or directory"])

    def test_not_executable(self):
        path = self.write("data", "no program")
        self.expect(self.record(path), 126, stderr=[path, "Permission denied"])

    def test_its_output_is_its_own(self):
        result = self.record("sh", "-c", "echo out; echo err >&2; cat")
        self.expect(result, 0, stdout="out\n", stderr="err\n")


if __name__ == "__main__":
    programs.main()
