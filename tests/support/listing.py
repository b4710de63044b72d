# The records of a trace for tests that compare it with another source: what trace_list prints, with
# bytes where the trace has bytes.
import json
import os
import subprocess

import programs

STRINGS = ("typed", "executable", "directory")


def records(path):
    """The records of a trace as dictionaries, and whether it could be read to its end; a trace that is
    being written cannot."""
    result = subprocess.run([os.path.join(programs.BIN, "trace_list"), path], capture_output=True,
                            timeout=programs.TIMEOUT)
    found = []
    for line in result.stdout.splitlines():
        record = json.loads(line)
        for name in STRINGS:
            if record.get(name) is not None:
                record[name] = record[name].encode("latin-1")
        if record.get("arguments") is not None:
            record["arguments"] = [word.encode("latin-1") for word in record["arguments"]]
        found.append(record)
    return found, result.returncode == 0


def of_kind(found, kind):
    return [record for record in found if record["kind"] == kind]


def whole(record, name):
    """True if the value is known and nothing is missing from it."""
    return record.get(name) is not None and name + "Length" not in record


def descendants(found, root):
    """`root` and all processes that it and they created while recording."""
    family = {root}
    for fork in of_kind(found, "fork"):  # in order of time
        if fork["pid"] in family:
            family.add(fork["child"])
    return family
