# An audit daemon of our own, and what it logs: started only where none runs, with a configuration of
# its own, and everything put back as it was found. For whoever compares a trace with what the kernel's
# audit subsystem says about the same execs (tests/live, bench/recorder).
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field

# What Debian's package sets up; sizes so that nothing is rotated away before it is read.
AUDITD_CONF = """local_events = yes
write_logs = {write_logs}
log_file = {folder}/audit.log
log_group = root
log_format = ENRICHED
flush = INCREMENTAL_ASYNC
freq = 50
max_log_file = 100000
num_logs = 0
priority_boost = 4
name_format = NONE
max_log_file_action = IGNORE
space_left = 75
space_left_action = IGNORE
admin_space_left = 50
admin_space_left_action = IGNORE
disk_full_action = IGNORE
disk_error_action = IGNORE
use_libwrap = yes
q_depth = 2000
overflow_action = IGNORE
max_restarts = 10
plugin_dir = {folder}/plugins.d
end_of_event_timeout = 2
"""
# As Debian's /etc/audit/rules.d/audit.rules has them.
WHILE_AUDITING = {"enabled": 1, "backlog_limit": 8192, "backlog_wait_time": 60000, "failure": 1}
KEY = "exectrail"
RULES = [["always,exit", "-F", f"arch={arch}", "-S", "execve,execveat", "-k", KEY]
         for arch in ("b64", "b32")]
STARTS_WITHIN = 20  # seconds


class Refused(Exception):
    """Audit cannot be used here; the text says why."""


def auditctl(*words):
    try:
        result = subprocess.run(["auditctl", *words], capture_output=True, text=True)
    except FileNotFoundError:
        raise Refused("auditctl is not installed; apt-get install auditd") from None
    if result.returncode != 0:
        raise Refused(f"auditctl {' '.join(words)}: {(result.stderr or result.stdout).strip()}")
    return result.stdout


def status():
    """The kernel's audit settings, name: number."""
    return {name: int(value) for name, value in re.findall(r"^(\w+) (\d+)", auditctl("-s"), re.M)}


class Kernel:
    """The kernel's audit subsystem: refused if it is somebody else's, left as it was found."""

    def __init__(self):
        self.before = status()
        if self.before["pid"] != 0:
            raise Refused(f"an audit daemon runs already, pid {self.before['pid']}: not ours to replace")
        if self.before["enabled"] == 2:
            raise Refused("the audit configuration is locked until the next boot")
        rules = auditctl("-l").strip()
        if all(rule.endswith(f" key={KEY}") for rule in rules.splitlines()):
            # Nobody listens to them: they are those of a run that was killed.
            auditctl("-D", "-k", KEY)
        elif rules != "No rules":
            raise Refused(f"audit rules are loaded already, not ours to replace: {rules}")
        self.rules = []

    def add(self, rule):
        auditctl("-a", *rule)
        self.rules.append(rule)

    def remove_rules(self):
        while self.rules:
            auditctl("-d", *self.rules.pop())

    def set(self, settings):
        for option, name in (("-e", "enabled"), ("-b", "backlog_limit"), ("-f", "failure"),
                             ("--backlog_wait_time", "backlog_wait_time")):
            auditctl(option, str(settings[name]))

    def restore(self):
        self.remove_rules()
        self.set(self.before)


class Daemon:
    """auditd, logging every exec and failed attempt into `folder`/audit.log. `plugin` is the text of a
    plugin's configuration; with one, auditd leaves writing to it."""

    def __init__(self, kernel, folder, plugin=None):
        if shutil.which("auditd") is None:
            raise Refused("auditd is not installed; apt-get install auditd")
        self.kernel = kernel
        self.folder = folder
        self.process = None
        os.makedirs(os.path.join(folder, "plugins.d"), exist_ok=True)
        self.write("auditd.conf",
                   AUDITD_CONF.format(folder=folder, write_logs="no" if plugin else "yes"))
        if plugin:
            self.write("plugins.d/plugin.conf", plugin)

    @property
    def log(self):
        return os.path.join(self.folder, "audit.log")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o640)  # auditd refuses others

    def start(self):
        said = os.path.join(self.folder, "auditd.err")
        with open(said, "wb") as out:
            self.process = subprocess.Popen(["auditd", "-n", "-c", self.folder], stdout=out, stderr=out,
                                            stdin=subprocess.DEVNULL)
        end = time.monotonic() + STARTS_WITHIN
        while status()["pid"] != self.process.pid:
            if self.process.poll() is not None or time.monotonic() > end:
                with open(said, errors="replace") as file:
                    why = file.read().strip() or "it said nothing"
                self.stop()
                raise Refused(f"auditd cannot run here: {why}")
            time.sleep(0.05)
        self.kernel.set(WHILE_AUDITING)
        for rule in RULES:
            self.kernel.add(rule)

    def stop(self):
        """What has been queued is written first."""
        self.kernel.remove_rules()
        if self.process is not None:
            end = time.monotonic() + STARTS_WITHIN
            while self.process.poll() is None and status()["backlog"] > 0 and time.monotonic() < end:
                time.sleep(0.05)
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STARTS_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
        self.kernel.restore()


@dataclass
class Event:
    """One execve or execveat as audit saw it. All strings are bytes."""
    pid: int = 0
    parent: int = 0
    error: int = 0            # errno, 0: it succeeded
    executable: bytes = b""   # of the caller if it failed, of the new image if not
    typed: bytes = b""        # the path passed to the kernel
    directory: bytes = b""
    arguments: list = field(default_factory=list)  # empty if it failed: audit has them only then


FIELD = re.compile(rb'(\S+?)=("[^"]*"|\S+)')


def decoded(value):
    """Quoted, or in hexadecimal if it holds a space, a quote or a byte that is not ASCII."""
    if value.startswith(b'"'):
        return value[1:-1]
    if value == b"(null)":
        return b""
    return bytes.fromhex(value.decode())


def add_arguments(fields, arguments):
    """aN=…, or a long one in pieces: aN[0]=… aN[1]=…, over several records."""
    for name, value in fields:
        if match := re.fullmatch(rb"a(\d+)(\[\d+\])?", name):
            number = int(match[1])
            arguments[number] = arguments.get(number, b"") + decoded(value)


def events(path):
    """The execs and failed attempts of an audit log, in the order in which they were logged."""
    open_events = {}  # records of two CPUs may alternate
    with open(path, "rb") as file:
        for line in file:
            match = re.match(rb"type=(\w+) msg=audit\(([\d.]+:\d+)\): (.*)", line.split(b"\x1d")[0])
            if not match:
                continue
            kind, serial, text = match.groups()
            fields = FIELD.findall(text)
            named = dict(fields)
            if kind == b"SYSCALL":
                if named.get(b"key") == f'"{KEY}"'.encode():
                    result = int(named[b"exit"])
                    open_events[serial] = (Event(
                        int(named[b"pid"]), int(named[b"ppid"]), -result if result < 0 else 0,
                        decoded(named[b"exe"])), {})
            elif serial in open_events:
                event, arguments = open_events[serial]
                if kind == b"EXECVE":
                    add_arguments(fields, arguments)
                elif kind == b"CWD":
                    event.directory = decoded(named[b"cwd"])
                elif kind == b"PATH" and named[b"item"] == b"0":
                    event.typed = decoded(named[b"name"])
                elif kind == b"PROCTITLE":  # always the last
                    del open_events[serial]
                    event.arguments = [arguments[number] for number in sorted(arguments)]
                    yield event
