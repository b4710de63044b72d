#!/usr/bin/env python3
# diff, coverage, mutate, minimize, sanitize, play and injected loss, as people meet them.
import json
import os
import shutil
import subprocess

import programs

CORPUS = os.path.join(programs.ROOT, "corpus")
# What is asked of all scenarios. With sanitizers each takes a tenth of a second, and replay.corpus runs
# them all: here some of each kind then.
SCENARIOS = [CORPUS] if not programs.SANITIZED else [os.path.join(CORPUS, name) for name in (
    "attack/tools-by-name", "attack/web-shell-drops-to-tmp", "benign/apt-install",
    "evasion/bind-mount", "evasion/relative-path-from-tmp")]
SHIPPED = os.path.join(programs.BIN, "..", "share", "exectrail", "recipes")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "CI"}
RECIPE = """recipe: mine
version: {version}
title: Mine
severity: {severity}
attack: [TA0002/T1204]
judge: {{results: [ok]}}
when: {when}
"""


class Words(programs.Case):
    def replay(self, *words):
        return self.run_words("replay", *words)

    def recipe(self, name, severity="high", when="file.path under ['/tmp']", version="1.0.0"):
        return self.write(name, RECIPE.format(severity=severity, when=when, version=version))

    # ---- diff

    def test_diff_shows_exactly_the_planted_change(self):
        shutil.copytree(SHIPPED, self.path("old"))
        shutil.copytree(SHIPPED, self.path("new"))
        with open(self.path("new/tools.yaml")) as file:
            text = file.read()
        planted = text.replace("recipe: net_scan_tool_exec\nversion: 1.0.0",
                               "recipe: net_scan_tool_exec\nversion: 1.1.0", 1)
        start = planted.index("recipe: net_scan_tool_exec")
        planted = planted[:start] + planted[start:].replace("severity: medium", "severity: high", 1)
        self.assertNotEqual(text, planted)
        self.write("new/tools.yaml", planted)
        self.expect(self.replay("diff", "old", "old", *SCENARIOS), 0, stderr=[],
                    stdout=["0 alerts added, 0 removed, 0 changed", "no estimate per host-day"])
        result = self.replay("diff", "old", "new", *SCENARIOS)
        self.expect(result, 1, stderr=[],
                    stdout=["recipe        net_scan_tool_exec: 1.0.0 → 1.1.0", "CHANGED ",
                            "differs   severity: medium → high", "0 alerts added, 0 removed, 1 changed"])
        self.assertEqual(1, result.stdout.count(b"CHANGED "))
        lines = [json.loads(line) for line in
                 self.replay("diff", "old", "new", *SCENARIOS, "--format", "json").stdout.splitlines()]
        changed = [line for line in lines if "change" in line]
        self.assertEqual(["net_scan_tool_exec"], [line["recipe"] for line in changed])
        self.assertEqual(["severity: medium → high",
                          "reasons: - when severity medium, + when severity high"],
                         changed[0]["differs"])
        self.assertEqual(1, lines[-1]["totals"]["changed"])

    def test_diff_of_added_and_removed_alerts(self):
        old, new = self.recipe("old.yaml"), self.recipe("new.yaml", when="process.name == 'x'")
        scenario = os.path.join(CORPUS, "evasion", "relative-path-from-tmp")
        elsewhere = self.recipe("elsewhere.yaml", when="file.path under ['/nowhere']")
        self.expect(self.replay("diff", old, new, scenario), 0)
        self.expect(self.replay("diff", elsewhere, new, scenario), 1,
                    stdout=["ADDED ", "mine: 0 → ", "0 removed, 0 changed"])
        self.expect(self.replay("diff", old, elsewhere, scenario), 1,
                    stdout=["REMOVED ", "0 alerts added", "0 changed"])

    def test_diff_estimates_from_traces_of_hosts(self):
        self.expect(self.run_words("trace", "synth", "-o", "host.trail", "--execs", "300"), 0)
        every = self.recipe("every.yaml", when="file.path under ['/']")
        none = self.recipe("none.yaml", when="file.path under ['/nowhere']")
        result = self.replay("diff", none, every, "host.trail")
        self.expect(result, 1, stdout=["alerts per host-day, from 1 traces of hosts over",
                                       "mine: 0.0 → "])

    def test_diff_of_git_revisions(self):
        if shutil.which("git") is None:
            self.skipTest("no git here")
        os.mkdir(self.path("recipes"))
        self.recipe("recipes/mine.yaml")
        git = ["git", "-C", self.folder, "-c", "user.name=a", "-c", "user.email=a@example.org"]
        for words in (["init", "-q"], ["add", "recipes"], ["commit", "-qm", "first"]):
            subprocess.run(git + words, check=True, stdin=subprocess.DEVNULL)
        self.recipe("recipes/mine.yaml", severity="low", version="1.0.1")
        scenario = os.path.join(CORPUS, "evasion", "relative-path-from-tmp")
        for old in ("HEAD:recipes", "HEAD:recipes/mine.yaml", "HEAD:./recipes"):
            with self.subTest(old):
                self.expect(self.replay("diff", old, "recipes", scenario), 1,
                            stdout=["1.0.0 → 1.0.1", "severity: high → low"])
        for bad in ("HEAD~7:recipes", "HEAD:nothing", "--output=x:y", "nothing"):
            with self.subTest(bad):
                self.assertIn(self.replay("diff", "--", bad, "recipes", scenario).returncode, (2, 3))
        self.assertFalse(os.path.exists(self.path("x:y")))

    def test_diff_refuses(self):
        mine = self.recipe("mine.yaml")
        self.expect_refusal(self.replay("diff", mine, mine, "missing"), 3, "missing: no such file")
        os.mkdir(self.path("empty"))
        self.expect_refusal(self.replay("diff", mine, mine, "empty"), 3, "holds no trace")
        self.write("half.yaml", "override: exec_from_unusual_dir\nseverity: low\n")
        self.expect(self.replay("diff", "half.yaml", mine, *SCENARIOS), 2, stdout=[],
                    stderr=["half.yaml:", "--beside-shipped"])
        self.expect(self.replay("diff", mine, "--beside-shipped", mine, *SCENARIOS), 0)
        self.write("torn.trail", b"not a trace")
        self.expect(self.replay("diff", mine, mine, "torn.trail"), 3, stdout=["PROBLEM", "torn.trail"])

    # ---- coverage

    def test_coverage(self):
        text = self.replay("coverage", *SCENARIOS)
        self.expect(text, 0, stderr=[], stdout=["T1204.002", "exec_from_unusual_dir ",
                                                "evasion/bind-mount", "benign: "])
        self.assertEqual(text.stdout, self.replay("coverage", *SCENARIOS, "-j", "1").stdout)
        page = self.replay("coverage", *SCENARIOS, "--format", "html").stdout.decode()
        self.assertTrue(page.startswith("<!DOCTYPE html>"))
        self.assertIn("exec_from_unusual_dir", page)
        layer = json.loads(self.replay("coverage", *SCENARIOS, "--format", "navigator").stdout)
        self.assertEqual("enterprise-attack", layer["domain"])
        scores = {each["techniqueID"]: each["score"] for each in layer["techniques"]}
        self.assertGreater(scores["T1204.002"], 0)

    def test_coverage_counts_what_fires_and_not_what_is_claimed(self):
        scenario = os.path.join(CORPUS, "attack", "tools-by-name")
        self.recipe("mine.yaml", when="file.path under ['/nowhere']")
        result = self.replay("coverage", scenario, "--recipes", "mine.yaml")
        self.expect(result, 0, stdout="never fired:")
        self.assertIn(b"mine", result.stdout.split(b"never fired:")[1].split(b"benign")[0].split())

    # What scenarios expect of shipped recipes cannot be asked without them: said, and no mistake. Of a
    # recipe that nobody has, it is one.
    def test_coverage_of_rules_alone(self):
        rules = os.path.join(programs.ROOT, "tests", "data", "rules", "site")
        scenario = os.path.join(CORPUS, "attack", "web-shell-drops-to-tmp")
        result = self.replay("coverage", scenario, "--no-builtin", "--rules", rules)
        self.expect(result, 0, stdout=["kubearmor/nothing-from-tmp 1", "falco/program-of-a-web-server"],
                    stderr="expectations of 1 scenarios are about shipped recipes, which --no-builtin "
                           "leaves out: not asked")
        self.assertNotIn(b"exec_from_unusual_dir", result.stdout)
        mutants = self.replay("mutate", scenario, "--no-builtin", "--rules", rules, "--recipe",
                              "kubearmor/nothing-from-tmp")
        self.expect(mutants, 0, stdout="kubearmor/nothing-from-tmp", stderr="not asked")
        shutil.copytree(scenario, self.path("attack/mine"))
        text = open(os.path.join(scenario, "scenario.yaml")).read()
        self.write("attack/mine/scenario.yaml", text.replace("exec_from_unusual_dir", "no_such_recipe"))
        self.expect(self.replay("coverage", "attack/mine", "--no-builtin", "--rules", rules), 2,
                    stderr="there is no recipe 'no_such_recipe'")

    # ---- minimize

    def minimize(self, *words):
        return self.replay("minimize", *words)

    def alerts(self, trace):
        result = self.run_words("analyze", "--format", "json", "--min-severity", "info", trace)
        return {alert["event"]["id"]: alert for alert in map(json.loads, result.stdout.splitlines())}

    def test_minimize(self):
        trace = os.path.join(CORPUS, "attack", "web-shell-drops-to-tmp")
        trace = os.path.join(trace, sorted(n for n in os.listdir(trace) if n.endswith(".trail"))[0])
        before = self.alerts(trace)
        self.assertGreater(len(before), 1)
        for alert in before:
            with self.subTest(alert):
                self.expect(self.minimize(trace, "--alert", alert, "-o", alert), 0, stderr=[],
                            stdout=["records", "next "])
                after = self.alerts(alert)
                self.assertIn(alert, after)
                for key in ("severity", "reasons", "class"):
                    self.assertEqual(before[alert]["exectrail"].get(key),
                                     after[alert]["exectrail"].get(key))
                self.assertLess(os.path.getsize(self.path(alert)), os.path.getsize(trace))
                self.expect(self.run_words("trace", "verify", alert), 0)
                self.expect(self.run_words("trace", "info", alert), 0,
                            stdout="minimized to alert " + alert)
        some = next(iter(before))
        self.expect_refusal(self.minimize(trace, "--alert", some, "-o", some), 3, "is there already")
        self.expect_refusal(self.minimize(trace, "-o", "x"), 2, "alerts: say which, with --alert")
        self.expect_refusal(self.minimize(trace, "--alert", "zz", "-o", "x"), 2, "gives no alert")
        self.expect_refusal(self.minimize("missing", "-o", "x"), 3, "missing")
        self.assertFalse(os.path.exists(self.path("x")))

    # ---- mutate

    def test_mutate(self):
        scenario = os.path.join(CORPUS, "evasion", "relative-path-from-tmp")
        self.recipe("mine.yaml", when="process.name == 'x' and file.path under ['/tmp', '/a']")
        # Nobody expects this recipe to alert, so that with it no recording passes.
        words = ("mutate", scenario, "--no-builtin", "--recipes", "mine.yaml", "--recipe", "mine")
        self.expect(self.replay(*words), 0, stdout=["mine ", "does not pass as it is"], stderr="not asked")
        corpus_only = ("mutate", scenario, "--recipe", "exec_from_unusual_dir", "--no-entries",
                       "--no-generated")
        self.expect(self.replay(*corpus_only), 0, stderr=[],
                    stdout=["SURVIVED  exec_from_unusual_dir: ", "no scenario tests it", "all  "])
        lines = self.replay(*corpus_only, "--format", "json", "-j", "1").stdout.splitlines()
        score = json.loads(lines[0])
        self.assertGreater(score["clauses"]["killed"], 0)
        self.assertEqual(score["clauses"]["of"],
                         score["clauses"]["killed"] + len(score["survivors"]))
        self.assertNotIn("class temp: critical", [each["change"] for each in score["survivors"]],
                         "the scenario expects high")
        self.expect(self.replay(*corpus_only, "--fail-below", "100"), 1)
        self.expect_refusal(self.replay("mutate", scenario, "--recipe", "nothing"), 2,
                            "there is no recipe 'nothing'")
        self.expect_refusal(self.replay("mutate", scenario, "--recipe", "exec_from_unusual_dri"), 2,
                            "there is no recipe 'exec_from_unusual_dri', did you mean 'exec_from_unusual_dir'?")

    def test_mutate_by_generated_traces(self):
        words = ("mutate", "--no-corpus", "--no-builtin", "--recipes",
                 self.recipe("mine.yaml", when="process.name == 'x' and file.path under ['/tmp', '/a']"))
        self.expect(self.replay(*words, "--fail-below", "100", "--keep-generated", "made"), 0, stderr=[])
        kept = sorted(os.listdir(self.path("made")))
        self.assertGreater(len(kept), 4)
        self.expect(self.run_words("trace", "info", "made/" + kept[0]), 0, stdout="generated, not a recording")
        # A name has no slash: nothing can tell whether the entry is there.
        blind = self.recipe("blind.yaml", when="process.name in ['x', 'y/z']")
        self.expect(self.replay("mutate", "--no-corpus", "--no-builtin", "--recipes", blind, "-v",
                                "--fail-below", "100"), 1, stdout=["without 'y/z'", "exclude one another"])

    # ---- bless

    def test_bless(self):
        folder = self.path("corpus/evasion/relative")
        shutil.copytree(os.path.join(CORPUS, "evasion", "relative-path-from-tmp"), folder)
        with open(folder + "/scenario.yaml") as file:
            right = file.read()
        self.expect(self.bless("--yes"), 0, stdout="0 scenarios changed")
        for change in (("severity: high", "severity: low"), ("exactly: 1", "exactly: 3")):
            with self.subTest(change):
                noted = right.replace("tags:", "# somebody's note\ntags:")
                wrong = noted.replace(*change)
                self.assertNotEqual(noted, wrong)
                self.write("corpus/evasion/relative/scenario.yaml", wrong)
                self.expect(self.bless(), 1, stdout="1 scenario would be changed")
                with open(folder + "/scenario.yaml") as file:
                    self.assertEqual(wrong, file.read(), "not without --yes")
                self.expect(self.bless("--yes", CI="true"), 2, stderr="CI is set")
                self.expect(self.bless("--yes"), 0, stdout="1 scenario changed")
                with open(folder + "/scenario.yaml") as file:
                    self.assertEqual(noted, file.read(), "what people wrote stays")
        # What nobody expected, and what no longer comes.
        self.write("corpus/evasion/relative/scenario.yaml", right.replace("path: /tmp/x}", "path: /tmp/y}"))
        self.expect(self.bless("--yes"), 0,
                    stdout=["no longer expected", "expected from now on", "1 scenario changed"])
        self.expect(self.replay("run", "corpus"), 0)

    def bless(self, *words, **environment):
        return self.run_words("replay", "bless", "corpus", *words, env={**ENVIRONMENT, **environment})

    # ---- sanitize

    def test_sanitize(self):
        trace = os.path.join(CORPUS, "evasion", "relative-path-from-tmp", "trace.bash.trail")
        before = self.alerts(trace)
        self.expect(self.replay("sanitize", trace, "-o", "public.trail"), 0, stderr=[],
                    stdout=["names replaced, the same alerts", "before you give it away"])
        after = self.alerts("public.trail")
        self.assertEqual(set(before), set(after))
        for alert, old in before.items():
            self.assertEqual(old["exectrail"]["severity"], after[alert]["exectrail"]["severity"])
        dump = self.run_words("trace", "dump", "public.trail").stdout
        self.assertNotIn(b"cd /tmp", dump)
        self.assertIn(b"sanitized by exectrail-replay", dump)
        self.expect_refusal(self.replay("sanitize", trace, "-o", "public.trail"), 3,
                            "is there already")

    def test_sanitize_refuses_what_would_change_alerts(self):
        trace = os.path.join(CORPUS, "evasion", "relative-path-from-tmp", "trace.bash.trail")
        self.recipe("mine.yaml", when="any(args, it matches 'cd /tmp')")
        self.assertGreater(len(self.alerts(trace)), 0)
        self.expect(self.replay("sanitize", trace, "-o", "x", "--recipes", "mine.yaml"), 1,
                    stdout=[], stderr=["nothing was written", "no longer given", "--keep"])
        self.assertFalse(os.path.exists(self.path("x")))

    # ---- play

    def test_play(self):
        trace = os.path.join(CORPUS, "evasion", "relative-path-from-tmp", "trace.bash.trail")
        played = self.replay("play", "--speed", "max", trace)
        self.expect(played, 0, stderr=[])
        self.write("played.trail", played.stdout)
        self.assertEqual(set(self.alerts(trace)), set(self.alerts("played.trail")))
        self.expect(self.run_words("trace", "verify", "played.trail"), 0)
        self.expect(self.replay("play", "--speed", "50x", trace, "-o", "file.trail"), 0, stdout=[])
        self.assertEqual(set(self.alerts(trace)), set(self.alerts("file.trail")))
        self.expect_refusal(self.replay("play", trace, "-o", "file.trail"), 3, "file.trail")
        for speed in ("fast", "0", "-1", "1y", ""):
            with self.subTest(speed):
                self.expect(self.replay("play", "--speed", speed, trace), 2, stdout=[],
                            stderr="neither max nor a number")

    # ---- injected loss

    def test_no_verdict_lies_under_injected_loss(self):
        words = ("run", *SCENARIOS, "--inject-loss", "142", "--seed", "5")
        one = self.replay(*words, "-j", "1")
        self.expect(one, one.returncode, stderr=[], stdout=["142 injections", " lies"])
        self.assertEqual(one.stdout, self.replay(*words, "-j", "3").stdout)
        result = self.replay(*words, "--format", "json")
        totals = json.loads(result.stdout.splitlines()[-1])["totals"]
        # What one processor lost is known when it delivers again; until then another one's events
        # are judged as if nothing were missing.
        self.assertEqual(totals["lies_before_the_loss_was_known"], totals["lies"])
        self.assertEqual(1 if totals["lies"] else 0, result.returncode)
        self.assertGreater(totals["marked"], 0)
        self.assertGreater(totals["gone"], 0)
        other = self.replay("run", *SCENARIOS, "--inject-loss", "142", "--seed", "6")
        self.assertNotEqual(one.stdout, other.stdout)

    def test_bad_usage(self):
        for words in (["diff"], ["diff", "a"], ["minimize", "x"], ["coverage", "--format", "pdf"],
                      ["run", "--inject-loss", "0"], ["run", "--inject-loss", "x"],
                      ["run", "--jobs", "0"], ["sanitize", "x"], ["play"], ["mutate", "--fail-below", "200"],
                      ["mutate", "--no-corpus", "--no-generated"]):
            with self.subTest(words):
                self.expect(self.replay(*words), 2, stdout=[], stderr="exectrail-replay: ")
        self.expect_refusal(self.replay("run", CORPUS, "--inject-loss", "1", "--format", "junit"), 2,
                            "text or json")


if __name__ == "__main__":
    programs.main()
