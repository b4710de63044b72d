#!/usr/bin/env python3
# The checks of this folder, checked: each passes on a small clean tree and catches a planted fault.
import os
import sys
import tempfile
import unittest

import evasion_table
import file_length
import layering
import no_machine
import opening
import tree

sys.path.append(os.path.join(tree.ROOT, "cmake"))
import unity_groups


class HouseTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        self.write("trace/reader.h", '// Reads.\n#include <string>\n#include "trace/record.h"\n')
        self.write("trace/reader.cpp", '#include "trace/reader.h"\n')
        self.write("recorder/kernel/a.c", "/* Two\n * lines. */\n#include <tracefs/tracefs.h>\n")
        self.write("analyzer/output/a.cpp", '// Text.\n#include "analyzer/engine/alert.h"\n')

    def write(self, path, content):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(content)

    def assertPlanted(self, check, path, content, expected):
        self.assertEqual([], check(self.root))
        self.write(path, content)
        self.assertEqual([expected], check(self.root))

    def test_reversed_include(self):
        self.assertPlanted(
            layering.check, "trace/planted.cpp", '\n  # include "analyzer/engine/engine.h"\n',
            'trace/planted.cpp:2: trace/ may not include "analyzer/engine/engine.h", only trace/')

    def test_engine_does_not_know_output(self):
        self.assertPlanted(
            layering.check, "analyzer/engine/e.cpp", '#include "analyzer/output/text.h"\n',
            'analyzer/engine/e.cpp:1: analyzer/engine/ may not include "analyzer/output/text.h", '
            "only trace/ analyzer/paths/ analyzer/compiler/ analyzer/engine/")

    def test_kernel_headers_stay_in_one_folder(self):
        self.assertPlanted(
            layering.check, "recorder/main.cpp", "#include <linux/perf_event.h>\n",
            "recorder/main.cpp:1: <linux/perf_event.h> is for recorder/kernel/ only")

    def test_includes_start_at_the_root(self):
        self.assertPlanted(
            layering.check, "replay/a.cpp", '#include "runner.h"\n',
            'replay/a.cpp:1: replay/ may not include "runner.h", only trace/ analyzer/ replay/')

    def test_no_code_elsewhere(self):
        self.assertPlanted(
            layering.check, "util/a.h", "#include <string>\n",
            "util/a.h:1: C++ outside the folders named in tests/house/layering.py")

    def grouped(self, *contents):
        """Which of files with these contents are compiled as one, by their positions."""
        sources = []
        for number, content in enumerate(contents):
            self.write(f"{number}.cpp", content)
            sources.append(unity_groups.Source(os.path.join(self.root, f"{number}.cpp")))
        return [[sources.index(source) for source in group] for group in unity_groups.groups(sources)]

    def test_files_that_share_no_name_are_one(self):
        hidden = "namespace {{\n\nint {}(int a) {{\n  return a;\n}}\n\n}}  // namespace\nint x{}();\n"
        self.assertEqual([[0, 1]], self.grouped(hidden.format("f", 1), hidden.format("g", 2)))

    def test_what_a_file_keeps_to_itself_is_no_name_of_another(self):
        for kept, used in (("int f(int a) {\n}\n", "int x = f(1);\n"), ("struct Row {\n};\n", "Row* row;\n"),
                           ("constexpr int kMost = 1;\n", "int y = kMost;\n"),
                           ("using Kind = A::Kind;\n", "Kind kind();\n")):
            kept = "namespace {\n" + kept + "}  // namespace\n"
            with self.subTest(used):
                self.assertEqual([[0], [1]], self.grouped(kept, used))
                self.assertEqual([[0], [1]], self.grouped(used, kept))
                self.assertEqual([[0, 1]], self.grouped(kept, f'// {used}const char* s = "f( Row kMost";\n'))

    def test_a_group_has_an_end(self):
        self.assertEqual([[0], [1]], self.grouped("\n" * 2000, "\n" * 2000))

    def test_no_opening_comment(self):
        self.assertPlanted(opening.check, "trace/a.h", "#pragma once\n",
                           "trace/a.h: opens with 0 lines of comment, 1 to 6 needed")

    def test_opening_comment_too_long(self):
        self.assertPlanted(opening.check, "scripts/x", "#!/bin/bash\n" + "# word\n" * 7,
                           "scripts/x: opens with 7 lines of comment, 1 to 6 needed")

    def test_long_file(self):
        self.assertEqual([], file_length.check(self.root))
        self.write("trace/long.cpp", "\n" * 501)
        self.assertIn("trace/long.cpp: 501 lines, 500 are the limit", file_length.check(self.root))

    def test_many_longish_files(self):
        self.write("trace/longish.cpp", "\n" * 300)
        self.assertIn("trace/longish.cpp: 300 lines", file_length.check(self.root))

    def test_data_may_be_long(self):
        self.write("corpus/attack/a/trace.txt", "\n" * 501)
        self.assertEqual([], file_length.check(self.root))

    def evasions(self):
        """A clean table, one row for each evasion."""
        self.write("corpus/evasion/a/scenario.yaml", "story: A.\n")
        self.write("docs/blind-spots.md", "# Blind spots\n## Code that's never run\n")
        row = "| {} | x | [blind](blind-spots.md#code-thats-never-run) | [a](../corpus/evasion/a) |\n"
        return "".join(row.format(number) for number in range(1, evasion_table.ROWS + 1))

    def assertTable(self, change, expected):
        rows = self.evasions()
        self.write(evasion_table.TABLE, rows)
        self.assertPlanted(evasion_table.check, evasion_table.TABLE, change(rows), expected)

    def test_evasion_without_an_answer(self):
        self.assertTable(lambda rows: rows.replace("| 2 | x | [blind](blind-spots.md#code-thats-never-"
                                                   "run) | [a](../corpus/evasion/a) |", "| 2 | x | | |"),
                         "docs/evasions.md:2: row 2 names neither scenario, test nor blind spot")

    def test_evasion_that_is_left_out(self):
        self.assertTable(lambda rows: rows[rows.index("| 2 |"):],
                         f"docs/evasions.md: rows must be 1 to {evasion_table.ROWS} in order, they are {[*range(2, evasion_table.ROWS + 1)]}")

    def test_evasion_whose_scenario_is_gone(self):
        self.assertTable(lambda rows: rows + "[b](../corpus/evasion/b)\n",
                         f"docs/evasions.md:{evasion_table.ROWS + 1}: there is no corpus/evasion/b")

    def test_evasion_whose_blind_spot_is_not_told(self):
        self.assertTable(lambda rows: rows + "[c](blind-spots.md#guests)\n",
                         f"docs/evasions.md:{evasion_table.ROWS + 1}: docs/blind-spots.md has no heading for #guests")

    def test_scenario_in_no_row(self):
        self.write(evasion_table.TABLE, self.evasions())
        self.assertPlanted(evasion_table.check, "corpus/evasion/new/scenario.yaml", "story: New.\n",
                           "docs/evasions.md: corpus/evasion/new is in no row")

    def test_machine_path(self):
        path = "/" + "work/shared/x"
        self.assertPlanted(no_machine.check, "docs/a.md", f"see {path}\n",
                           "docs/a.md:1: names a machine: /" + "work/s")

    def test_registry_host(self):
        host = "deb.debian" + ".org"
        self.assertPlanted(no_machine.check, "scripts/setup", f"\nfetch http://{host}/debian\n",
                           f"scripts/setup:2: names a machine: {host}")


if __name__ == "__main__":
    unittest.main()
