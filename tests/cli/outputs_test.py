#!/usr/bin/env python3
# What analyze writes in each format, what it says of mounts, and exemptions written for a site. On
# recordings of the corpus.
import json
import os
import pathlib
import pty
import shutil
import subprocess
import time

import programs

CORPUS = pathlib.Path(__file__).resolve().parents[2] / "corpus"
SERVER = str(CORPUS / "attack/web-shell-drops-to-tmp/trace.trail")
REFUSED = str(CORPUS / "attack/looks-for-a-place-to-run/trace.trail")
NOEXEC = str(CORPUS / "evasion/refused-by-noexec/trace.trail")
LINES = ["json", "kubearmor", "falco", "ocsf"]


class Outputs(programs.Case):
    def analyze(self, *words, status=0):
        result = self.run_words("analyze", *words)
        self.assertEqual(result.returncode, status, result.stderr.decode())
        return result

    def alerts(self, trace, *words):
        return programs.alerts(self.run_words("analyze", "--format", "json", *words, trace).stdout)

    def test_colours_only_for_a_terminal_that_takes_them(self):
        for variables, wanted in (({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True),
                                  ({"TERM": "dumb"}, False)):
            ours, theirs = pty.openpty()
            environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "", **variables}
            process = subprocess.Popen(programs.program("analyze", "--format", "text", SERVER), stdout=theirs,
                                       stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environment)
            os.close(theirs)
            said = b""
            try:
                while part := os.read(ours, 65536):
                    said += part
            except OSError:  # the other end is closed
                pass
            process.wait()
            os.close(ours)
            self.assertIn(b"exec_from_unusual_dir", said)
            self.assertEqual(b"\x1b[" in said, wanted, variables)

    def test_every_format_has_every_alert(self):
        count = len(self.alerts(SERVER))
        self.assertGreater(count, 0)
        for form in ["kubearmor", "falco", "ocsf", "github"]:
            with self.subTest(form):
                lines = self.analyze("--format", form, SERVER).stdout.decode().splitlines()
                self.assertEqual(len(lines), count)
                if form != "github":
                    for line in lines:
                        json.loads(line)

    def test_fail_on_and_account_are_the_same_in_each(self):
        accounts = set()
        for form in ["text", *LINES, "github"]:
            with self.subTest(form):
                result = self.analyze("--format", form, "--fail-on", "high", SERVER, status=1)
                accounts.add(result.stderr)
        self.assertEqual(len(accounts), 1)
        account = accounts.pop().decode()
        self.assertRegex(account, r"next: exectrail recipes explain [0-9a-f]{12} \S+trace\.trail\n")
        self.assertIn("posture: ", account)

    def test_next_command_works(self):
        account = self.analyze("--format", "text", SERVER).stderr.decode()
        command = account.split("next: exectrail ")[1].split("\n")[0].split()
        result = self.run_words(*command)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertIn("verdict  alert", result.stdout.decode())

    def test_next_command_names_the_recipes(self):
        site = self.write("site.yaml", "override: exec_from_unusual_dir\nclasses: {temp: {severity: low}}\n")
        account = self.analyze("--recipes", site, "--format", "json", SERVER).stderr.decode()
        self.assertIn(f" --recipes {site}\n", account)

    def test_refused_by_a_mount(self):
        blocked = [json.loads(line) for line in
                   self.analyze("--format", "kubearmor", REFUSED).stdout.decode().splitlines()]
        self.assertIn("Block", {alert["Action"] for alert in blocked})
        for alert in blocked:
            if alert["Action"] == "Block":
                self.assertEqual(alert["Result"], "Permission denied")
        said = self.analyze("--format", "text", REFUSED).stdout.decode()
        self.assertIn("stopped  yes, by the mount: ", said)

    def test_posture_records(self):
        lines = self.analyze("--format", "json", "--posture", NOEXEC).stdout.decode().splitlines()
        states = [line for line in map(json.loads, lines) if line["event"]["kind"] == "state"]
        self.assertEqual(len(states), 9)
        self.assertEqual({state["event"]["dataset"] for state in states}, {"exectrail.posture"})

    def test_posture_is_never_ignored(self):
        for words in (["--format", "ocsf", "--posture", NOEXEC], ["--posture", self.folder]):
            result = self.run_words("analyze", *words)
            self.assertEqual((result.returncode, result.stdout), (2, b""))
            self.assertIn(b"--posture", result.stderr)

    # ---- --profile

    def test_profile(self):
        plain = self.analyze("--format", "json", "--min-severity", "info", SERVER)
        path = os.path.join(self.folder, "profile.json")
        profiled = self.analyze("--format", "json", "--min-severity", "info", "--profile",
                                "--profile-json", path, SERVER)
        self.assertEqual(profiled.stdout, plain.stdout)
        table = profiled.stderr.decode()
        self.assertTrue(table.startswith(plain.stderr.decode()), table)
        self.assertRegex(table, r"\nexec_from_unusual_dir +[1-9]\d* +[1-9]")
        self.assertIn("\neverything else: ", table)
        with open(path) as file:
            profile = json.load(file)
        counts = {recipe["recipe"]: recipe["alerts"] for recipe in profile["recipes"]}
        said = [json.loads(line)["rule"]["name"] for line in plain.stdout.decode().splitlines()]
        self.assertGreater(len(said), 0)
        for name in set(said):
            self.assertEqual(counts[name], said.count(name), name)
        self.assertGreater(profile["total_ns"], profile["recipes_ns"])

    def test_profile_is_never_ignored(self):
        for words in (["--profile", self.folder], ["--profile", "--where", "attempt", SERVER]):
            result = self.run_words("analyze", *words)
            self.assertEqual((result.returncode, result.stdout), (2, b""))
            self.assertIn(b"--profile", result.stderr)
        nowhere = os.path.join(self.folder, "no", "such")
        result = self.run_words("analyze", "--profile-json", nowhere, SERVER)
        self.assertEqual(result.returncode, 3)
        self.assertIn(b"profile could not be written", result.stderr)

    # ---- --threads

    def test_any_number_of_threads(self):
        plain, packed = (os.path.join(self.folder, name) for name in ("plain.trail", "packed.trail"))
        made = self.run_words("trace", "synth", "--scene", "mixed", "--execs", "12000", "-o", plain)
        self.assertEqual(made.returncode, 0, made.stderr.decode())
        shutil.copy(plain, packed)
        self.assertEqual(self.run_words("trace", "pack", packed).returncode, 0)
        self.assertGreater(os.path.getsize(packed), 600_000)  # enough for a second thread
        with open(packed, "rb") as whole, open(self.path("cut.trail"), "wb") as cut:
            cut.write(whole.read()[:-100_000])
        traces = [packed, self.path("cut.trail"), plain]
        options = [["--threads", "8", "--sandbox", "auto"], ["--threads", "2"], []]
        if programs.SANITIZED:  # a quarter of a minute each; others have the rest
            traces, options = traces[:2], options[:1]
        for trace in traces:
            with self.subTest(trace):
                alone = self.run_words("analyze", "--format", "json", "--threads", "1", trace)
                self.assertGreater(len(alone.stdout), 1_000_000)
                for words in options:
                    result = self.run_words("analyze", "--format", "json", *words, trace)
                    self.assertEqual((result.returncode, result.stderr), (alone.returncode, alone.stderr))
                    self.assertTrue(result.stdout == alone.stdout, words)

    def test_threads_are_never_ignored(self):
        for words in (["--threads", "0", SERVER], ["--threads", "2", "--follow", self.folder]):
            result = self.run_words("analyze", *words)
            self.assertEqual((result.returncode, result.stdout), (2, b""))
            self.assertIn(b"--threads", result.stderr)

    # ---- several hosts

    def test_merged_as_each_alone(self):
        merged = os.path.join(self.folder, "merged.trail")
        result = self.run_words("trace", "merge", "-o", merged, SERVER, REFUSED)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        alone = [line for trace in (SERVER, REFUSED)
                 for line in self.analyze("--format", "json", trace).stdout.decode().splitlines()]
        together = self.analyze("--format", "json", merged).stdout.decode().splitlines()
        self.assertGreater(len(alone), 1)
        self.assertEqual(sorted(together), sorted(alone))

    # ---- --what-if

    def test_what_if(self):
        result = self.analyze("--format", "text", "--what-if", "noexec=/tmp,/var/run/", SERVER)
        said = result.stdout.decode()
        self.assertTrue(said.startswith("noexec on /tmp, /run, over "), said)
        self.assertIn("\nanswer: ", said)
        lines = self.analyze("--format", "json", "--what-if", "noexec=/tmp", SERVER).stdout
        last = json.loads(lines.decode().splitlines()[-1])["exectrail"]["what_if"]
        self.assertEqual(last["group"], "total")
        self.assertEqual(last["noexec"], ["/tmp"])

    def test_what_if_of_other_things(self):
        for bad in ("nosuid=/tmp", "noexec=", "noexec=tmp", "noexec=/", "noexec=/tmp,,/x", "x"):
            with self.subTest(bad):
                result = self.run_words("analyze", "--what-if", bad, SERVER)
                self.assertEqual(result.returncode, 2)
                self.assertIn("--what-if", result.stderr.decode())
                self.assertEqual(result.stdout, b"")

    def test_questions_of_their_own_leave_nothing_out(self):
        """--fail-on would never find anything, and nobody would know."""
        for question, others in (
                (["--where", "file.path under '/tmp'"],
                 (["--fail-on", "high"], ["--allow-inconclusive"], ["--format", "json"],
                  ["--min-severity", "high"], ["--context", "ci"], ["--baseline", "nosuch"],
                  ["--posture"], ["--rules", "x"], ["--workloads", "x"],
                  ["--what-if", "noexec=/tmp"], ["--kubearmor-globs", "telemetry"])),
                (["--what-if", "noexec=/tmp"],
                 (["--fail-on", "high"], ["--allow-inconclusive"], ["--context", "ci"],
                  ["--baseline", "nosuch"], ["--posture"]))):
            for other in others:
                with self.subTest(question=question[0], other=other[0]):
                    result = self.run_words("analyze", *question, *other, SERVER)
                    self.expect(result, 2, stderr=[question[0], other[0]], stdout=[])

    def test_what_if_is_no_alert(self):
        result = self.run_words("analyze", "--format", "falco", "--what-if", "noexec=/tmp", SERVER)
        self.assertEqual(result.returncode, 2)
        self.assertIn("not as falco", result.stderr.decode())

    # ---- recipes except

    def target(self):
        return next(alert for alert in self.alerts(SERVER)
                    if alert["rule"]["name"] == "exec_from_unusual_dir")

    def test_except(self):
        alert = self.target()
        site = self.path("site.yaml")
        pathlib.Path(site).write_text("override: exec_from_unusual_dir\nseverity: high")
        result = self.run_words("recipes", "except", alert["event"]["id"][:12], SERVER, "--reason",
                                'CHG-1: "quoted" \\', "--until", "2099-01-01", "--owner", "sre",
                                "-o", site)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertIn("besides this alert it quietens ", result.stderr.decode())
        text = pathlib.Path(site).read_text()
        self.assertTrue(text.startswith("override: exec_from_unusual_dir\nseverity: high\n---\n"))
        self.assertEqual(self.run_words("recipes", "check", site).returncode, 0)
        after = {each["event"]["id"]: each for each in
                 self.alerts(SERVER, "--recipes", site, "--min-severity", "info")}
        excepted = after[alert["event"]["id"]]
        self.assertEqual(excepted["exectrail"]["severity"], "info")
        self.assertTrue(excepted["exectrail"]["exempted"])
        self.assertIn('CHG-1: "quoted" \\', excepted["exectrail"]["reasons"][-1]["because"])
        # Once more is once too often, and changes nothing.
        again = self.run_words("recipes", "except", alert["event"]["id"], SERVER, "--reason", "x",
                               "--until", "2099-01-01", "-o", site)
        self.assertEqual(again.returncode, 2)
        self.assertEqual(pathlib.Path(site).read_text(), text)
        self.assertEqual(list(pathlib.Path(self.folder).glob("site.yaml.*")), [])

    def test_except_to_standard_output(self):
        result = self.run_words("recipes", "except", self.target()["event"]["id"], SERVER,
                                "--reason", "x", "--until", "2099-01-01")
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertRegex(result.stdout.decode(),
                         r"\n    parent: genuine\(@parent_of_[0-9a-f]{12}\) and user\.id == 33\n")
        self.assertIn("/usr/bin/dash runs whatever it is told to", result.stderr.decode())

    def test_except_refuses(self):
        alert = self.target()["event"]["id"]
        site = self.path("site.yaml")
        for words, part in (
                (["ffffffffffff", SERVER, "--reason", "x", "--until", "2099-01-01"], "no alert"),
                ([alert, SERVER, "--until", "2099-01-01"], "--reason"),
                ([alert, SERVER, "--reason", "x"], "--until"),
                ([alert, SERVER, "--reason", "a\x1bb", "--until", "2099-01-01"], "is one line"),
                ([alert, SERVER, "--reason", b"a\xff", "--until", "2099-01-01"], "bytes"),
                ([alert, SERVER, "--reason", "x", "--until", "2020-01-01"],
                 "it would not exempt this alert"),
                ([alert, SERVER, "--reason", "x", "--until", "soon"], "error[")):
            with self.subTest(part):
                result = self.run_words("recipes", "except", *words, "-o", site)
                self.assertEqual(result.returncode, 2)
                self.assertIn(part, result.stderr.decode())
                self.assertFalse(pathlib.Path(site).exists())

    def test_except_without_a_genuine_parent(self):
        """What another sensor's log says of a parent, anybody may have written."""
        trace = self.path("t.trail")
        log = os.path.join(programs.ROOT, "tests", "data", "import", "auditd-hard.txt")
        with open(log, "rb") as file:
            made = self.run_words("trace", "import", "--from", "auditd", "-o", trace, "-", stdin=file)
        self.assertEqual(made.returncode, 0, made.stderr.decode())
        alerts = [alert for alert in self.alerts(trace)
                  if alert["rule"]["name"] == "exec_from_unusual_dir"]
        self.assertTrue(alerts)
        for alert in alerts:
            result = self.run_words("recipes", "except", alert["event"]["id"], trace, "--reason", "x",
                                    "--until", "2099-01-01")
            self.assertEqual(result.returncode, 2)
            self.assertIn("no exemption for this alert: ", result.stderr.decode())
            self.assertIn("a path alone exempts nothing", result.stderr.decode())
            self.assertEqual(result.stdout, b"")

    def test_a_recipe_that_leads_nowhere_is_refused(self):
        os.symlink("nowhere", self.path("site.yaml"))
        for words in ([], ["--where", "user.id == 0"]):
            result = self.run_words("analyze", "--recipes", "site.yaml", *words, SERVER)
            self.assertEqual(result.returncode, 2, result.stderr.decode())
            self.assertIn("site.yaml", result.stderr.decode())

    def test_it_is_confined_while_it_follows(self):
        os.mkdir(self.path("trail"))
        shutil.copy(SERVER, self.path("trail"))
        words = programs.program("analyze", "--sandbox", "on", "--follow", "--output", "alerts", "trail")
        process = subprocess.Popen(words, cwd=self.folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        until = time.monotonic() + 60
        while process.poll() is None and not self.size("alerts") and time.monotonic() < until:
            time.sleep(0.02)
        if process.poll() is not None:
            # What sanitizers need of the kernel is more than it gives up.
            self.assertIn(b"built with sanitizers", process.stderr.read())
            self.assertEqual(process.returncode, 3)
            return
        with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
            status = dict(line.split(":\t", 1) for line in file)
        self.assertEqual((status["Seccomp"], status["NoNewPrivs"]), ("2\n", "1\n"))
        process.terminate()
        self.assertEqual(process.wait(timeout=60), 0)
        process.stderr.close()
        self.assertEqual(len(programs.alerts(pathlib.Path(self.path("alerts")).read_bytes())),
                         len(self.alerts(SERVER)))

    def size(self, name):
        try:
            return os.path.getsize(self.path(name))
        except FileNotFoundError:
            return 0


if __name__ == "__main__":
    programs.main()
