#!/usr/bin/env python3
# A trace analysed while it is being recorded gives the same bytes as its file does afterwards.
import re
import shlex
import subprocess

import programs


def without_commands(text):
    """Without the next commands, which name a file: nothing can be asked of a stream that is over."""
    return re.sub(rb"  next     .*\n(?:           exectrail .*\n)*", b"", text)


class Stream(programs.LiveCase):
    def pipeline(self, command, reader):
        """Runs `record -o - -- sh -c COMMAND | READER` with bash."""
        record = shlex.join(programs.program("record", "-o", "-", "--", "sh", "-c", command))
        return subprocess.run(["bash", "-c", f"set -o pipefail; {record} | {reader}"],
                              capture_output=True, cwd=self.folder, stdin=subprocess.DEVNULL,
                              timeout=programs.TIMEOUT)

    def test_live_equals_file(self):
        program = self.path("x")
        # Slowly enough that each execution has a batch of its own.
        command = f"cp /bin/true {program}; for i in 1 2 3; do {program} $i; sleep 0.3; done"
        for form in ("json", "text"):
            with self.subTest(form):
                words = ("analyze", "--format", form)
                analyze = shlex.join(programs.program(*words))
                live = self.pipeline(command, f"tee s.trail | {analyze} -")
                self.expect(live, 0)
                filed = self.run_words(*words, "s.trail")
                self.expect(filed, 0)
                self.assertEqual(live.stdout, without_commands(filed.stdout))
                if form == "json":
                    self.assertEqual(3, len(live.stdout.splitlines()))

    def test_reader_that_goes_away(self):
        """COMMAND goes on and has its status passed on; that its rest is not recorded is said."""
        result = self.pipeline("sleep 1; echo done >&2; exit 5", "(head -c 16; sleep 0.5) >/dev/null")
        self.expect(result, 5)
        self.assertEqual([b"done", b"exectrail: the reader of standard output has gone: "
                          b"the rest is not recorded"], sorted(result.stderr.splitlines()))


if __name__ == "__main__":
    programs.main()
