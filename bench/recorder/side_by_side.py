#!/usr/bin/env python3
"""Measures what recording execs costs and what it misses: exectrail and its peers in one run, under
the same storms. Each run of a tool stands between two unrecorded ones and is compared with their
mean, so that a machine whose speed drifts does not decide. Needs root, leaves nothing behind."""
import argparse
import json
import os
import shlex
import shutil
import statistics
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(1, os.path.join(ROOT, "tests", "support"))
sys.dont_write_bytecode = True
os.environ["PATH"] += ":/usr/sbin:/sbin"  # where Debian has audit's programs and execsnoop

import audit
import audit_peers
import exectrail_tools
import measure
import peers
import report

RATES = [100, 200, 400, 800, 1600]
TOOLS = ["exectrail", "exectrail-command", "auditd", "laurel", "perf", "execsnoop", "strace"]


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "release", "bin"),
                        help="folder of the built programs (%(default)s)")
    parser.add_argument("--tools", default=",".join(TOOLS), help="default: %(default)s")
    parser.add_argument("--loads", default=",".join(["storm", "storm2", "storm1ms", *map(str, RATES)]),
                        help="storm: one loop; storm2: two at once; storm1ms: programs that live a "
                        "millisecond; a number: a copy of /bin/true, as many a second (%(default)s)")
    parser.add_argument("--seconds", type=float, default=30, help="length of a run (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each tool and load (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 5 seconds")
    parser.add_argument("--record", action="append", default=[], metavar="OPTIONS",
                        help="also exectrail -a with these options, for example '--source perf'")
    parser.add_argument("--json", metavar="FILE", help="every single run, as JSON")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.rounds = 5, 3
    unknown = set(options.tools.split(",")) - set(TOOLS)
    if unknown:
        parser.error(f"unknown tool {', '.join(sorted(unknown))}; there are {', '.join(TOOLS)}")
    return options


def copies(options, folder):
    """Programs that nobody else on this host runs: the short-lived one, and /bin/true."""
    return (shutil.copy(os.path.join(options.bin, "short_lived"), folder),
            shutil.copy(os.path.realpath("/bin/true"), os.path.join(folder, "true")))


