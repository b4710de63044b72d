#!/usr/bin/env python3
# A broken recipe: file:line:column, the line, a caret under the fault, help; exit status 2. No trace
# is opened: the one named here does not exist.
import programs

RECIPE = """recipe: planted
version: 1.0.0
title: A recipe with one fault
severity: per class
judge:
  results: [ok]
  path: file.path
classes:
  temp: {severity: high, under: [/tmp]}
"""


class BadRecipe(programs.Case):
    def expect_fault(self, broken, line, column):
        path = self.write("planted.yaml", broken)
        for words in (["recipes", "check", path], ["analyze", "--recipes", path, "none.trail"]):
            with self.subTest(" ".join(words)):
                result = self.run_words(*words)
                self.expect(result, 2, stderr=f"{path}:{line}:{column}: error", stdout=[])
                said = result.stderr.decode().splitlines()
                shown = next(i for i, text in enumerate(said) if broken.splitlines()[line - 1] in text)
                self.assertRegex(said[shown + 1], r"\^")
                self.assertIn("help:", result.stderr.decode())

    def test_sound(self):
        path = self.write("planted.yaml", RECIPE)
        self.expect(self.run_words("recipes", "check", path), 0, stderr=[])

    def test_not_yaml(self):
        self.expect_fault(RECIPE.replace("[ok]", "[ok"), 7, 7)

    def test_unknown_key(self):
        self.expect_fault(RECIPE.replace("title:", "titel:"), 3, 1)

    def test_unknown_severity(self):
        self.expect_fault(RECIPE.replace("severity: high", "severity: hihg"), 9, 20)

    def test_a_fault_that_several_recipes_share_is_told_once(self):
        path = self.write("site.yaml", "override: exec_from_unusual_dir\nclasses:\n"
                          "  temp: {add_under: [not/absolute]}\n")
        result = self.run_words("recipes", "check", path)
        self.expect(result, 2, stderr="site.yaml:3:")
        self.assertEqual(1, result.stderr.count(b"error["), result.stderr.decode())

    def test_missing_file(self):
        result = self.run_words("recipes", "check", "/nonexistent.yaml")
        self.expect_refusal(result, 2, "/nonexistent.yaml", "No such file or directory")


if __name__ == "__main__":
    programs.main()
