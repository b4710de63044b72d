#!/usr/bin/env python3
# The same program run by its full path and by a relative one: two executions, two alerts, both
# about the same file. A shell must not make a difference. SHELL… are the arguments.
import shutil
import sys

import programs

SHELL = sys.argv[1:] or ["sh"]


class TwoAlerts(programs.LiveCase):
    def test_full_and_relative_path(self):
        if not shutil.which(SHELL[0]):
            self.skipTest(f"{SHELL[0]} is not installed")
        program = self.path("x")
        script = f"cp /bin/true {program}; {program}; cd {self.folder}; ./x"
        self.expect(self.run_words("record", "-o", "t.trail", "--", *SHELL, "-c", script), 0)

        result = self.run_words("analyze", "--format", "json", "t.trail")
        self.expect(result, 0)
        alerts = programs.alerts(result.stdout)
        self.assertEqual([program, program], [a["process"]["executable"] for a in alerts])
        self.assertEqual([program, "./x"], [a["exectrail"]["typed_path"] for a in alerts])


if __name__ == "__main__":
    del sys.argv[1:]
    programs.main()
