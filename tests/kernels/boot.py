#!/usr/bin/env python3
"""usage: boot.py FOLDER… --tests [TEST…] | --run COMMAND [ARGUMENT…]

Boots each kernel of scripts/test-kernels, all at the same time, runs the tests or the command inside
and prints what came of it. Exits with 1 if a test failed, was skipped without being expected to, or a
kernel hung or panicked: then with the end of what its serial console said."""
import gzip
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
HERE = os.path.join(ROOT, "tests", "kernels")
BOOTS_WITHIN = 180  # seconds, on a busy machine; 10 on an idle one
ENDS_WITHIN = 3600  # seconds, with all tests, on a busy machine
TAIL = 60           # lines shown of the serial console of a kernel that went wrong

# KVM may look available where it hangs, and TCG with a thread for each processor panics now and then:
# one thread emulates all.
QEMU = ["qemu-system-x86_64", "-accel", "tcg,thread=single", "-cpu", "max", "-smp", "2",
        "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio"]
RUNNING = []  # emulators, which would go on without us
# A busy host lets the timer check of the boot fail, which then panics.
APPEND = "console=ttyS0 quiet panic=-1 oops=panic no_timer_check"


def initrd(folder, init, path):
    """The initial file system: busybox, the modules, /init."""
    tree = path + ".d"
    os.makedirs(os.path.join(tree, "bin"))
    os.makedirs(os.path.join(tree, "modules"))
    shutil.copy(shutil.which("busybox"), os.path.join(tree, "bin"))
    shutil.copy(init, os.path.join(tree, "init"))
    os.chmod(os.path.join(tree, "init"), 0o755)
    for name in os.listdir(folder):
        if name.endswith(".ko"):
            shutil.copy(os.path.join(folder, name), os.path.join(tree, "modules"))
    names = [os.path.relpath(os.path.join(at, name), tree)
             for at, folders, files in os.walk(tree) for name in folders + files]
    archive = subprocess.run(["cpio", "--quiet", "-o", "-H", "newc", "-0"], cwd=tree, check=True,
                             input="\0".join(names).encode(), capture_output=True).stdout
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(archive)
    shutil.rmtree(tree)


def virtfs(path, tag, *more):
    words = ["local", "path=" + path.replace(",", ",,"), "mount_tag=" + tag, "security_model=none"]
    return ["-virtfs", ",".join([*words, *more])]


