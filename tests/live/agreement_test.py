#!/usr/bin/env python3
# The kernel's audit subsystem and each of our sources record the same workload at the same time, and
# agree: the same execs, with the same arguments and files wherever both know them, and the same failed
# attempts with the same errno. Audit needs a daemon of its own, and root.
import collections
import json
import os
import signal
import subprocess
import sys
import time

import audit
import listing
import programs

WORKLOAD = os.path.join(os.path.dirname(os.path.realpath(__file__)), "agreement_workload.py")
AUTO = "auto"


def sources():
    """What the recorder is forced to use: all that it says this host has, and `auto`."""
    said = subprocess.run(programs.program("record", "--probe", "--format", "json"), check=True,
                          capture_output=True, timeout=programs.TIMEOUT)
    probes = {probe["what"]: probe for probe in json.loads(said.stdout)["probes"]}
    found = [AUTO, "tracefs", "tracefs,procfs"]
    # Dynamic events tell of no execs themselves.
    for source, what in (("perf", "perf side-band"), ("tracefs,dynamic", "dynamic events")):
        if probes[what]["state"] == "no":
            print(f"no {source} here: {probes[what]['found']}")
        else:
            found.append(source)
    return found


class Agreement(programs.LiveCase):
    def setUp(self):
        super().setUp()
        try:
            self.kernel = audit.Kernel()
            self.addCleanup(self.kernel.restore)
            self.daemon = audit.Daemon(self.kernel, self.path("."))
            self.addCleanup(self.daemon.stop)
            self.daemon.start()
        except audit.Refused as e:
            self.skipTest(f"{e} (scripts/setup --scenarios installs it)")

    def start_recorder(self, source):
        process = subprocess.Popen(
            programs.program("record", "-a", "--failed", "all", "--source", source, "-o", self.trace(source)),
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stderr.close()

    def trace(self, source):
        return self.path(f"{source}.trail")

    def wait_until_all_record(self):
        marker = self.path("marker")
        os.symlink("/bin/true", marker)

        def seen(source):
            return any(record["typed"] == os.fsencode(marker) for record in
                       listing.of_kind(listing.records(self.trace(source))[0], "exec"))

        end = time.monotonic() + programs.TIMEOUT
        for source, process in self.recorders.items():
            while True:
                self.assertIsNone(process.poll(), f"{source}: the recorder has ended")
                self.assertLess(time.monotonic(), end, f"{source} has recorded nothing")
                subprocess.run([marker], check=True)
                if os.path.exists(self.trace(source)) and seen(source):
                    break
                time.sleep(0.1)

    def record(self):
        """Runs the workload; returns its pid."""
        self.sources = sources()
        self.recorders = {source: self.start_recorder(source) for source in self.sources}
        self.wait_until_all_record()
        os.mkdir(self.path("work"))
        workload = subprocess.Popen([sys.executable, WORKLOAD, os.path.join(programs.BIN, "short_lived")],
                                    cwd=self.path("work"), stdin=subprocess.DEVNULL)
        self.assertEqual(0, workload.wait(programs.TIMEOUT))
        for source, process in self.recorders.items():
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=programs.TIMEOUT)
            self.assertEqual(0, process.returncode, f"{source}: {said}")
        lost = audit.status()["lost"]
        self.daemon.stop()
        self.assertEqual(self.kernel.before["lost"], lost, "audit has lost events: no second opinion")
        return workload.pid

    def test_agreement(self):
        root = self.record()
        traces = {}
        family = set()
        for source in self.sources:
            found, complete = listing.records(self.trace(source))
            self.assertTrue(complete, source)
            traces[source] = found
            family |= listing.descendants(found, root)
        said = [event for event in audit.events(self.daemon.log) if event.pid in family]
        self.assertGreater(len(said), 200, "audit has seen the workload")
        for source, found in traces.items():
            ours = [record for record in found if record.get("pid") in family]
            with self.subTest(source=source, what="execs"):
                self.compare_execs(source, listing.of_kind(ours, "exec"),
                                   [event for event in said if event.error == 0])
            with self.subTest(source=source, what="failed attempts"):
                self.compare_attempts(source, found, listing.of_kind(ours, "attempt"),
                                      [event for event in said if event.error != 0])

    def by_process(self, items, pid):
        grouped = collections.defaultdict(list)
        for item in items:
            grouped[pid(item)].append(item)
        return grouped

    def pairs(self, ours, theirs):
        """Execs of one process follow each other, whoever reports them: the n-th is the n-th."""
        ours = self.by_process(ours, lambda record: record["pid"])
        theirs = self.by_process(theirs, lambda event: event.pid)
        only_ours = {pid: ours[pid] for pid in ours if len(ours[pid]) != len(theirs.get(pid, []))}
        only_theirs = {pid: theirs[pid] for pid in theirs if len(theirs[pid]) != len(ours.get(pid, []))}
        self.assertEqual(({}, {}), (only_ours, only_theirs), "processes whose numbers differ")
        return [pair for pid in ours for pair in zip(ours[pid], theirs[pid])]

    def compare(self, name, value, expected, what):
        """Counts what could be compared."""
        self.compared[name] += 1
        self.assertEqual(expected, value, f"{name} of {what}")

    def compare_execs(self, source, ours, theirs):
        self.compared = collections.Counter()
        pairs = self.pairs(ours, theirs)
        for record, event in pairs:
            if listing.whole(record, "typed") and event.typed:  # audit has none for execveat
                self.compare("typed", record["typed"], event.typed, event)
            if listing.whole(record, "arguments"):
                self.compare("arguments", record["arguments"], event.arguments, event)
            if listing.whole(record, "executable"):
                self.compare("executable", record["executable"], event.executable, event)
        print(f"{source}: {len(pairs)} execs, compared {dict(self.compared)}")
        # Agreement on nothing would be easy.
        self.assertGreater(self.compared["typed"], 0.9 * len(pairs))
        if source in (AUTO, "perf"):
            for name in ("arguments", "executable"):
                self.assertGreater(self.compared[name], 0.9 * len(pairs), name)

    def compare_attempts(self, source, found, ours, theirs):
        header = listing.of_kind(found, "header")[0]
        if source != AUTO and not any("sys_exit" in event for event in header["events"]):
            self.assertEqual([], ours, f"{source} cannot know of failures")
            return
        self.compared = collections.Counter()
        pairs = self.pairs(ours, theirs)
        for record, event in pairs:
            self.compare("errno", record["errno"], event.error, event)
            if listing.whole(record, "typed") and event.typed:
                self.compare("typed", record["typed"], event.typed, event)
        print(f"{source}: {len(pairs)} failed attempts, compared {dict(self.compared)}")
        errors = {event.error for _, event in pairs}
        self.assertGreaterEqual(len(errors), 6, f"kinds of failure: {sorted(errors)}")


if __name__ == "__main__":
    programs.main()
