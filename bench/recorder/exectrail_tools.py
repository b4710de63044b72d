# Our recorder in the side-by-side script, recording the whole host or a command. What a trace holds of
# a storm is counted by trace_facts.
import json
import os
import socket
import subprocess

import measure
from audit import Refused
from peers import Seen, Tool


def ready(manager):
    try:
        return manager.recv(4096).startswith(b"READY=1")
    except BlockingIOError:
        return False


class Exectrail(Tool):
    """exectrail record, with further options if given."""

    package = "exectrail"

    def __init__(self, folder, programs, options=()):
        super().__init__(folder, programs)
        self.options = list(options)

    def record(self, *words):
        return [os.path.join(self.programs, "exectrail-record"), "-o", self.path("t.trail"),
                *self.options, *words]

    def check(self):
        if not os.access(self.record()[0], os.X_OK):
            raise Refused(f"{self.record()[0]} is not built")

    def outputs(self):
        return [self.path("t.trail")]

    def facts(self, load):
        words = [os.path.join(self.programs, "trace_facts"), "--program", load.program]
        if load.lifetime_us:
            words += ["--last-argument", str(load.lifetime_us)]
        result = subprocess.run([*words, self.path("t.trail")], capture_output=True, text=True)
        if result.returncode != 0:
            raise Refused(f"trace_facts: {result.stderr.strip() or result.stdout}")
        return json.loads(result.stdout)

    def seen(self, load):
        facts = self.facts(load)
        storm = facts["storm"]
        return Seen(execs=storm["execs"], arguments=storm["argumentsComplete"],
                    executable=storm["withExecutable"], unmarked=storm["incompleteUnmarked"],
                    records=facts["execs"])


class ExectrailHost(Exectrail):
    @property
    def name(self):
        return " ".join(["exectrail -a", *self.options])

    def start(self):
        """Until it says that it is ready: what happens while it reads all processes is no measure."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            path = self.path("notify")
            if os.path.exists(path):
                os.unlink(path)
            manager.bind(path)
            manager.setblocking(False)
            self.spawn(self.record("-a"), env={**os.environ, "NOTIFY_SOCKET": path})
            measure.wait_for(lambda: self.process.poll() is not None or ready(manager), "the recorder")
        self.expect_running()


class ExectrailCommand(Exectrail):
    @property
    def name(self):
        return " ".join(["exectrail COMMAND", *self.options])

    @property
    def prefix(self):
        return self.record("--")