class Guest:
    """One kernel, booted once."""
    ROOT_FOLDER = "/"  # whose copy in memory, or what else `init` makes of it, is its root
    INIT = os.path.join(HERE, "init")
    MEMORY = "512"     # MiB

    def __init__(self, folder, arguments):
        self.folder = os.path.realpath(folder)
        self.name = os.path.basename(self.folder)
        self.share = os.path.join(self.folder, "run")  # /run/share inside
        shutil.rmtree(self.share, ignore_errors=True)
        os.makedirs(self.share)
        with open(self.in_share("project"), "w") as file:
            file.write(ROOT)
        with open(self.in_share("arguments"), "w") as file:
            file.write("".join(argument + "\0" for argument in arguments))
        self.seconds = 0.0
        self.boot_seconds = None
        self.timed_out = False

    def in_share(self, name):
        return os.path.join(self.share, name)

    def read(self, name):
        try:
            with open(self.in_share(name), errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def run(self):
        image = os.path.join(self.folder, "initrd.gz")
        initrd(self.folder, self.INIT, image)
        # The outer limit holds also when this program is killed.
        command = ["timeout", "--foreground", "--kill-after=5", str(BOOTS_WITHIN + ENDS_WITHIN),
                   *QEMU, "-m", self.MEMORY, "-kernel", os.path.join(self.folder, "vmlinuz"),
                   "-initrd", image, "-append", APPEND,
                   *virtfs(self.ROOT_FOLDER, "hostroot", "readonly=on", "multidevs=remap"),
                   *virtfs(self.share, "share")]
        begin = time.monotonic()
        with open(self.in_share("console"), "wb") as console:
            qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console,
                                    stderr=subprocess.STDOUT)
        RUNNING.append(qemu)
        try:
            while qemu.poll() is None:
                time.sleep(0.2)
                self.seconds = time.monotonic() - begin
                if self.boot_seconds is None and os.path.exists(self.in_share("booted")):
                    self.boot_seconds = self.seconds
                if self.seconds > (BOOTS_WITHIN if self.boot_seconds is None else ENDS_WITHIN):
                    self.timed_out = True
                    break
        finally:
            RUNNING.remove(qemu)
            qemu.terminate()
            qemu.wait()

    def trouble(self):
        """What went wrong with the kernel itself, or None."""
        if self.read("status").strip():
            return None
        what = "had not booted" if self.boot_seconds is None else "was not done"
        if self.timed_out:
            return f"hung: after {self.seconds:.0f} s it {what}"
        return f"stopped after {self.seconds:.0f} s, when it {what}"

    def print_lines(self, name, what, most=None):
        """All lines of a file, or the last of them."""
        lines = self.read(name).splitlines()
        left_out = len(lines) - most if most and len(lines) > most else 0
        print(f"   {what}" + (f", but for its first {left_out} lines:" if left_out else ":"))
        for line in lines[left_out:]:
            print("   | " + line.rstrip())

    def print_results(self):
        """Prints what ran; True if all is well."""
        well = self.read("status").strip() == "0"
        if os.path.exists(self.in_share("tests.xml")):
            well = self.print_tests() and well
        print(f"   booted in {self.boot_seconds:.0f} s, {self.seconds:.0f} s in all")
        if not well:
            print(f"   FAILED with status {self.read('status').strip()}")
        if not well or not os.path.exists(self.in_share("tests.xml")):
            self.print_lines("output", "what it said")
        return well

    def print_tests(self):
        """True if there were any."""
        counts = {"passed": 0, "failed": 0, "skipped": 0}
        for case in xml.etree.ElementTree.parse(self.in_share("tests.xml")).iter("testcase"):
            result = "passed" if case.get("status") == "run" else "failed"
            result = "skipped" if case.find("skipped") is not None else result
            counts[result] += 1
            print(f"   {result:8} {case.get('name'):32} {float(case.get('time')):6.1f} s")
        print("   " + ", ".join(f"{count} {result}" for result, count in counts.items()))
        return sum(counts.values()) > 0


def run(folder, arguments, ends, kind=Guest):
    guest = kind(folder, arguments)
    guest.run()
    again = None
    if guest.trouble() and guest.boot_seconds is None:
        again = guest.trouble()
        os.replace(guest.in_share("console"), os.path.join(guest.folder, "console.first"))
        guest = kind(folder, arguments)
        guest.run()
    ends.append((guest, again))


def show(ends, folders):
    """Prints what came of each; True if all is well."""
    well = True
    for guest, again in sorted(ends, key=lambda end: folders.index(os.path.relpath(end[0].folder))):
        print(f"\n== kernel {guest.name}")
        if again:
            print(f"   the first attempt to boot it {again}: console.first in {guest.folder}")
        if guest.trouble():
            print(f"   FAILED: it {guest.trouble()}")
            # ctest has said which tests have ended how, and of failed ones what they said.
            guest.print_lines("output", "what ran in it")
            guest.print_lines("console", "its serial console", TAIL)
            well = False
        elif not guest.print_results():
            well = False
    return well



def end(*_):
    for qemu in RUNNING:
        qemu.terminate()
    os._exit(1)  # threads would boot again what did not come up


def main(words):
    signal.signal(signal.SIGTERM, end)
    cut = next((at for at, word in enumerate(words) if word in ("--tests", "--run")), 0)
    folders, arguments = words[:cut], words[cut:]
    if not folders or arguments == ["--run"]:
        sys.exit(__doc__)
    if arguments[0] == "--tests":
        arguments = ["-R", "|".join(arguments[1:])] if arguments[1:] else ["-L", "^live$"]
    os.makedirs(os.path.join(ROOT, "build", "release", "Testing"), exist_ok=True)
    ends = []
    threads = [threading.Thread(target=run, args=(folder, arguments, ends)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 0 if len(ends) == len(folders) and show(ends, folders) else 1

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