def make_loads(options, short, true, rate):
    """`rate`: execs a second of one loop, unhindered."""
    saturated = max(200, int(rate * options.seconds))
    loads = {"storm": measure.Load("storm: one loop", short, saturated),
             # Two loops on two processors get in each other's way; half as many each.
             "storm2": measure.Load("storm2: two loops at once", short, saturated // 2, loops=2),
             "storm1ms": measure.Load("storm1ms: programs that live 1 ms", short, saturated // 3,
                                      lifetime_us=1000)}
    for name in options.loads.split(","):
        if name.isdigit():
            # One loop cannot do 1,600.
            loops = 2 if int(name) > 800 else 1
            loads[name] = measure.Load(f"{name} exec/s", true,
                                       int(int(name) * options.seconds / loops), int(name), loops)
        elif name not in loads:
            sys.exit(f"unknown load '{name}'")
    return [loads[name] for name in options.loads.split(",")]


class Session:
    """Runs storms, recorded and not."""

    def __init__(self, options):
        self.options = options
        self.kernel, self.why_no_audit = None, None
        try:
            self.kernel = audit.Kernel()
        except audit.Refused as e:
            self.why_no_audit = str(e)
        self.nothing = {}  # tool: CPU time of recording nothing

    def tools(self, folder):
        of_audit = (folder, self.options.bin, self.kernel, self.why_no_audit)
        made = {
            "exectrail": lambda: exectrail_tools.ExectrailHost(folder, self.options.bin),
            "exectrail-command": lambda: exectrail_tools.ExectrailCommand(folder, self.options.bin),
            "auditd": lambda: audit_peers.Auditd(*of_audit),
            "laurel": lambda: audit_peers.AuditdLaurel(*of_audit),
            "perf": lambda: peers.PerfRecord(folder, self.options.bin),
            "execsnoop": lambda: peers.Execsnoop(folder, self.options.bin),
            "strace": lambda: peers.Strace(folder, self.options.bin),
        }
        chosen = [made[name]() for name in self.options.tools.split(",")]
        return chosen + [exectrail_tools.ExectrailHost(folder, self.options.bin, shlex.split(words))
                         for words in self.options.record]

    def storm(self, load, prefix=(), pids=lambda: []):
        """One run. The tool, if there is one, has settled before and after; the host is watched while
        the storm lasts."""
        tool_before = measure.settle(pids)
        host_before = measure.host_busy_ns()
        result = measure.run_storm(load, self.options.bin, prefix)
        result["hostNs"] = measure.host_busy_ns() - host_before
        result["toolNs"] = measure.settle(pids)
        result["recorderNs"] = result["toolNs"] - tool_before
        return result

    def unrecorded(self, load):
        if self.kernel:
            audit_peers.quiet(self.kernel)
        return self.storm(load)

    def background(self, load, tool):
        """With a tool that is started before and stopped afterwards. Ending may be work, too."""
        try:
            tool.start()
            result = self.storm(load, pids=tool.pids) if load else {"toolNs": measure.settle(tool.pids)}
        finally:
            life_ns = tool.stop()
        result["endingNs"] = max(0, life_ns - result["toolNs"])
        return result

    def nothing_recorded_ns(self, tool):
        """CPU time that a tool needs to begin and end, or to end if it was begun before."""
        if tool.name not in self.nothing:
            self.nothing[tool.name] = (measure.empty_run_ns(tool.prefix) if tool.prefix
                                       else self.background(None, tool)["endingNs"])
        return self.nothing[tool.name]

    def recorded(self, load, tool):
        tool.check()
        nothing_ns = self.nothing_recorded_ns(tool)
        if tool.prefix:
            result = self.storm(load, tool.prefix)
            result["recorderNs"] = result["outerNs"] - nothing_ns
        else:
            result = self.background(load, tool)
            result["recorderNs"] += max(0, result["endingNs"] - nothing_ns)
        result["bytes"] = tool.size()
        result["seen"] = vars(tool.seen(load))
        return result


def compare(run, before, after):
    """Adds what the run is worth beside the unrecorded ones around it."""
    def mean(name):
        return (before[name] + after[name]) / 2

    execs = run["execs"]
    run["wallRatio"] = run["wallNs"] / mean("wallNs")
    run["latencyRatio"] = run["p50Ns"] / mean("p50Ns")
    run["recorderMs"] = run["recorderNs"] / execs / 1e6
    run["totalMs"] = (run["cpuNs"] + run["recorderNs"] - mean("cpuNs")) / execs / 1e6
    run["hostMs"] = (run["hostNs"] - mean("hostNs")) / execs / 1e6
    return run


def one_round(session, load, names, results, refused, bare):
    """Unrecorded, a tool, unrecorded, the next tool, …, unrecorded."""
    before = session.unrecorded(load)
    bare.append(before)
    for index in names:
        folder = tempfile.mkdtemp(prefix="exectrail-bench-")
        tool = session.tools(folder)[index]
        if tool.name in refused:
            shutil.rmtree(folder)
            continue
        print(f"   {tool.name}", file=sys.stderr)
        run = None
        try:
            run = session.recorded(load, tool)
        except (audit.Refused, OSError) as e:
            refused[tool.name] = str(e)
        finally:
            shutil.rmtree(folder)
        after = session.unrecorded(load)
        bare.append(after)
        if run is not None:
            results.setdefault(tool.name, []).append(compare(run, before, after))
        before = after


def run_load(session, load, rounds):
    results, refused, bare = {}, {}, []
    count = len(session.tools("/nonexistent"))
    for number in range(rounds):
        print(f"-- {load.name}, round {number + 1} of {rounds}", file=sys.stderr)
        # Another neighbour each time.
        order = list(range(count)) if number % 2 == 0 else list(reversed(range(count)))
        one_round(session, load, order, results, refused, bare)
    names = [tool.name for tool in session.tools("/nonexistent")]
    ordered = {name: results[name] for name in names if name in results}
    return ordered, refused, bare


def about():
    with open("/proc/cpuinfo") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return (f"{time.strftime('%d %B %Y')}, {os.cpu_count()} × {models[0] if models else 'CPU'}, "
            f"Linux {os.uname().release}, load average {os.getloadavg()[0]:.2f} at the start\n"
            f"`{shlex.join([os.path.relpath(sys.argv[0], ROOT), *sys.argv[1:]])}`\n")


def main():
    options = parse()
    if os.geteuid() != 0:
        sys.exit("recording needs root: run it with sudo")
    measure.clean_up_when_told_to_end()
    session = Session(options)
    print(about(), flush=True)
    everything = []
    folder = tempfile.mkdtemp(prefix="exectrail-bench-")
    try:
        short, true = copies(options, folder)
        probe = measure.Load("probe", short, 500)
        rate = statistics.median(500e9 / session.unrecorded(probe)["wallNs"] for _ in range(3))
        for load in make_loads(options, short, true, rate):
            results, refused, bare = run_load(session, load, options.rounds)
            print(report.report(load, bare, results, refused), flush=True)
            everything.append({"load": vars(load), "bare": bare, "results": results, "refused": refused})
    finally:
        shutil.rmtree(folder)
        if session.kernel:
            session.kernel.restore()
    if options.json:
        with open(options.json, "w") as file:
            json.dump(everything, file, indent=1)


if __name__ == "__main__":
    main()
