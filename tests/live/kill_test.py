#!/usr/bin/env python3
# kill -9 of the recorder at a random moment of a storm, COUNT times (default 5): the trace can be read,
# every exec that had ended 100 ms before the kill is in it, and nothing in it is wrong. Time in which
# the recorder was ready to run and others had the processors is not counted. By hand:
# EXECTRAIL_BIN=build/release/bin PYTHONPATH=tests/support tests/live/kill_test.py 200
import glob
import os
import random
import shutil
import sys
import threading
import time

import listing
import programs

COUNT = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 5
SEED = int(os.environ.get("EXECTRAIL_SEED", random.randrange(10**6)))
MAY_MISS = 0.1   # seconds
STARTS_WITHIN = 20  # seconds
MOST = 1.0  # seconds from the first recorded exec to the kill, at most


def waited(pid):
    """Seconds for which the threads of a process have waited for a processor: schedstat, which the
    kernel's sched-stats.rst describes."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(path) as file:
            total += int(file.read().split()[1])
    return total / 1e9


def asleep_on(pid, seconds):
    """Watches the threads of a process for so long: for how many milliseconds each was in an
    uninterruptible sleep, by the kernel's function. Says what kept a recorder from writing."""
    end, last, seen = time.monotonic() + seconds, time.monotonic(), {}
    while last < end:
        time.sleep(0.002)
        now = time.monotonic()
        for task in glob.glob(f"/proc/{pid}/task/*"):
            with open(f"{task}/stat") as stat, open(f"{task}/wchan") as wchan:
                if stat.read().rsplit(")", 1)[1].split()[0] == "D":
                    where = wchan.read()
                    seen[where] = seen.get(where, 0) + round((now - last) * 1000)
        last = now
    return seen


class Storm:
    """Runs a program as fast as it can, each time with a new counter; knows when each one ended."""

    def __init__(self, program):
        self.program = program
        self.ended = []  # CLOCK_MONOTONIC in seconds, by counter
        self.pids = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stop.is_set():
            pid = os.posix_spawn(self.program, [self.program, str(len(self.pids))], {})
            self.pids.append(pid)
            os.waitpid(pid, 0)
            self.ended.append(time.monotonic())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


class Kill(programs.LiveCase):
    def setUp(self):
        super().setUp()
        self.program = shutil.copy(os.path.join(programs.BIN, "short_lived"), self.folder)
        self.random = random.Random(SEED)

    def kill_one(self, trace):
        """Returns the storm, when the recorder was killed, how long before that all must be kept, and
        what the recorder slept on meanwhile."""
        with self.recording("-a", "-o", trace) as recorder, Storm(self.program) as storm:
            begin = time.monotonic()
            while not self.execs(trace):
                self.assertLess(time.monotonic(), begin + STARTS_WITHIN, "nothing is recorded")
                time.sleep(0.05)
            time.sleep(self.random.uniform(0, MOST))
            before = waited(recorder.pid)
            slept = asleep_on(recorder.pid, 2 * MAY_MISS)
            allowed = MAY_MISS + waited(recorder.pid) - before
            killed = time.monotonic()
            recorder.kill()
            recorder.wait()
        return storm, killed, allowed, slept

    def execs(self, trace, storm=None):
        """Of the storm, counter: pid. One whose arguments could not be had, which the recorder says,
        is known by its pid."""
        if not os.path.exists(trace):
            return {}
        found = {}
        for record in listing.of_kind(listing.records(trace)[0], "exec"):
            if record["executable"] != os.fsencode(self.program):
                continue
            arguments = record["arguments"]
            if arguments is None:
                if storm is not None and record["pid"] in storm.pids:
                    found[storm.pids.index(record["pid"])] = record["pid"]
                continue
            self.assertEqual([os.fsencode(self.program)], arguments[:1], "wrong arguments")
            self.assertEqual(2, len(arguments), "wrong arguments")
            counter = int(arguments[1])
            self.assertNotIn(counter, found, "an exec is there twice")
            found[counter] = record["pid"]
        return found

    def check(self, trace, storm, killed, allowed, slept):
        """Returns how many execs are kept and missing, the age of the oldest of these in
        milliseconds, and what is wrong with that."""
        result = self.run_words("trace", "info", trace)
        self.assertRegex(result.stderr.decode(), "it has no end|it stops inside|^$")
        self.assertIn(result.returncode, (0, 3))
        found = self.execs(trace, storm)
        for counter, pid in found.items():
            self.assertLess(counter, len(storm.pids), "an exec that never was")
            self.assertEqual(storm.pids[counter], pid, "an exec of another process")
        expected = [counter for counter, ended in enumerate(storm.ended)
                    if counter >= min(found) and ended < killed - allowed]
        late = [counter for counter in expected if counter not in found]
        wrong = [f"{len(late)} execs are missing, {late[0]} first, and over for more than {allowed:.3f} s; "
                 f"threads asleep for ms: {slept}"] if late else []
        missing = [killed - ended for counter, ended in enumerate(storm.ended)
                   if counter > max(found) and ended < killed]
        return len(found), len(missing), max(missing, default=0.0) * 1000, wrong

    def test_at_any_moment(self):
        print(f"seed {SEED}")
        missing, worst, execs, wrong = 0, 0.0, 0, []
        for number in range(COUNT):
            trace = self.path(f"{number}.trail")
            kept, lost, age, found = self.check(trace, *self.kill_one(trace))
            os.unlink(trace)
            missing, worst, execs = max(missing, lost), max(worst, age), execs + kept
            wrong += [f"kill {number}: {what}" for what in found]
        print(f"{COUNT} kills, {execs} execs of the storms kept; at most {missing} missing, the oldest "
              f"of which had ended {worst:.1f} ms before the kill")
        self.assertEqual([], wrong)
        # The next recorder clears away what the killed ones left in tracefs.
        self.expect(self.run_words("record", "-o", "next.trail", "--", "true"), 0)


if __name__ == "__main__":
    programs.main()
