#!/usr/bin/env python3
"""usage: agreement_workload.py SHORT_LIVED

What agreement_test.py has recorded: execs of many kinds and failed attempts of every errno that can be
had without harm, in the current folder. Waits for all it starts."""
import ctypes
import os
import subprocess
import sys
import threading

MAKEFILE = """all: $(foreach n,1 2 3 4 5 6 7 8 9 10 11 12,out/$(n))
out/%: source
\t@mkdir -p out && cp $< $@.tmp && mv $@.tmp $@
"""
SCRIPT = """#!/bin/sh -e
for i in 1 2 3; do /bin/echo "$i" | cat | tr 1 2 >/dev/null; done
PATH=/nonexistent/a:/nonexistent/b:/usr/bin:/bin env true "$(printf 'a\\tb')"
./not_executable || true
./missing || true
(exec ./short "in a subshell")
exec ./short at the end
"""
ODD = [b"", b"\xff\xfe\x80", b"line one\nline two", b"\"quoted\" 'too'", b"\x1b[2J\x07", b"a=b c",
       b"caf\xc3\xa9", b"{}[procfs]", b"x" * 3000]


def write(name, text, mode=0o755):
    with open(name, "w") as file:
        file.write(text)
    os.chmod(name, mode)


def prepare(short):
    write("Makefile", MAKEFILE)
    write("source", "text\n")
    write("script", SCRIPT)
    write("not_executable", "#!/bin/sh\n", 0o644)
    write("no_format", "neither ELF nor #!\n")
    write("no_interpreter", "#!/nonexistent/interpreter\n")
    write("busy", "")
    os.symlink(short, "short")
    with open(short, "rb") as source, open("copy", "wb") as copy:
        copy.write(source.read())
    os.chmod("copy", 0o755)


def spawn(path, arguments):
    """posix_spawn; the failure of an exec shows as an exception here and as an attempt there."""
    try:
        pid = os.posix_spawn(path, arguments, {"PATH": "/usr/bin:/bin"})
    except OSError:
        return
    os.waitpid(pid, 0)


def in_child(body):
    pid = os.fork()
    if pid == 0:
        try:
            body()
        except OSError:
            pass
        os._exit(0)
    os.waitpid(pid, 0)


def failures():
    for path in ("not_executable", "./missing", "Makefile/x", "no_format", "no_interpreter", "/",
                 "n" * 300):
        in_child(lambda path=path: os.execv(path, [path, "in vain"]))
        spawn(path, [path, "in vain, too"])
    with open("copy", "ab"):
        in_child(lambda: os.execv("./copy", ["./copy", "while it is open for writing"]))


def from_a_thread():
    """Exec by a thread that is not the leader: the pid stays, the thread's id goes."""
    def run():
        os.execv("./short", ["./short", "from a thread"])
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def without_a_path():
    """execveat of a descriptor."""
    os.execve(os.open("./short", os.O_RDONLY | os.O_CLOEXEC), ["by descriptor", "1"], {})


def no_arguments():
    """argv of NULL; the kernel makes one empty argument of it."""
    ctypes.CDLL(None).execve(b"./short", None, None)


def main(short):
    prepare(short)
    subprocess.run(["make", "-j2", "all"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["./script"], stderr=subprocess.DEVNULL)
    subprocess.run(["bash", "-c", "exec -a '[kworker/0:1]' ./short renamed"], check=True)
    for argument in ODD:
        spawn("./short", [b"./short", argument])
    spawn("./short", [b"./short", *ODD])
    spawn("./short", [b"argument %d" % number for number in range(300)])
    for number in range(100):
        spawn("./short", ["./short", str(number)])
    failures()
    in_child(from_a_thread)
    in_child(without_a_path)
    in_child(no_arguments)
    os.chdir("/")
    spawn(short, [short, "elsewhere"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
