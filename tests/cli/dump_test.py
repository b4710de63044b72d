#!/usr/bin/env python3
# exectrail trace dump: JSON lines and which records are shown.
import glob
import json
import os
import re

import programs

TRACES = os.path.join(programs.ROOT, "tests", "data", "traces")
PLAIN = os.path.join(TRACES, "v2_plain.trail")
KINDS = ["snapshot", "fork", "exec", "attempt", "exit", "gap", "mapping", "tally", "mount_table",
         "heartbeat", "file_hash"]


class Dump(programs.Case):
    def text(self, *words):
        result = self.run_words("trace", "dump", *words)
        self.expect(result, 0, stderr=[])
        return [line for line in result.stdout.decode().splitlines() if not line.startswith("#")]

    def json(self, *words):
        return [json.loads(line) for line in self.text("--json", *words)]

    def test_json_is_execs_failed_attempts_and_gaps(self):
        for path in sorted(glob.glob(os.path.join(programs.ROOT, "corpus", "evasion", "*", "trace.trail"))):
            kinds = {record["exectrail"]["record"] for record in self.json(path)}
            self.assertLessEqual(kinds, {"exec", "attempt", "gap"})
            self.assertIn("exec", kinds)

    def test_json_has_one_line_a_record(self):
        kinds = [record["exectrail"]["record"] for record in self.json("--kind", "all", PLAIN)]
        lines = [line for line in self.text(PLAIN) if not re.match(r" +mount  \d", line)]
        self.assertEqual(len(lines), len(kinds))
        self.assertLessEqual(set(kinds), set(KINDS))

    def test_an_exec_has_the_names_and_values_of_its_alert(self):
        path = sorted(glob.glob(os.path.join(programs.ROOT, "corpus", "attack", "*", "trace*.trail")))[0]
        alerts = programs.alerts(self.run_words("analyze", "--format", "json", path).stdout)
        self.assertTrue(alerts)
        execs = {record["process"]["entity_id"]: record for record in self.json("--kind", "exec", path)}
        for alert in alerts:
            record = execs[alert["process"]["entity_id"]]
            self.assertEqual("success", record["event"]["outcome"])
            self.assertEqual(alert["host"], record["host"])
            self.assertEqual(alert["user"], record["user"])
            for name in ("pid", "start", "name", "executable", "args", "args_count", "command_line",
                         "working_directory", "user", "group"):
                self.assertEqual(alert["process"].get(name), record["process"].get(name), name)
            parent = alert["process"].get("parent", {}).get("entity_id")
            self.assertEqual(parent, record["process"].get("parent", {}).get("entity_id"))
            self.assertIn("process.executable", record["exectrail"]["evidence"])

    def test_a_failed_attempt(self):
        path = os.path.join(programs.ROOT, "corpus", "evasion", "missing-interpreter", "trace.trail")
        attempts = self.json("--kind", "attempt", path)
        self.assertTrue(attempts)
        for record in attempts:
            self.assertEqual("failure", record["event"]["outcome"])
            self.assertEqual(record["error"]["code"], record["exectrail"]["result"])
            self.assertIn("exectrail.typed_path", record["exectrail"]["evidence"])

    def test_kinds(self):
        whole = self.text(PLAIN)
        forks = self.text("--kind", "fork", PLAIN)
        both = self.text("--kind", "fork,exit", PLAIN)
        self.assertTrue(forks and set(forks) < set(both) < set(whole))
        self.assertEqual(both, self.text("--kind", "exit", "--kind", "fork", PLAIN))

    def test_time_process_and_executable(self):
        whole = self.text(PLAIN)
        time = next(line.split()[0] for line in whole if " cp[kernel]" in line or "/usr/bin/cp[" in line)
        early, late = self.text("--to", "+" + time, PLAIN), self.text("--from", "+" + time, PLAIN)
        self.assertTrue(early and late)
        self.assertEqual(whole, early + late)
        self.assertEqual(1, len(self.text("--executable", "/usr/bin/c[op]*", "--kind", "exec", PLAIN)))
        pid = next(re.search(r"exec +(\d+)\.", line)[1] for line in whole if "/usr/bin/cp[" in line)
        self.assertEqual(3, len(self.text("--pid", pid, PLAIN)), "fork, exec, exit")

    def test_the_index_changes_no_answer(self):
        path = os.path.join(TRACES, "v2_indexed.trail")
        result = self.run_words("trace", "dump", "--pid", "100", path)
        self.expect(result, 0, stdout="by the index, ", stderr=[])
        self.assertEqual(self.text("--no-index", "--pid", "100", path), self.text("--pid", "100", path))
        self.assertEqual(3, len(self.text("--pid", "100", path)))

    def test_refused(self):
        for words, parts in ((["--kind", "execs"], ["--kind", "execs", "file_hash"]),
                             (["--from", "noon"], ["--from", "noon"])):
            with self.subTest(words):
                self.expect_refusal(self.run_words("trace", "dump", *words, PLAIN), 2, *parts)


if __name__ == "__main__":
    programs.main()
