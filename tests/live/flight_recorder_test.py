#!/usr/bin/env python3
# A flight recorder: the window is written when asked for, is complete, and holds the processes that
# were there before it.
import glob
import json
import os
import re
import signal
import time

import life
import programs


class Flight(life.BackgroundCase):
    def windows(self):
        return sorted(glob.glob(self.path("f-*.trail")))

    def dump(self):
        result = self.run_words("record", "dump", "f.trail")
        self.expect(result, 0, stdout=[])
        name = re.search(r" to (\S+)\n", result.stderr.decode()).group(1)
        self.assertIn(self.path(os.path.basename(name)), self.windows())
        return name

    def test_the_window_is_a_trace_with_the_processes_it_needs(self):
        """A shell that started long before the window, and a child of its own inside."""
        self.start("f.trail", "--flight-recorder", "1s")
        wait = f"while [ ! -e {self.path('go')} ]; do sleep 0.1; done"
        shell = self.path("oldshell")
        os.symlink("/bin/bash", shell)
        with self.in_background([shell, "-c", f"{wait}; {self.marker('inside')} 1; sleep 30"]):
            time.sleep(3)  # by now the shell is older than the window
            self.run_marker("also")
            self.write("go", "")
            self.wait_for(lambda: self.execs(self.dump(), "inside"), "the exec in a window")
            window = self.windows()[-1]
        self.expect_complete(window)
        dump = self.run_words("trace", "dump", window).stdout.decode(errors="replace")
        self.assertRegex(dump, r"snapshot [^\n]*oldshell")
        result = self.run_words("analyze", "--format", "json", window)
        alerts = programs.alerts(result.stdout)
        mine = [alert for alert in alerts if alert["process"]["executable"] == self.path("inside")]
        self.assertEqual(1, len(mine))
        chain = [image.get("args", image.get("executable"))
                 for image in mine[0]["exectrail"]["lineage"]]
        self.assertIn("oldshell", json.dumps(chain) + json.dumps(mine[0]["process"]["parent"]))

    def test_what_is_older_than_the_window_is_gone(self):
        self.start("f.trail", "--flight-recorder", "1s")
        self.run_marker("old")
        time.sleep(3)
        self.run_marker("young")
        self.wait_for(lambda: self.execs(self.dump(), "young"), "the exec in a window")
        window = self.windows()[-1]
        self.assertEqual([], self.execs(window, "old"))
        self.assertEqual(0o600, os.stat(window).st_mode & 0o7777)

    def test_stopping_it_writes_the_last_window(self):
        self.start("f.trail", "--flight-recorder", "60s")
        self.run_marker("last")
        result = self.run_words("record", "stop", "f.trail")
        self.expect(result, 0, stderr=["wrote the last ", "next: exectrail analyze"])
        self.assertEqual(1, len(self.windows()))
        self.expect_complete(self.windows()[0])
        self.assertEqual(1, len(self.execs(self.windows()[0], "last")))

    def test_in_the_foreground_a_signal_asks_for_it(self):
        with self.recording("--flight-recorder", "60s", "-o", "f.trail") as recorder:
            self.wait_for(self.states, "its state")
            self.run_marker("seen")
            recorder.send_signal(signal.SIGUSR1)
            self.wait_for(self.windows, "a window")
            self.dump()  # the command finds it, too
            recorder.send_signal(signal.SIGINT)
            self.assertEqual(0, recorder.wait(programs.TIMEOUT), recorder.stderr.read())
        self.assertEqual(3, len(self.windows()))
        for window in self.windows():
            self.expect_complete(window)
            self.assertEqual(1, len(self.execs(window, "seen")), window)
        self.assertEqual([], self.states())

    def test_a_window_that_cannot_be_written(self):
        folder = self.path("away")
        os.mkdir(folder)
        self.start("away/f.trail", "--flight-recorder", "60s")
        os.rename(folder, self.path("gone"))
        result = self.run_words("record", "dump", "away/f.trail")
        self.expect_refusal(result, 3, "was not written", "No such file or directory")
        os.rename(self.path("gone"), folder)
        self.expect(self.run_words("record", "dump", "away/f.trail"), 0)

    def test_dump_is_for_flight_recorders(self):
        self.start("t.trail")
        self.expect_refusal(self.run_words("record", "dump", "t.trail"), 3, "no flight recorder")

    def test_a_signal_to_another_recording_does_nothing(self):
        state = self.start("t.trail")
        os.kill(state["pid"], signal.SIGUSR1)
        self.run_marker("after")
        self.expect(self.run_words("record", "stop", "t.trail"), 0)
        self.assertEqual(1, len(self.execs("t.trail", "after")))


if __name__ == "__main__":
    programs.main()
