#!/usr/bin/env python3
# Rules of other tools: the account that `rules check` gives (tests/data/rules/check.txt; BLESS=1 writes
# it anew), and alerts of theirs on a recording of the corpus.
import json
import os
import pathlib

import programs

ROOT = pathlib.Path(programs.ROOT)
RULES = ROOT / "tests/data/rules"
SERVER = str(ROOT / "corpus/attack/web-shell-drops-to-tmp/trace.trail")
SITE = str(RULES / "site")


class Rules(programs.Case):
    def test_account(self):
        result = self.run_words("rules", "check", SITE)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        said = result.stdout.decode().replace(str(RULES) + "/", "")
        golden = RULES / "check.txt"
        if os.environ.get("BLESS"):
            golden.write_text(said)
        self.assertEqual(said, golden.read_text())

    def test_strict(self):
        self.assertEqual(self.run_words("rules", "check", "--strict", SITE).returncode, 1)
        good = self.write("good.yml", (RULES / "site/sigma.yml").read_text().split("---")[0])
        self.assertEqual(self.run_words("rules", "check", "--strict", good).returncode, 0)

    def test_nothing_there(self):
        for words in (["rules", "check", "/nonexistent.yml"],
                      ["analyze", "--rules", "/nonexistent.yml", SERVER]):
            self.expect_refusal(self.run_words(*words), 2, "/nonexistent.yml", "No such file")
        broken = str(RULES / "site/broken.yml")
        result = self.run_words("analyze", "--rules", broken, SERVER)
        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.assertIn("none of these rules can be used", result.stderr.decode())

    def analyzed(self, *words):
        result = self.run_words("analyze", *words, "--rules", SITE, "--format", "json", SERVER)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertIn("8 rules in 4 files: 2 loaded, 2 loaded with a warning, 4 refused",
                      result.stderr.decode())
        return [json.loads(line) for line in result.stdout.splitlines()]

    def test_alerts(self):
        falco, policy, rule = self.analyzed("--no-builtin")
        self.assertEqual(falco["rule"]["id"], "Program of a Web Server in a Temporary Folder")
        self.assertEqual(falco["rule"]["ruleset"], "falco")
        self.assertEqual(falco["threat"]["technique"]["subtechnique"]["id"], ["T1505.003"])
        self.assertEqual(rule["rule"], {
            "name": "sigma/program-run-from-a-temporary-folder", "version": "2026-01-15",
            "id": "7d3a3c1e-2f0b-4c55-9a61-0f6c8f2f7a10", "author": ["Exectrail's tests"],
            "description": "Program Run From a Temporary Folder", "ruleset": "sigma",
            "category": "rule", "reference": ["https://example.org/temporary"]})
        self.assertEqual(rule["exectrail"]["rule"], {
            "source": "sigma.yml:1", "status": "test", "tags": ["attack.execution", "attack.t1204"]})
        self.assertEqual(rule["exectrail"]["severity"], "high")
        self.assertEqual(rule["threat"]["technique"]["id"], ["T1204"])
        self.assertEqual(policy["rule"]["id"], "shop/nothing-from-tmp")
        self.assertEqual(policy["exectrail"]["rule"], {
            "source": "kubearmor.yaml:1", "tags": ["tmp", "noexec"], "action": "Block",
            "message": "Something ran from a temporary folder", "severity": 3})
        for alert in (falco, policy, rule):
            self.assertEqual(alert["file"]["path"], "/tmp/x")

    def test_beside_recipes(self):
        names = {alert["rule"]["name"] for alert in self.analyzed()}
        self.assertIn("exec_from_unusual_dir", names)
        self.assertIn("kubearmor/nothing-from-tmp", names)

    def test_explain(self):
        name = "sigma/program-run-from-a-temporary-folder"
        result = self.run_words("recipes", "explain", name, SERVER, "--rules", SITE)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        said = result.stdout.decode()
        self.assertIn("process.executable = '/tmp/x'", said)
        self.assertIn("false        surely(parent.executable nocase endswith '/dpkg')", said)
        self.assertIn("verdict  alert, high", said)


if __name__ == "__main__":
    programs.main()
