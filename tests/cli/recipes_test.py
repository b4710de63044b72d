#!/usr/bin/env python3
# What asks recipes questions: explain, --where, baseline. On recordings of the corpus.
import pathlib
import re

import programs

CORPUS = pathlib.Path(__file__).resolve().parents[2] / "corpus"
LOADER = str(CORPUS / "evasion/dynamic-loader/trace.trail")
SERVER = str(CORPUS / "attack/web-shell-drops-to-tmp/trace.trail")


class Recipes(programs.Case):
    def text(self, *words, status=0):
        result = self.run_words(*words)
        self.assertEqual(result.returncode, status, result.stderr.decode())
        return result.stdout.decode()

    def test_the_sites_own_file_of_the_documentation_is_sound(self):
        documentation = (pathlib.Path(programs.ROOT) / "docs" / "recipes.md").read_text()
        examples = re.findall(r"^## A site's own file\n+```yaml\n(.*?)^```", documentation, re.M | re.S)
        self.assertEqual(1, len(examples))
        self.text("recipes", "check", self.write("site.yaml", examples[0]))

    def test_an_empty_file_is_told(self):
        for content, told in (("", True), ("# later\n\n", True), ("lists: {mine: [a]}\n", False)):
            result = self.run_words("recipes", "check", self.write("site.yaml", content))
            self.assertEqual(result.returncode, 0)
            self.assertEqual(b"site.yaml is empty" in result.stderr, told, content)

    def test_show(self):
        site = self.write("site.yaml", "override: download_then_exec\nseverity: low\n")
        said = self.text("recipes", "show", "download_then_exec", "--recipes", site)
        self.assertRegex(said, r"(?m)^# .*over_time\.yaml:1\n(#.*\n)?recipe: download_then_exec$")
        self.assertIn("site.yaml:1\noverride: download_then_exec\nseverity: low\n", said)
        self.assertNotIn("recipe: failed_exec_burst", said)
        result = self.run_words("recipes", "show", "download_then_exe")
        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.assertIn(b"did you mean 'download_then_exec'?", result.stderr)

    def test_explain_why(self):
        said = self.text("recipes", "explain", "loader_from_unusual_dir", LOADER)
        self.assertIn("file.path = '/tmp/x' is in class temp", said)
        self.assertIn("verdict  alert, critical", said)

    def test_explain_why_not(self):
        said = self.text("recipes", "explain", "exec_from_unusual_dir", LOADER, "575")
        self.assertIn("is in no class", said)
        self.assertIn("verdict  nothing", said)

    def test_explain_by_alert(self):
        alerts = programs.alerts(self.text("analyze", "--format", "json", LOADER))
        self.assertTrue(alerts)
        for alert in alerts:
            name = alert["event"]["id"][:12]
            self.assertIn("verdict  alert", self.text("recipes", "explain", name, LOADER))

    def test_explain_nothing(self):
        for words in (["no_such_recipe", LOADER], ["exec_from_unusual_dir", LOADER, "99999"]):
            result = self.run_words("recipes", "explain", *words)
            self.assertEqual(result.returncode, 2)
            self.assertEqual(result.stdout, b"")

    def test_where(self):
        said = self.text("analyze", "--where", "any(args, it == '/tmp/x') and file.path under '/usr'",
                         LOADER).splitlines()
        self.assertEqual([line.split("  ")[2].rsplit("/", 1)[-1] for line in said],
                         ["cp", "chmod", "ld-linux-x86-64.so.2", "rm"])

    def test_where_that_is_no_expression(self):
        result = self.run_words("analyze", "--where", "file.pth == 'x'", LOADER)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--where:1:1: error[R022]", result.stderr.decode())

    def test_baseline(self):
        usual = str(pathlib.Path(self.write("usual", "")).resolve())
        self.text("baseline", "learn", "-o", usual, SERVER)
        learned = pathlib.Path(usual).read_text()
        self.assertIn("new_parent_child\t/usr/sbin/lighttpd\t/usr/bin/dash\n", learned)
        known = self.text("analyze", "--format", "json", "--baseline", usual, SERVER)
        self.assertNotIn("new_parent_child", known)
        pathlib.Path(usual).write_text("exectrail baseline 1\n")
        new = self.text("analyze", "--format", "json", "--baseline", usual, SERVER)
        self.assertEqual(new.count('"recipe":"new_parent_child"'), 1)

    def test_bad_baseline(self):
        path = self.write("bad", "hello\n")
        result = self.run_words("analyze", "--baseline", path, SERVER)
        self.assertEqual(result.returncode, 3)
        self.assertIn("this is no baseline", result.stderr.decode())

    def test_guidance(self):
        said = self.text("analyze", "--format", "json", "--context", "ci", SERVER)
        self.assertIn('"guidance":{"context":"ci"', said)
        self.assertNotIn('"guidance"', self.text("analyze", "--format", "json", SERVER))


if __name__ == "__main__":
    programs.main()
