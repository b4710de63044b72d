# auditd, alone and with laurel, as peers of the side-by-side script.
import json
import os
import shutil

import audit
import measure
from peers import Seen, Tool

LAUREL_PLUGIN = """active = yes
direction = out
type = always
format = string
path = {laurel}
args = --config {folder}/laurel.toml
"""
# Debian's configuration, but for places and sizes.
LAUREL_CONF = """directory = "{folder}/laurel"
user = "root"
[auditlog]
file = "audit.log"
size = 100000000000
generations = 1
[transform]
execve-argv = ["array"]
[enrich]
pid = true
execve-env = ["LD_PRELOAD", "LD_LIBRARY_PATH"]
container = true
script = true
"""


class Auditd(Tool):
    name = "auditd"
    package = "auditd"

    def __init__(self, folder, programs, kernel, why_not):
        super().__init__(folder, programs)
        self.kernel = kernel
        self.why_not = why_not  # if there is no kernel
        self.daemon = None

    def check(self):
        measure.require("auditd", self.package)
        if self.kernel is None:
            raise audit.Refused(self.why_not)

    def plugin(self):
        return None

    def start(self):
        self.kernel.remove_rules()
        self.daemon = audit.Daemon(self.kernel, self.folder, self.plugin())
        self.daemon.start()

    def pids(self):
        return measure.process_tree([self.daemon.process.pid]) + measure.kernel_threads("kauditd")

    def stop(self):
        if self.daemon is not None:
            self.daemon.stop()
            self.daemon = None
        return 0  # it has settled before

    def outputs(self):
        return [self.path("audit.log")]

    def execs(self):
        """(executable, arguments) of each exec in the log, as bytes."""
        for event in audit.events(self.path("audit.log")):
            if event.error == 0:
                yield event.executable, event.arguments

    def seen(self, load):
        seen = Seen()
        counters = set()
        program = os.fsencode(load.program)
        resolved = os.path.realpath(program)
        for executable, arguments in self.execs():
            seen.records += 1
            if executable == resolved and arguments[:1] == [program]:
                counter = load.counter(arguments)
                seen.unmarked += counter is None or counter in counters
                seen.execs += 1
                seen.executable += 1
                counters.add(counter)
        seen.arguments = len(counters - {None})
        return seen


class AuditdLaurel(Auditd):
    """laurel takes the events from auditd and writes JSON; auditd then writes no log of its own."""

    name = "auditd + laurel"
    package = "auditd laurel"

    def check(self):
        super().check()
        measure.require("laurel", self.package)

    def plugin(self):
        os.makedirs(self.path("laurel"), exist_ok=True)
        with open(self.path("laurel.toml"), "w") as file:
            file.write(LAUREL_CONF.format(folder=self.folder))
        return LAUREL_PLUGIN.format(folder=self.folder, laurel=shutil.which("laurel"))

    def outputs(self):
        folder = self.path("laurel")
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        return [os.path.join(folder, name) for name in names if name.startswith("audit.log")]

    def execs(self):
        for path in self.outputs():
            with open(path, "rb") as file:
                for line in file:
                    event = json.loads(line)
                    call = event.get("SYSCALL", {})
                    if call.get("success") == "yes" and "EXECVE" in event:
                        yield (os.fsencode(call.get("exe") or ""),
                               [os.fsencode(word) for word in event["EXECVE"].get("ARGV", [])])


def quiet(kernel):
    """While nobody audits: once audit has been on, it slows every system call of new processes until
    the next boot, and no run could be called unrecorded. This rule exempts them."""
    if not kernel.rules:
        kernel.add(["task,never"])

