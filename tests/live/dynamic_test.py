#!/usr/bin/env python3
# Failed attempts where the kernel has dynamic events: path and arguments are the kernel's copies,
# whatever becomes of the caller, and nothing of ours stays in the kernel.
import errno
import os
import re
import signal
import subprocess
import sys
import time

import programs

# Kernels with probes of their own functions have event probes, too.
KPROBES = os.path.join(programs.TRACING, "kprobe_events")

# Runs before the calls, in a Python of their own. argv and its strings share a page: of an empty
# string on a page without any other the kernel's copy does not tell whether it was in memory.
CALLS = r"""
import ctypes, mmap, os, struct, sys
libc = ctypes.CDLL(None)
room = mmap.mmap(-1, 1 << 16, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
argv = ctypes.addressof(ctypes.c_char.from_buffer(room))
def call(path, *arguments):
    at, pointers, strings = argv + 8 * (len(arguments) + 1), [], b""
    for argument in arguments:
        pointers.append(at + len(strings))
        strings += argument + b"\0"
    image = struct.pack(f"{len(pointers) + 1}Q", *pointers, 0) + strings
    room[:len(image)] = image
    libc.execve(path, ctypes.c_void_p(argv), None)
"""


class Dynamic(programs.LiveCase):
    def setUp(self):
        if not programs.why_not_live() and not os.path.exists(KPROBES):
            self.skipTest(f"no {KPROBES}: this kernel was built without dynamic events")
        super().setUp()

    def attempts(self, calls, *options):
        """Lines of the dump about failed attempts of a Python program."""
        result = self.run_words("record", "-o", "t.trail", *options, "--", sys.executable, "-c",
                                CALLS + calls)
        self.expect(result, 0)
        dump = self.run_words("trace", "dump", "t.trail")
        self.expect(dump, 0)
        return [line for line in dump.stdout.decode().splitlines()
                if re.match(r" *[0-9.]+  attempt ", line)]

    def expect_attempt(self, lines, error, typed, arguments):
        wanted = f"errno {error}  typed {typed}  args {arguments}  "
        self.assertTrue(any(wanted in line for line in lines), f"{wanted!r} not in\n" + "\n".join(lines))

    def test_path_by_the_kernel_arguments_by_its_entry(self):
        folder = self.path("noexec")
        os.mkdir(folder)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "noexec", "none", folder], check=True)
        self.addCleanup(subprocess.run, ["umount", folder], check=True)
        program = os.path.join(folder, "x")
        with open("/bin/true", "rb") as true, open(program, "wb") as copy:
            copy.write(true.read())
        os.chmod(program, 0o755)
        lines = self.attempts(f'call(b"{program}", b"x", b"", b"two words")')
        self.expect_attempt(lines, errno.EACCES, f"{program}[kernel]", '{x "" "two words"}[entry]')

    def test_an_empty_argument_that_may_not_have_been_in_memory(self):
        """Then memory tells, which may have changed."""
        lines = self.attempts('''
elsewhere = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
address = ctypes.addressof(ctypes.c_char.from_buffer(elsewhere))
words = (ctypes.c_void_p * 2)(address, None)
libc.execve(b"/etc/passwd", words, None); import time; time.sleep(1)''')
        self.expect_attempt(lines, errno.EACCES, "/etc/passwd[kernel]", '{""}[inferred]')

    def test_hostile_bytes(self):
        lines = self.attempts(r'call(b"/nonexistent/\n\xff\x1b[31m", b"\xfe\t")', "--failed", "all")
        self.expect_attempt(lines, errno.ENOENT, r"/nonexistent/\n\xff\x1b[31m[kernel]",
                            r"{\xfe\t}[entry]")

    def test_callers_that_are_gone_at_once(self):
        """Their memory cannot be read any more: only the kernel's copies are left."""
        count = 30
        lines = self.attempts(f"""
for i in range({count}):
    if os.fork() == 0:
        call(b"/etc/passwd", b"%d" % i)
        libc._exit(0)
for i in range({count}): os.wait()
""")
        for i in range(count):
            self.expect_attempt(lines, errno.EACCES, "/etc/passwd[kernel]", f"{{{i}}}[entry]")

    def test_a_path_that_was_not_in_memory(self):
        program = self.write("file", "\0" * 32768 + "/nonexistent/late\0")
        lines = self.attempts(f'''
fd = os.open("{program}", os.O_RDONLY)
os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + 3 * [ctypes.c_int] + [ctypes.c_long]
at = libc.mmap(None, 36864, mmap.PROT_READ, mmap.MAP_PRIVATE, fd, 0)
call(ctypes.c_void_p(at + 32768), b"x")''', "--failed", "all")
        # The kernel has read it in by the time it opens the file.
        self.expect_attempt(lines, errno.ENOENT, "/nonexistent/late[kernel]", "{x}[entry]")

    def test_more_arguments_than_the_kernel_copies(self):
        words = [b"%d" % i for i in range(40)]
        lines = self.attempts(f'call(b"/etc/passwd", *{words!r}); import time; time.sleep(1)')
        self.expect_attempt(lines, errno.EACCES, "/etc/passwd[kernel]",
                            "{" + " ".join(str(i) for i in range(40)) + "}[inferred]")

    def test_too_large_for_an_event(self):
        """Then the kernel copies nothing, and memory has to do."""
        path = "/etc/passwd" + "/x" * 2035
        lines = self.attempts(f'call(b"{path}", b"x"); import time; time.sleep(1)', "--failed", "all")
        self.expect_attempt(lines, errno.ENOTDIR, f"{path}[inferred]", "{x}[inferred]")

    def test_a_missing_interpreter_is_noteworthy(self):
        script = self.write("script", "#!/nonexistent/interpreter\n")
        os.chmod(script, 0o755)
        lines = self.attempts(f'call(b"{script}", b"script"); call(b"/nonexistent/x", b"x")')
        self.expect_attempt(lines, errno.ENOENT, f"{script}[kernel]", "{script}[entry]")
        self.assertFalse([line for line in lines if "/nonexistent/x" in line], lines)

    def test_what_a_killed_recorder_leaves_is_removed(self):
        with self.recording("-o", "t.trail", "--", "sleep", "1000") as recorder:
            end = time.monotonic() + programs.TIMEOUT
            while not (ours := self.events_of(recorder)) or not self.children(recorder):
                self.assertLess(time.monotonic(), end, "no dynamic events, or no COMMAND")
                time.sleep(0.05)
            children = self.children(recorder)
            recorder.kill()
            recorder.wait()
        for child in children:
            os.kill(child, signal.SIGKILL)  # COMMAND outlives its recorder
        self.assertEqual(ours, self.events_of(recorder))
        result = self.run_words("record", "-o", "next.trail", "--", "true")
        self.expect(result, 0, stderr=f"removed the dynamic event {ours.pop()}/")
        self.assertEqual(set(), self.events_of(recorder))

    def events_of(self, recorder):
        return {group for group in programs.dynamic_events()
                if group.startswith(f"exectrail_{recorder.pid}_")}

    def children(self, recorder):
        with open(f"/proc/{recorder.pid}/task/{recorder.pid}/children") as file:
            return [int(child) for child in file.read().split()]


if __name__ == "__main__":
    programs.main()
