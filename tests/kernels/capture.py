#!/usr/bin/env python3
"""usage: scripts/test-kernels --run tests/kernels/capture.py

Takes from a kernel under test what tests/data/kernel holds of it: the format files of the tracepoints
that the recorder wants and of its dynamic events, and raw pages of its ring buffer, as hexadecimal
text, with the same events as the kernel itself prints them. Leaves all that in build/kernels/KERNEL/run/data."""
import ctypes
import mmap
import os
import shutil
import subprocess
import sys

TRACING = "/sys/kernel/tracing"
ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
DEFINITIONS = os.path.join(ROOT, "tests/data/kernel/dynamic_definitions.txt")
DATA = os.path.join(sys.argv[1] if sys.argv[1:] else "/run/share", "data")
PAGE = 4096

TRACEPOINTS = """sched/sched_process_exec sched/sched_process_fork sched/sched_process_exit
    sched/sched_prepare_exec task/task_newtask signal/signal_generate
    syscalls/sys_enter_execve syscalls/sys_exit_execve
    syscalls/sys_enter_execveat syscalls/sys_exit_execveat""".split()
LIBC = ctypes.CDLL(None, use_errno=True)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def define(line):
    """Makes a dynamic event, or removes one."""
    fd = os.open(os.path.join(TRACING, "dynamic_events"), os.O_WRONLY | os.O_APPEND)
    os.write(fd, line.encode() + b"\n")
    os.close(fd)


def keep(event):
    """The format of an event, if the kernel has it."""
    source = os.path.join(TRACING, "events", event, "format")
    if os.path.exists(source):
        os.makedirs(os.path.join(DATA, "events", event))
        shutil.copyfile(source, os.path.join(DATA, "events", event, "format"))


class Instance:
    def __init__(self, events):
        self.path = os.path.join(TRACING, "instances", "capture")
        os.mkdir(self.path)
        write(os.path.join(self.path, "trace_clock"), "mono")
        for event in events:
            enable = os.path.join(self.path, "events", event, "enable")
            if os.path.exists(enable):
                write(enable, "1")

    def save(self, name):
        """All pages of all CPUs, each filled up with zeros."""
        write(os.path.join(self.path, "tracing_on"), "0")
        with open(os.path.join(self.path, "trace"), errors="backslashreplace") as file:
            write(os.path.join(DATA, "pages", name + ".txt"), file.read())
        with open(os.path.join(DATA, "pages", name + ".hex"), "w") as out:
            for cpu in range(os.cpu_count()):
                path = os.path.join(self.path, f"per_cpu/cpu{cpu}/trace_pipe_raw")
                fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                try:
                    while page := os.read(fd, PAGE):
                        digits = page.ljust(PAGE, b"\0").hex()
                        out.writelines(digits[i:i + 64] + "\n" for i in range(0, len(digits), 64))
                except BlockingIOError:
                    pass
                os.close(fd)

    def remove(self):
        write(os.path.join(self.path, "events/enable"), "0")
        os.rmdir(self.path)


def array(*pointers):
    return (ctypes.c_void_p * len(pointers))(*pointers)


class Strings:
    """C strings that stay where they are."""

    def __init__(self):
        self.kept = []

    def __call__(self, text):
        buffer = ctypes.create_string_buffer(text)
        self.kept.append(buffer)
        return ctypes.addressof(buffer)


def untouched():
    """An address in a mapped page that is not in memory."""
    fd = os.open("/proc/self/exe", os.O_RDONLY)
    length = 16 * PAGE
    LIBC.mmap.restype = ctypes.c_void_p
    LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                          ctypes.c_long]
    address = LIBC.mmap(None, length, mmap.PROT_READ, mmap.MAP_PRIVATE, fd, 0)
    os.close(fd)
    return address + 8 * PAGE + 1


def execve(path, argv):
    LIBC.execve(ctypes.c_void_p(path), argv, array(None))


def execveat(fd, path, argv, flags):
    LIBC.execveat(fd, ctypes.c_void_p(path), argv, array(None), flags)


def fail():
    """Calls of execve that fail, of every kind that the decoder must tell apart."""
    s = Strings()
    gone = s(b"/nonexistent/x")
    some = array(s(b"x"), s(b"-c"), s(b"two words"), None)
    execve(gone, some)
    execve(gone, array(s(b"x"), s(b""), s(b"after"), None))        # an empty argument
    execve(gone, array(s(b"x"), untouched(), s(b"after"), None))   # one that is not in memory
    execve(gone, array(None))                                      # argc 0
    execve(gone, None)
    execve(gone, array(*[s(b"%d" % i) for i in range(8)], None))   # as many as are copied
    execve(gone, array(*[s(b"%d" % i) for i in range(20)], None))  # more
    execve(gone, array(s(b"x"), s(b"b" * 5000), None))             # too large for the buffer
    execve(s(b"/nonexistent/" + b"d/" * 2000), some)               # the path, too
    execve(s(b"/nonexistent/\n\xff\x1b[31m"), array(s(b"\xfe\n"), None))
    execve(s(b"(fault)"), array(s(b"(fault)"), None))
    execve(untouched(), some)                                      # the path is not in memory
    execve(s(b""), some)
    execveat(-100, s(b"nonexistent/y"), some, 0)
    directory = os.open("/tmp", os.O_PATH)
    execveat(directory, s(b"gone"), some, 0)
    execveat(directory, s(b""), some, 0x1000)                      # AT_EMPTY_PATH
    script = "/tmp/script"
    write(script, "#!/nonexistent/interpreter\n")
    os.chmod(script, 0o755)
    execve(s(script.encode()), some)
    write("/tmp/plain", "")
    execve(s(b"/tmp/plain"), some)                                 # EACCES


def main():
    os.makedirs(os.path.join(DATA, "pages"))
    os.makedirs(os.path.join(DATA, "events"))
    shutil.copyfile(os.path.join(TRACING, "events/header_page"),
                    os.path.join(DATA, "events/header_page"))
    os.sched_setaffinity(0, {0})
    for event in TRACEPOINTS:
        keep(event)

    instance = Instance(TRACEPOINTS)
    subprocess.run(["/bin/sh", "-c", "/nonexistent/a; /etc/passwd; exec /bin/true"],
                   stderr=subprocess.DEVNULL)
    instance.save("sh")
    instance.remove()

    with open(DEFINITIONS) as file:
        definitions = file.read().splitlines()
    names = [definition.split()[0][2:] for definition in definitions]
    for definition in definitions:
        define(definition)
    for name in names:
        keep(name)
    instance = Instance(["syscalls/sys_enter_execve", "syscalls/sys_enter_execveat", *names])
    fail()
    instance.save("dynamic")
    instance.remove()
    for name in names:
        define("-:" + name)
    with open(os.path.join(TRACING, "dynamic_events")) as file:
        print("left:", file.read().splitlines())


if __name__ == "__main__":
    main()
