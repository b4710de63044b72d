#!/usr/bin/env python3
# Units and configuration as they are shipped: systemd takes the units, the programs take the
# configuration, and every option that makes sense in it is explained in it.
import os
import re
import shutil
import subprocess

import programs

ETC = os.path.join(programs.ROOT, "packaging", "etc")
SYSTEMD = os.path.join(programs.ROOT, "packaging", "systemd")
# Of a person at a terminal, or not of a service.
NOT_OF_A_SERVICE = {
    "record": {"help", "version", "config", "check-config", "probe", "format", "all", "as-root",
               "wait-tree", "flight-recorder"},
    "analyze": {"help", "version", "config", "check-config", "where", "fail-on",
                "allow-inconclusive", "posture", "profile", "profile-json", "threads",
                "what-if"},
}
RULE = """title: Whoami
logsource: {category: process_creation, product: linux}
detection: {selection: {Image|endswith: /whoami}, condition: selection}
level: low
"""
FILES = {"record": "recorder.yaml", "analyze": "analyzer.yaml"}


class Packaging(programs.Case):
    def text(self, word):
        with open(os.path.join(ETC, FILES[word])) as file:
            return file.read()

    def test_every_option_is_explained(self):
        for word, excepted in NOT_OF_A_SERVICE.items():
            with self.subTest(word):
                usage = self.run_words(word, "--help").stdout.decode()
                options = set(re.findall(r"^  (?:-\w,)?--([a-z-]+)", usage, re.M)) - excepted
                self.assertGreater(len(options), 5)
                explained = re.findall(r"^#?([a-z-]+): ", self.text(word), re.M)
                self.assertEqual(sorted(options), sorted(explained))

    def test_the_programs_take_them(self):
        """As they are, and with every line that is commented out."""
        os.mkdir(self.path("recipes.d"))
        os.mkdir(self.path("rules.d"))
        self.write("rules.d/one.yml", RULE)
        self.write("recipes.d/site.yaml", "override: exec_from_unusual_dir\n"
                                          "classes: {temp: {severity: critical}}\n")
        baseline = self.write("baseline.json", "{}")
        workloads = self.write("pods.json", "{}")
        key = self.path("host.key")
        self.expect(self.run_words("trace", "keygen", "-o", key), 0)
        for word in FILES:
            text = self.text(word).replace("/etc/exectrail/recipes.d", self.path("recipes.d"))
            text = text.replace("/etc/exectrail/rules.d", self.path("rules.d"))
            text = text.replace("/etc/exectrail/baseline.json", baseline)
            text = text.replace("/etc/exectrail/pods.json", workloads)
            text = text.replace("/etc/exectrail/host.key", key)
            text = text.replace("/var/lib/exectrail/trail/", self.path("trail/"))
            for name, content in (("as-is", text), ("all", re.sub(r"^#([a-z-]+: )", r"\1", text, flags=re.M))):
                if name == "all":
                    content = content.replace(f"baseline: {baseline}", "baseline: ")
                with self.subTest(word + " " + name):
                    path = self.write(f"{word}-{name}.yaml", content)
                    self.expect(self.run_words(word, "--config", path, "--check-config"), 0,
                                stdout=[], stderr=[])

    def test_what_is_wrong_is_named(self):
        for text, part in (("rotate: tomorrow\n", "--rotate"), ("rotat: 1h\n", "--rotat"),
                           ("output: a\noutput: b\n", ":2:1: output is here for the second time"),
                           ("- a\n", "a map of options to values is needed"),
                           ("output: {a: b}\n", ":1:9: a plain value is needed here"),
                           ("a: [\n", ".yaml:2:1: "), ("config: x\n", "not the name of an option")):
            with self.subTest(text):
                path = self.write("bad.yaml", text)
                self.expect(self.run_words("record", "--config", path, "--check-config"), 2,
                            stderr=part)
        self.expect_refusal(self.run_words("record", "--config", "/nowhere.yaml"), 3, "/nowhere.yaml")

    def test_what_cannot_start_does_not_pass(self):
        key = self.path("k")
        self.expect(self.run_words("trace", "keygen", "-o", key), 0)
        for text, part in (("output: nowhere/trail/\n", "cannot write into nowhere/: No such file"),
                           ("output: nowhere/t.trail\n", "cannot write into nowhere/: No such file"),
                           ("output: k/t.trail\n", "cannot write into k/: Not a directory"),
                           ("sign: nokey\n", "cannot read the key nokey"),
                           ("sign: c.yaml\n", "is not a secret key")):
            with self.subTest(text):
                os.chmod(self.write("c.yaml", text), 0o600)
                self.expect_refusal(self.run_words("record", "--config", "c.yaml", "--check-config"),
                                    3, part)
        self.write("c.yaml", f"output: {self.path('trail/')}\nsign: {key}\n")
        self.expect(self.run_words("record", "--config", "c.yaml", "--check-config"), 0)
        self.assertEqual(["c.yaml", "k", "k.pub"], sorted(os.listdir(self.folder)))

    def test_what_is_typed_counts(self):
        path = self.write("c.yaml", "rotate: tomorrow\noutput: trail/\n")
        self.expect(self.run_words("record", "--config", path, "--rotate", "1h", "--check-config"), 0)
        self.expect(self.run_words("record", "--config", path, "--rotate=1h", "-o", "x/",
                                   "--check-config"), 0)

    def test_systemd_takes_the_units(self):
        verify = shutil.which("systemd-analyze")
        if verify is None:
            self.skipTest("no systemd-analyze; package systemd has it")
        for unit in ("exectrail-record.service", "exectrail-analyze.service"):
            with open(os.path.join(SYSTEMD, unit)) as file:
                text = file.read()
            self.assertIn("=/usr/bin/exectrail-", text)
            self.write(unit, text.replace("/usr/bin/exectrail-", programs.BIN + "/exectrail-"))
        shutil.copy(os.path.join(SYSTEMD, "exectrail.target"), self.folder)
        units = [self.path(name) for name in sorted(os.listdir(self.folder))]
        result = subprocess.run([verify, "verify", "--man=no", *units], capture_output=True,
                                timeout=programs.TIMEOUT,
                                env={**os.environ, "SYSTEMD_UNIT_PATH": self.folder + ":"})
        ours = [line for line in result.stderr.decode().splitlines() if "exectrail" in line]
        self.assertEqual([], ours)
        # One that it would not take, to know that it looks.
        self.write("exectrail-bad.service", "[Service]\nExecStart=/nowhere/at/all\nNoSuchThing=1\n")
        bad = subprocess.run([verify, "verify", "--man=no", self.path("exectrail-bad.service")],
                             capture_output=True, timeout=programs.TIMEOUT)
        self.assertIn("exectrail-bad.service", bad.stderr.decode())


if __name__ == "__main__":
    programs.main()
