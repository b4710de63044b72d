#!/usr/bin/env python3
# `trace import`: logs of other sensors become traces that can be dumped, verified and analysed.
import os

import programs

DATA = os.path.join(programs.ROOT, "tests", "data", "import")


class Import(programs.Case):
    def imported(self, sensor, name, status=0, *more):
        out = self.path("t.trail")
        result = self.run_words("trace", "import", "--from", sensor, "-o", out,
                                os.path.join(DATA, name), *more)
        self.expect(result, status, stdout=[])
        self.expect(self.run_words("trace", "verify", out), 0, stdout="intact")
        return out, result.stderr.decode()

    def test_auditd(self):
        out, said = self.imported("auditd", "auditd-hard.txt", 0)
        self.assertIn("1 execs, 1 failed", said)
        dump = self.run_words("trace", "dump", out)
        self.expect(dump, 0, stdout=["host web03", "errno 13", '"a b\\xff%ä"', "imported from the auditd log"])
        analysis = self.run_words("analyze", "--format", "json", out)
        self.expect(analysis, 0, stdout=['"exec_from_unusual_dir"', '"external"'])

    def test_laurel(self):
        out, _ = self.imported("laurel", "laurel-arp.txt")
        self.expect(self.run_words("trace", "dump", out), 0, stdout=["{arp -a}[external]"])

    def test_sysmon(self):
        out, said = self.imported("sysmon", "sysmon-log4shell.txt")
        self.assertIn("cut off", said)
        self.expect(self.run_words("trace", "dump", out), 0, stdout=["{bash -i}[inferred]"])
        self.expect(self.run_words("analyze", "--format", "json", out), 0)

    def test_what_cannot_be_read_is_said(self):
        out, said = self.imported("auditd", "auditd-rhel7.txt", 3)
        self.assertIn("6 lines could not be read", said)
        self.expect(self.run_words("trace", "dump", out), 0, stdout=["gap", "6 not decoded"])
        self.expect(self.run_words("trace", "info", out), 0, stdout="; 6 events could not be decoded")

    def test_a_pipe_into_analyze(self):
        with open(os.path.join(DATA, "auditd-hard.txt"), "rb") as log:
            made = self.run_words("trace", "import", "--from", "auditd", "-o", "-", "-", stdin=log)
        self.expect(made, 0)
        found = self.run_words("analyze", "--format", "json", "-", input=made.stdout)
        self.expect(found, 0, stdout='"/tmp/a ')

    def test_the_same_log_gives_the_same_trace(self):
        with open(self.imported("auditd", "auditd-arp.txt")[0], "rb") as file:
            first = file.read()
        os.unlink(self.path("t.trail"))
        with open(self.imported("auditd", "auditd-arp.txt")[0], "rb") as file:
            self.assertEqual(first, file.read())

    def test_no_file_is_overwritten(self):
        out = self.write("t.trail", "evidence")
        self.expect_refusal(self.run_words("trace", "import", "--from", "auditd", "-o", out,
                                           os.path.join(DATA, "auditd-arp.txt")), 3, "exists already")

    def test_another_log(self):
        self.expect_refusal(self.run_words("trace", "import", "--from", "laurel",
                                           os.path.join(DATA, "auditd-arp.txt")), 3, "is not a log of laurel")
        self.assertEqual([], os.listdir(self.folder), "nothing is left")

    def test_usage(self):
        self.expect(self.run_words("trace", "import", "--from", "falco", "x"), 2, stderr="falco", stdout=[])
        self.expect(self.run_words("trace", "import", "--help"), 0, stdout="Examples:")


if __name__ == "__main__":
    programs.main()
