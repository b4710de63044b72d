#!/usr/bin/env python3
# Rules of other tools: the account that `rules check` gives (tests/data/rules/check.txt; BLESS=1 writes
# it anew), and alerts of theirs on a recording of the corpus.
import json
import os
import pathlib
import subprocess
import time
import unittest

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

    def test_account_as_json(self):
        result = self.run_words("rules", "check", "--format", "json", SITE)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        *rules, last = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(last, {"totals": {"files": 4, "rules": 8, "loaded": 2, "warning": 2, "refused": 4}})
        refused = {each["rule"]: each for each in rules if each["status"] == "refused" and each["ruleset"] == "falco"}
        self.assertEqual(refused["A File Is Read"]["notes"][-1], {
            "line": 22, "text": "executions cannot decide it: it asks for the events openat"})
        self.assertEqual([os.path.basename(each["file"]) for each in rules],
                         ["broken.yml", "kubearmor.yaml"] + 4 * ["sigma.yml"] + 2 * ["falco.yaml"])

    def test_strict(self):
        self.assertEqual(self.run_words("rules", "check", "--strict", SITE).returncode, 1)
        good = self.write("good.yml", (RULES / "site/sigma.yml").read_text().split("---")[0])
        self.assertEqual(self.run_words("rules", "check", "--strict", good).returncode, 0)

    @unittest.skipUnless(os.geteuid() == 0, "becoming nobody needs root")
    def test_what_is_closed_is_said(self):
        good = (RULES / "site/sigma.yml").read_text().split("---")[0]
        os.mkdir(self.path("rules"))
        self.write("rules/a.yml", good)
        os.chmod(self.write("rules/b.yml", good), 0o600)
        os.mkdir(self.path("rules/closed"), 0o700)
        self.write("rules/closed/c.yml", good)
        result = self.run_as_nobody("exectrail-analyze", "rules", "check", self.path("rules"))
        said = result.stdout.decode()
        for name in ("b.yml", "closed"):
            self.assertIn(f"{self.path('rules/' + name)}\n{' ' * 20}not read: Permission denied\n", said)
        self.assertIn("1 loaded, 0 loaded with a warning, 2 refused", said)
        self.assertEqual(3, result.returncode)
        result = self.run_as_nobody("exectrail-analyze", "rules", "check", self.path("rules/closed"))
        self.expect_refusal(result, 2, "closed: Permission denied")

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

    # Of the policy's patterns KubeArmor's own alerts read none, and AppArmor enforces one.
    def test_patterns_in_the_other_reading(self):
        result = self.run_words("rules", "check", SITE, "--kubearmor-globs", "telemetry")
        self.assertIn("2 loaded, 1 loaded with a warning, 5 refused", result.stdout.decode())
        policy = self.write("tmp.yaml", "kind: KubeArmorHostPolicy\nmetadata: {name: tmp}\n"
                                        "spec: {process: {matchPatterns: [{pattern: '/tmp/*'}, {pattern: '/t*/**'}]}}\n")
        words = ["analyze", "--no-builtin", "--rules", policy, "--format", "json", SERVER]
        results = [self.run_words(*words), self.run_words(*words, "--kubearmor-globs", "telemetry")]
        first, second = [json.loads(result.stdout) for result in results]
        self.assertEqual(first["file"]["path"], second["file"]["path"])
        self.assertNotEqual(first["exectrail"]["inputs_sha256"], second["exectrail"]["inputs_sha256"])
        self.assertIn("--kubearmor-globs telemetry --no-builtin", results[1].stderr.decode())

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
        for name, *parts in (
                ("kubearmor/nothing-from-tmp", "file.path = '/tmp/x'", "verdict  alert, high"),
                ("falco/program-of-a-web-server-in-a-temporary-folder",
                 "process.executable = '/tmp/x'", "any(ancestors, .name in", "verdict  alert, high")):
            result = self.run_words("recipes", "explain", name, SERVER, "--rules", SITE)
            self.assertEqual(result.returncode, 0, result.stderr.decode())
            for part in parts:
                self.assertIn(part, result.stdout.decode())

    # Rules change while they are followed: a slip of the pen keeps the old ones, and the next change is used.
    def test_reload(self):
        os.mkdir(self.path("rules"))
        os.mkdir(self.path("trail"))
        falco = ("- rule: Watched\n  desc: d\n  output: o\n  priority: %s\n"
                 "  condition: proc.aname = lighttpd\n")
        policy = ("kind: KubeArmorPolicy\nmetadata: {name: watched}\n"
                  "spec: {action: Audit, severity: %d, process: {matchDirectories: [{dir: /tmp/, recursive: true}]}}\n")
        self.write("rules/falco.yaml", falco % "NOTICE")
        self.write("rules/policy.yaml", policy % 1)
        self.write("trail/1.trail", pathlib.Path(SERVER).read_bytes())
        analyzer = subprocess.Popen(
            programs.program("analyze", "--follow", "--no-builtin", "--rules", "rules", "--format", "json",
                             "--output", "alerts", "--operations", "operations", "trail"),
            cwd=self.folder, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(analyzer.stderr.close)
        self.addCleanup(analyzer.wait)
        self.addCleanup(analyzer.kill)

        def read(name):
            return pathlib.Path(self.path(name)).read_text() if os.path.exists(self.path(name)) else ""

        def wait_for(condition, what):
            end = time.monotonic() + programs.TIMEOUT
            while not condition():
                self.assertLess(time.monotonic(), end, what + "\n" + read("operations"))
                self.assertIsNone(analyzer.poll(), "it goes on")
                time.sleep(0.02)

        def severities():
            return {each["rule"]["name"]: each["exectrail"]["severity"]
                    for each in map(json.loads, read("alerts").splitlines()) if "rule" in each}

        wait_for(lambda: severities() == {"falco/watched": "low", "kubearmor/watched": "critical"}, "alerts")
        for name, good in (("falco.yaml", falco % "ERROR"), ("policy.yaml", policy % 5)):
            self.write("rules/" + name, "- rule: [\n")
            wait_for(lambda: name in read("operations"), "refused")
            self.assertIn("reload_failed", read("operations"))
            had = read("operations").count('"reloaded"')
            self.write("rules/" + name, good)
            wait_for(lambda: read("operations").count('"reloaded"') > had, "loaded")
        self.write("trail/2.trail", (ROOT / "corpus/attack/server-runs-from-a-forged-mount/trace.trail").read_bytes())
        wait_for(lambda: severities() == {"falco/watched": "high", "kubearmor/watched": "medium"},
                 "alerts by the new ones")


    # The attack that KubeArmor's documentation shows: a web server's shell runs a file in /var/tmp, and the
    # mount option noexec refuses it.
    def test_refused_by_a_mount(self):
        attack = str(ROOT / "corpus/attack/web-shell-on-noexec/trace.trail")
        policy = str(RULES / "nothing-from-tmp.yaml")
        words = ["analyze", "--no-builtin", "--rules", policy, "--format", "kubearmor", attack]
        result = self.run_words(*words)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertIn("1 loaded with a warning", result.stderr.decode())  # the selector is not used
        alert, = [json.loads(line) for line in result.stdout.splitlines()]
        expected = {
            "Action": "Block", "Result": "Permission denied", "PolicyName": "nothing-from-tmp",
            "Tags": "temporary,example", "ATags": ["temporary", "example"],
            "Message": "A program was started from a temporary folder", "Operation": "Process",
            "ProcessName": "/var/tmp/xvzf", "Resource": "/var/tmp/xvzf 0.2", "UID": 33,
            "Source": "/usr/bin/bash", "ParentProcessName": "/usr/bin/bash", "Data": "syscall=SYS_EXECVE",
            "Enforcer": "Mount noexec"}
        self.assertEqual({key: alert.get(key) for key in expected}, expected)
        self.assertNotIn("Severity", alert)  # the policy sets none
        nobody = self.write("pods.json", '{"%s": {"namespace": "blog"}}' % ("a" * 64))
        result = self.run_words(*words, "--workloads", nobody)
        self.assertEqual((result.returncode, result.stdout), (0, b""))

    def test_workloads(self):
        policy = str(RULES / "nothing-from-tmp.yaml")
        for text, said in (("{", "it is no JSON"), ('{"x": {}}', "'x' is no container's id")):
            pods = self.write("pods.json", text)
            self.expect_refusal(self.run_words("rules", "check", policy, "--workloads", pods), 2,
                                "pods.json", said)
            self.expect_refusal(self.run_words("analyze", "--rules", policy, "--workloads", pods, SERVER),
                                2, "pods.json", said)
        pods = self.write("pods.json", json.dumps(
            {"items": [{"metadata": {"namespace": "blog", "labels": {"app": "blog"}},
                        "status": {"containerStatuses": [{"containerID": "docker://" + "a" * 64}]}}]}))
        result = self.run_words("rules", "check", "--strict", policy, "--workloads", pods)
        self.assertEqual(result.returncode, 0, result.stdout.decode())

    # What `rules convert` prints finds the same.
    def test_convert(self):
        result = self.run_words("rules", "convert", SITE)
        self.assertEqual(result.returncode, 1)  # four of eight are refused
        self.assertIn("broken.yml", result.stderr.decode())
        recipes = self.write("converted.yaml", result.stdout.decode())
        check = self.run_words("recipes", "check", "--no-builtin", recipes)
        self.assertEqual(check.returncode, 0, check.stderr.decode())
        again = self.run_words("analyze", "--no-builtin", "--recipes", recipes, "--format", "json", SERVER)
        found = {json.loads(line)["rule"]["name"] for line in again.stdout.splitlines()}
        rules = {alert["rule"]["name"] for alert in self.analyzed("--no-builtin")}
        self.assertEqual(found, {name.replace("/", "_").replace("-", "_") for name in rules})


if __name__ == "__main__":
    programs.main()
