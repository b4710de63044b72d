#!/usr/bin/env python3
"""Measures whether a flood of failing execs costs successful ones: a process that fails as fast as it
can, and a slow storm beside it, unrecorded and recorded. Needs root, leaves nothing behind."""
import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import side_by_side  # finds the other modules, too

import audit
import exectrail_tools
import measure
import report


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=os.path.join(side_by_side.ROOT, "build", "release", "bin"),
                        help="folder of the built programs (%(default)s)")
    parser.add_argument("--attempts", type=int, default=20_000_000, help="failing execs (%(default)s)")
    parser.add_argument("--execs", type=int, default=2000, help="good ones (%(default)s)")
    parser.add_argument("--errors", default="ENOENT,EACCES",
                        help="of ENOENT, EACCES; each has floods of its own (%(default)s)")
    parser.add_argument("--record", action="append", metavar="OPTIONS",
                        help="record with these options, as often as given (default: none)")
    options = parser.parse_args()
    if set(options.errors.split(",")) - {"ENOENT", "EACCES"}:
        parser.error("--errors takes ENOENT and EACCES")
    return options


def flood_command(options, folder, error):
    path = os.path.join(folder, error)
    if error == "EACCES" and not os.path.exists(path):
        with open(path, "w"):
            pass  # there, and not executable: root may not either
    return [os.path.join(options.bin, "flood"), "--count", str(options.attempts), path]


def attempts_a_second(options, folder, error):
    words = flood_command(options, folder, error)
    words[2] = "300000"
    return 300000e9 / json.loads(subprocess.check_output(words))["wallNs"]


def run(options, folder, error, load, tool=None):
    """A flood with a storm inside it."""
    pids = tool.pids if tool else lambda: []
    before = measure.settle(pids)
    flood = subprocess.Popen(flood_command(options, folder, error), stdout=subprocess.PIPE)
    try:
        storm = measure.run_storm(load, options.bin)
        storm["inside"] = flood.poll() is None
        output, _ = flood.communicate()
    finally:
        flood.kill()
        flood.wait()
    storm["flood"] = json.loads(output)
    storm["recorderNs"] = measure.settle(pids) - before
    return storm


def recorded(options, folder, error, load, words):
    tool = exectrail_tools.ExectrailHost(folder, options.bin, words)
    try:
        tool.check()
        tool.start()
        result = run(options, folder, error, load, tool)
    finally:
        tool.stop()
    return result | {"facts": tool.facts(load), "name": tool.name}


COLUMNS = ["errno", "", "failing execs a second", "good: p50 ms", "lost", "argv complete", "executable",
           "recorder CPU s", "trace", "in the trace: attempts", "tallied", "not kept", "gaps", "events lost"]


def row(error, result, load):
    flood = result["flood"]
    cells = [error, result.get("name", "unrecorded"),
             f"{flood['attempts'] / flood['wallNs'] * 1e3:.2f} M" + ("" if result["inside"] else " (ended first)"),
             f"{result['p50Ns'] / 1e6:.3f}"]
    if "facts" not in result:
        return cells + ["-"] * (len(COLUMNS) - len(cells))
    facts = result["facts"]
    storm = facts["storm"]
    return cells + [str(load.execs - storm["execs"]),
                    report.percent(storm["argumentsComplete"], load.execs),
                    report.percent(storm["withExecutable"], load.execs),
                    f"{result['recorderNs'] / 1e9:.1f}",
                    f"{facts['bytes'] / 1e6:.2f} MB",
                    str(sum(facts["attemptsByErrno"].values())),
                    str(facts["attemptsTallied"]),
                    str(facts["end"]["notKept"]),
                    str(sum(facts["gapsBySource"].values())),
                    str(facts["lostEvents"])]


def main():
    options = parse()
    if os.geteuid() != 0:
        sys.exit("recording needs root: run it with sudo")
    measure.clean_up_when_told_to_end()
    print(side_by_side.about())
    rows = []
    for error in options.errors.split(","):
        folder = tempfile.mkdtemp(prefix="exectrail-bench-")
        try:
            # The flood should outlast the storm.
            seconds = options.attempts / attempts_a_second(options, folder, error)
            load = measure.Load("beside a flood", shutil.copy(os.path.join(options.bin, "short_lived"), folder), options.execs,
                                rate=max(1, int(options.execs / (0.7 * seconds))))
            rows.append(row(error, run(options, folder, error, load), load))
            for words in options.record or [""]:
                result = recorded(options, folder, error, load, shlex.split(words))
                rows.append(row(error, result, load))
        except audit.Refused as e:
            print(f"{error}: not measured: {e}\n")
        finally:
            shutil.rmtree(folder)
    print(f"{options.attempts} failing execs beside {options.execs} good ones\n")
    print(report.table(COLUMNS, rows))


if __name__ == "__main__":
    main()
