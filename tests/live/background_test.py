#!/usr/bin/env python3
# record start in one command, record stop in another: what happens in between is recorded, and every
# way in which it goes wrong is said.
import json
import os
import signal

import life
import programs


class Background(life.BackgroundCase):
    def test_what_happens_in_between_is_recorded(self):
        state = self.start("t.trail")
        self.run_marker("first")  # at once: start has waited until tracing was on
        self.run_marker("last")
        result = self.run_words("record", "stop", "t.trail")
        self.expect(result, 0, stdout=[], stderr=["recorded ", "next: exectrail analyze"])
        self.expect_complete("t.trail")
        for name in ("first", "last"):
            self.assertEqual(1, len(self.execs("t.trail", name)), name)
        self.assertTrue(self.has_ended(state["pid"]))
        self.assertEqual([], self.states())

    def test_the_trace_and_its_state_are_for_root_only(self):
        state = self.start("t.trail")
        self.assertEqual(0o600, os.stat(self.path("t.trail")).st_mode & 0o7777)
        path = os.path.join(life.STATES, state["id"] + ".json")
        self.assertEqual(0o600, os.stat(path).st_mode & 0o7777)
        self.assertEqual(0o755, os.stat(life.STATES).st_mode & 0o7777)

    def test_nothing_of_the_step_is_kept(self):
        """A session of its own, no terminal, and none of the starter's files."""
        state = self.start("t.trail")
        pid = state["pid"]
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        self.assertNotEqual(os.getsid(0), int(fields[3]))
        self.assertEqual("0", fields[4], "a terminal")
        for fd in (0, 1, 2):
            self.assertEqual("/dev/null", os.readlink(f"/proc/{pid}/fd/{fd}"))
        self.assertEqual("/", os.readlink(f"/proc/{pid}/cwd"))

    def test_two_at_once(self):
        first, second = self.start("a.trail"), self.start("b.trail")
        result = self.run_words("record", "stop")
        self.expect_refusal(result, 3, "several", "a.trail", "b.trail", "record stop FILE")
        self.run_marker("both")
        self.expect(self.run_words("record", "stop", first["id"][:8]), 0)
        self.run_marker("later")
        self.expect(self.run_words("record", "stop", self.path("b.trail")), 0)
        for trace, later in (("a.trail", 0), ("b.trail", 1)):
            self.expect_complete(trace)
            self.assertEqual(1, len(self.execs(trace, "both")), trace)
            self.assertEqual(later, len(self.execs(trace, "later")), trace)
        self.assertNotEqual(first["id"], second["id"])

    def test_one_file_twice(self):
        self.start("t.trail")
        result = self.run_words("record", "start", "-o", "t.trail")
        self.expect_refusal(result, 3, "is being recorded already", "record stop")
        self.run_marker("after")
        self.expect(self.run_words("record", "stop", "t.trail"), 0)
        self.assertEqual(1, len(self.execs("t.trail", "after")), "the first goes on unharmed")

    def test_what_cannot_begin_says_so_and_leaves_nothing(self):
        result = self.run_words("record", "start", "-o", "no/such/t.trail")
        self.expect_refusal(result, 3, "no/such/t.trail", "No such file or directory")
        self.assertEqual([], self.states())

    def test_a_symbolic_link_is_not_written_through(self):
        self.write("victim", "precious")
        os.symlink(self.path("victim"), self.path("t.trail"))
        result = self.run_words("record", "start", "-o", "t.trail")
        self.expect_refusal(result, 3, "symbolic link", "t.trail")
        with open(self.path("victim")) as file:
            self.assertEqual("precious", file.read())

    def test_segments_are_found_by_their_folder_however_it_is_typed(self):
        for typed in ("trail", "trail/", self.path("trail")):
            with self.subTest(typed):
                self.expect(self.run_words("record", "start", "-o", "trail/"), 0)
                self.expect_refusal(self.run_words("record", "start", "-o", "trail"), 3,
                                    "is being recorded already")
                self.expect(self.run_words("record", "stop", typed), 0, stderr="recorded ")

    def test_none_of_that_name(self):
        self.expect_refusal(self.run_words("record", "stop", "t.trail"), 3, "no recording t.trail")

    def test_one_that_ended_by_itself_is_told_of(self):
        state = self.start("t.trail", "--duration", "200ms")
        self.wait_for(lambda: not os.path.exists(f"/proc/{state['pid']}"), "its end")
        self.expect(self.run_words("record", "stop", "t.trail"), 0, stderr="recorded ")
        self.expect_complete("t.trail")
        self.expect_refusal(self.run_words("record", "stop", "t.trail"), 3, "no recording t.trail")

    def test_one_that_was_killed(self):
        state = self.start("t.trail")
        self.run_marker("before")
        self.wait_for(lambda: self.execs("t.trail", "before"), "the exec in the trace")
        os.kill(state["pid"], signal.SIGKILL)
        self.wait_for(lambda: not os.path.exists(f"/proc/{state['pid']}"), "its end")
        result = self.run_words("record", "stop", "t.trail")
        self.expect_refusal(result, 3, "was killed", "exectrail trace info")
        self.assertEqual(1, len(self.execs("t.trail", "before")))
        # The next recorder cleans up behind it.
        self.expect(self.run_words("record", "-o", "next.trail", "--", "true"), 0)

    def test_the_process_of_another_with_its_pid_is_not_signalled(self):
        """A state file whose process started at another time: that one is somebody else's."""
        state = self.start("t.trail")
        path = os.path.join(life.STATES, state["id"] + ".json")
        with open(path) as file:
            forged = json.load(file)
        forged["id"] = "00000000-0000-4000-8000-000000000000"
        forged["output"] = self.path("forged.trail")
        forged["pid"] = os.getpid()
        forged["start_ticks"] += 1
        with open(os.path.join(life.STATES, forged["id"] + ".json"), "w") as file:
            json.dump(forged, file)
        result = self.run_words("record", "stop", "forged.trail")
        self.expect_refusal(result, 3, "was killed")  # and we are still here to say so

    def test_nobody_may_stop_it(self):
        self.start("t.trail")
        result = self.run_as_nobody("exectrail-record", "stop")
        self.expect_refusal(result, 3, "root")
        self.expect_refusal(self.run_as_nobody("exectrail-record", "start"), 3, "root")

    def test_a_new_trace_in_the_place_of_one_that_ended(self):
        for expected in (False, True):
            self.start("t.trail", stderr=["kept the earlier file as"] if expected else [])
            self.expect(self.run_words("record", "stop", "t.trail"), 0)
            self.assertEqual(expected, os.path.exists(self.path("t.trail.old")))


if __name__ == "__main__":
    programs.main()
