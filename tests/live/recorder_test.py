#!/usr/bin/env python3
# How a recording begins and ends: signals, a time limit, a full stop, an output that is there already.
import os
import re
import shutil
import signal
import struct
import subprocess
import time

import life
import programs


class Recorder(life.LifeCase):
    def recorded(self, trace, marker):
        """True if the trace holds an exec of `marker`, which may still be on its way to the file."""
        return os.path.exists(self.path(trace)) and marker.encode() in self.dump(trace).stdout

    def dump(self, trace):
        return self.run_words("trace", "dump", trace)

    def wait_until_recording(self, trace):
        def seen():
            return self.recorded(trace, self.run_marker("started"))
        self.wait_for(seen, f"an exec in {trace}")

    def test_interrupt_ends_a_host_wide_recording(self):
        with self.recording("-a", "-o", "t.trail") as recorder:
            self.wait_until_recording("t.trail")
            marker = self.run_marker("last")
            recorder.send_signal(signal.SIGINT)
            self.assertEqual(0, recorder.wait(programs.TIMEOUT), recorder.stderr.read())
        self.assertTrue(self.recorded("t.trail", marker))
        self.expect(self.run_words("trace", "info", "t.trail"), 0)

    def test_a_path_below_another_root_is_not_the_hosts(self):
        count = 400
        os.makedirs(self.path("root/usr/bin"))
        shutil.copy(os.path.join(programs.BIN, "short_lived"), self.path("root/usr/bin/quick"))
        with open(self.path("changed.py"), "w", encoding="utf-8") as file:
            file.write("import os\nos.chroot('root')\nos.chdir('/')\n"
                       f"for i in range({count}):\n"
                       "    os.waitpid(os.posix_spawn('/usr/bin/quick', ['quick', str(i)], {}), 0)\n")
        result = self.run_words("record", "-o", "t.trail", "--", "python3", "changed.py")
        self.expect(result, 0)
        said = self.dump("t.trail").stdout.decode()
        found = re.findall(r" exe (\S*/usr/bin/quick)\[(\w+)\]", said)
        if b" LOST " in result.stderr:  # of an instrumented recorder
            self.assertGreater(len(found), 0)
        else:
            self.assertEqual(count, len(found))
        # Most have ended before anybody looked; of none is the host's /usr/bin said to be known.
        self.assertNotIn(("/usr/bin/quick", "kernel"), found)
        self.assertLessEqual({path for path, _ in found},
                             {"/usr/bin/quick", self.path("root/usr/bin/quick")})

    def test_what_a_full_disk_has_cut_is_not_clean(self):
        os.mkdir(self.path("small"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", self.path("small")], check=True)
        self.addCleanup(subprocess.run, ["umount", self.path("small")], check=True)
        result = self.run_words("record", "-o", "small/t.trail", "--", "sh", "-c",
                                "for i in $(seq 300); do /bin/true; done")
        self.expect(result, 125, stderr="the trace ends early")
        found = self.run_words("analyze", "--fail-on", "critical", "small/t.trail")
        self.expect(found, 1, stderr="the disk was full and the recording ended")

    def test_terminate_ends_it_too(self):
        with self.recording("-a", "-o", "t.trail") as recorder:
            self.wait_until_recording("t.trail")
            recorder.send_signal(signal.SIGTERM)
            self.assertEqual(0, recorder.wait(programs.TIMEOUT), recorder.stderr.read())
        self.expect(self.run_words("trace", "info", "t.trail"), 0)

    def test_duration(self):
        begin = time.monotonic()
        with self.recording("-a", "--duration", "2s", "-o", "t.trail") as recorder:
            self.wait_until_recording("t.trail")
            self.assertEqual(0, recorder.wait(programs.TIMEOUT), recorder.stderr.read())
        self.assertGreaterEqual(time.monotonic() - begin, 2)
        self.expect(self.run_words("trace", "info", "t.trail"), 0)

    def wake_latency(self):
        """What holds on this host, in microseconds."""
        with open("/dev/cpu_dma_latency", "rb") as device:
            return struct.unpack("i", device.read(4))[0]

    def test_wake_latency_holds_as_long_as_the_recording(self):
        before = self.wake_latency()
        self.assertGreater(before, 7, "somebody else holds it down")
        with self.recording("-a", "--wake-latency", "7", "-o", "t.trail") as recorder:
            self.wait_until_recording("t.trail")
            self.assertEqual(7, self.wake_latency())
            recorder.send_signal(signal.SIGINT)
            self.assertEqual(0, recorder.wait(programs.TIMEOUT), recorder.stderr.read())
        self.assertEqual(before, self.wake_latency())

    def test_a_finished_trace_is_packed(self):
        storm = [os.path.join(programs.BIN, "storm"), "--count", "300"]
        self.expect(self.run_words("record", "-o", "t.trail", "--", *storm,
                                   os.path.join(programs.BIN, "short_lived")), 0)
        size = os.path.getsize(self.path("t.trail"))
        self.assertLess(size / 300, 150, "bytes an exec; about 400 as they are while recording")
        self.expect(self.run_words("trace", "verify", "t.trail"), 0, stdout="intact")
        self.assertEqual(["t.trail"], os.listdir(self.folder), "nothing is left beside it")

    def test_the_trace_of_a_sudo_user_is_packed_and_theirs(self):
        nobody = 65534
        environment = {**os.environ, "SUDO_UID": str(nobody), "SUDO_GID": str(nobody)}
        for owner in (0, nobody):  # of the folder
            with self.subTest(owner=owner):
                folder = f"of{owner}"
                os.mkdir(self.path(folder))
                os.chown(self.path(folder), owner, owner)
                trace = f"{folder}/t.trail"
                result = self.run_words("record", "-o", trace, "--", "true", env=environment)
                self.expect(result, 0)
                self.assertNotIn(b"not compressed", result.stderr)
                self.assertEqual(["t.trail"], os.listdir(self.path(folder)))
                status = os.stat(self.path(trace))
                self.assertEqual((nobody, nobody, 0o600),
                                 (status.st_uid, status.st_gid, status.st_mode & 0o7777))
                self.expect(self.run_words("trace", "verify", trace), 0, stdout="intact")

    def test_a_long_command_does_not_fill_the_header(self):
        words = ["x" * 1000] * 1500
        self.expect(self.run_words("record", "-o", "t.trail", "--", "true", *words), 0)
        info = self.expect_complete("t.trail")
        self.assertLess(max(map(len, info.splitlines())), 2100)
        self.assertRegex(info, r"\ncommand     true x+ … and 21 more words\n")
        self.assertIn("command: 1501 words of 1501505 bytes; the first 18 and the last 5", info)

    def test_exit_statuses_are_the_connectors(self):
        for sources, status in (("perf,connector", b"status 1[kernel]"), ("perf", None)):
            with self.subTest(sources):
                trace = sources + ".trail"
                self.expect(self.run_words("record", "--source", sources, "-o", trace, "--", "false"), 1)
                exits = [line for line in self.run_words("trace", "dump", trace).stdout.splitlines()
                         if line.split()[1:2] == [b"exit"]]
                self.assertEqual(1, len(exits))
                self.assertEqual(status is not None, b"status" in exits[0], exits[0])
                self.assertIn(status or b"", exits[0])

    def test_existing_output_is_kept(self):
        self.write("t.trail", "precious")
        self.expect(self.run_words("record", "-o", "t.trail", "--", "true"), 0)
        with open(self.path("t.trail.old")) as file:
            self.assertEqual("precious", file.read())
        self.expect(self.run_words("trace", "info", "t.trail"), 0)

    def test_what_is_being_recorded_is_not_taken(self):
        with self.recording("-a", "-o", "t.trail") as recorder:
            self.wait_until_recording("t.trail")
            self.expect(self.run_words("record", "-o", "t.trail", "--", "true"), 125,
                        stderr="another recorder writes t.trail")
            self.expect(self.run_words("record", "start", "-o", "t.trail"), 3,
                        stderr="another recorder writes ")
            recorder.send_signal(signal.SIGINT)
            self.assertEqual(0, recorder.wait(programs.TIMEOUT), recorder.stderr.read())
        self.assertEqual({"started", "t.trail"}, set(os.listdir(self.folder)))
        self.expect(self.run_words("trace", "verify", "t.trail"), 0, stdout="intact")

    def test_a_file_that_took_the_place_of_the_trace_is_left_alone(self):
        with self.recording("-a", "-o", "t.trail") as recorder:
            self.wait_until_recording("t.trail")
            os.rename(self.path("t.trail"), self.path("moved.trail"))
            self.write("t.trail", "precious")
            recorder.send_signal(signal.SIGINT)
            errors = recorder.stderr.read()
            self.assertEqual(0, recorder.wait(programs.TIMEOUT), errors)
        self.assertIn("t.trail is not there any more, or another file by now", errors)
        with open(self.path("t.trail")) as file:
            self.assertEqual("precious", file.read())
        self.expect(self.run_words("trace", "verify", "moved.trail"), 0, stdout="intact")

    def test_killed_while_recording_the_host(self):
        with self.recording("-a", "-o", "t.trail") as recorder:
            self.wait_until_recording("t.trail")
            self.kill(recorder)
        self.expect_unfinished()

    def test_killed_while_recording_a_command(self):
        # The shell's own arguments must not name the marker: its exec comes before that of the marker.
        self.run_marker("started")
        loop = "while :; do ./start*; done"
        with self.recording("-o", "t.trail", "--", "sh", "-c", loop) as recorder:
            self.wait_for(lambda: self.recorded("t.trail", self.path("started")), "an exec")
            children = self.children(recorder.pid)
            self.kill(recorder)
        for child in children:
            os.kill(child, signal.SIGKILL)  # COMMAND outlives its recorder; this one has no end
        self.expect_unfinished()

    def children(self, pid):
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(child) for child in file.read().split()]

    def kill(self, recorder):
        recorder.kill()
        recorder.wait()
        left = [path for path in programs.stale_instances()
                if os.path.basename(path).startswith(f"exectrail-{recorder.pid}-")]
        self.assertNotEqual([], left, "kill -9 leaves the recorder's directory in tracefs")

    def expect_unfinished(self):
        """What the killed recorder wrote can be read, and the next one cleans up behind it."""
        for words in (["trace", "dump"], ["analyze", "--format", "json"]):
            with self.subTest(" ".join(words)):
                result = self.run_words(*words, "t.trail")
                self.expect(result, 3, stdout=self.path("started"), stderr="warning")
                self.assertRegex(result.stderr.decode(), "it has no end|it stops inside")
        self.expect(self.run_words("record", "-o", "next.trail", "--", "true"), 0)
        self.assertEqual(set(), programs.stale_instances())


if __name__ == "__main__":
    programs.main()
