#!/usr/bin/env python3
# `exectrail top` on a terminal of ours: what it shows of a folder that grows and of a stream, its keys,
# and that the terminal is afterwards what it was before, whatever ends it.
import fcntl
import os
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import time

import programs

TRACE = os.path.join(programs.ROOT, "corpus/attack/each-unusual-directory/trace.trail")
TAKE = b"\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
GIVE = b"\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
PAINT = re.compile(rb"\x1b\[H((?:(?!\x1b\[H).)*)\x1b\[J", re.S)
COLOUR = re.compile(rb"\x1b\[[0-9;]*m|\x1b\[K")


class Top(programs.Case):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("trail"))
        self.master, self.slave = os.openpty()
        self.addCleanup(os.close, self.master)
        self.addCleanup(os.close, self.slave)
        self.resize(30, 120)
        self.before = termios.tcgetattr(self.slave)
        self.output = b""

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def start(self, *words, **options):
        def take_terminal():
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        options.setdefault("stdin", self.slave)
        self.process = subprocess.Popen(programs.program("top", *words), cwd=self.folder,
                                        stdout=self.slave, stderr=self.slave, start_new_session=True,
                                        preexec_fn=take_terminal, pass_fds=[self.slave], **options)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)

    def read(self):
        while select.select([self.master], [], [], 0.02)[0]:
            self.output += os.read(self.master, 1 << 16)

    def screen(self):
        """The lines of what was painted last."""
        self.read()
        paints = PAINT.findall(self.output)
        text = COLOUR.sub(b"", paints[-1]) if paints else b""
        lines = re.split(rb"\x1b\[[0-9]+;1H", text)
        self.assertNotRegex(b"".join(lines), rb"[\x00-\x1f\x7f]")
        return [line.decode() for line in lines]

    def wait_for(self, *parts, absent=(), rows=None):
        end = time.monotonic() + 60
        while True:
            lines = self.screen()
            text = "\n".join(lines)
            if (all(part in text for part in parts) and not any(part in text for part in absent)
                    and rows in (None, len(lines))):
                return lines
            self.assertLess(time.monotonic(), end, f"{parts} without {absent}: {text}")
            self.assertIsNone(self.process.poll(), f"it has ended: {self.output[-2000:]}")

    def type(self, keys):
        os.write(self.master, keys.encode())

    def expect_end(self, status):
        self.assertEqual(status, self.process.wait(timeout=30))
        self.read()
        self.assertEqual(self.output.count(TAKE), self.output.count(GIVE))
        self.assertIn(GIVE, self.output)
        self.assertEqual(self.before, termios.tcgetattr(self.slave))

    def test_a_folder_that_grows(self):
        with open(TRACE, "rb") as file:
            content = file.read()
        self.write("trail/a.trail", content[:600])
        self.start("trail")
        self.wait_for("EXECUTIONS", "q quit", rows=30)
        with open(self.path("trail/a.trail"), "ab") as file:
            file.write(content[600:])
        lines = self.wait_for("exec_from_unusual_dir", "critical", "/opt/.x/tool")
        self.assertTrue(all(len(line) <= 120 for line in lines))
        self.assertNotEqual(self.before, termios.tcgetattr(self.slave), "keys come one by one")
        self.resize(12, 40)
        lines = self.wait_for("q quit", rows=12)
        self.assertTrue(all(len(line) <= 40 for line in lines), lines)
        self.resize(50, 150)
        self.type("/SHM\r")
        self.wait_for("only with SHM", "/dev/shm/", absent=["/opt/.x/tool"], rows=50)
        self.type("\x1b")
        self.wait_for("/opt/.x/tool")
        self.type("a")
        self.wait_for("ALERTS", absent=["EXECUTIONS"])
        self.type("ap")
        self.wait_for("PAUSED", "EXECUTIONS")
        self.type("q")
        self.expect_end(0)

    def test_a_stream(self):
        with open(TRACE, "rb") as file:
            self.start("-", stdin=file)
        self.wait_for("ENDED", "exec_from_unusual_dir")
        self.type("q")
        self.expect_end(0)

    def test_a_stream_that_is_none(self):
        read, write = os.pipe()
        self.start("-", stdin=read)
        os.close(read)
        self.wait_for("waiting for a recording")
        self.type("q")
        self.expect_end(0)
        os.close(write)
        self.start("-", stdin=subprocess.DEVNULL)
        self.expect_end(3)
        self.assertIn(b"exectrail: standard input", self.output)

    def test_whatever_ends_it(self):
        shutil.copy(TRACE, self.path("trail"))
        for number, status in ((signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGHUP, 0),
                               (signal.SIGQUIT, 0), (signal.SIGSEGV, -signal.SIGSEGV),
                               (signal.SIGABRT, -signal.SIGABRT)):
            with self.subTest(number.name):
                self.output = b""
                self.start("trail")
                self.wait_for("critical")
                self.process.send_signal(number)
                self.expect_end(status)

    def test_control_z_and_back(self):
        shutil.copy(TRACE, self.path("trail"))
        self.start("trail")
        self.wait_for("critical")
        self.type("\x1a")
        _, status = os.waitpid(self.process.pid, os.WUNTRACED)
        self.assertTrue(os.WIFSTOPPED(status))
        self.read()
        self.assertTrue(self.output.endswith(GIVE))
        self.assertEqual(self.before, termios.tcgetattr(self.slave))
        self.output = b""
        self.process.send_signal(signal.SIGCONT)
        self.wait_for("critical")
        self.type("\x03")  # Ctrl-C
        self.expect_end(0)

    def test_without_a_terminal(self):
        result = subprocess.run(programs.program("top", "trail"), cwd=self.folder, timeout=30,
                                stdin=subprocess.DEVNULL, capture_output=True, start_new_session=True)
        self.expect_refusal(result, 3, "needs a terminal")
        self.expect(self.run_words("top", "--nonsense"), 2, stderr="/etc/exectrail/analyzer.yaml")


if __name__ == "__main__":
    programs.main()
