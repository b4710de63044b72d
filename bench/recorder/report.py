# Medians of paired runs as Markdown tables.
import statistics


def spread(values, digits):
    """"median (lowest–highest)"."""
    return (f"{statistics.median(values):.{digits}f} "
            f"({min(values):.{digits}f}–{max(values):.{digits}f})")


def percent(part, whole):
    """Rounded down: 100 % means all of them."""
    return "-" if whole == 0 else f"{int(10000 * part / whole) / 100:.2f} %"


COLUMNS = ["tool", "wall ×", "latency p50 ×", "recorder CPU ms/exec", "workload + recorder CPU Δ ms/exec",
           "host CPU Δ ms/exec", "B/exec", "lost", "argv complete", "executable", "wrong"]


def row(name, runs):
    """`runs` are the paired runs of one tool under one load."""
    execs = sum(run["execs"] for run in runs)
    seen = {what: sum(run["seen"][what] for run in runs)
            for what in ("execs", "arguments", "executable", "unmarked", "records")}
    bytes_written = sum(run["bytes"] for run in runs)
    return [name,
            spread([run["wallRatio"] for run in runs], 3),
            spread([run["latencyRatio"] for run in runs], 3),
            spread([run["recorderMs"] for run in runs], 3),
            spread([run["totalMs"] for run in runs], 3),
            spread([run["hostMs"] for run in runs], 3),
            f"{bytes_written / seen['records']:.0f}" if seen["records"] else "-",
            str(sum(max(0, run["execs"] - run["seen"]["execs"]) for run in runs)),
            percent(seen["arguments"], execs),
            percent(seen["executable"], execs),
            # Arguments that are not those passed, or an exec that never was.
            str(seen["unmarked"] + sum(max(0, run["seen"]["execs"] - run["execs"]) for run in runs))]


def table(columns, rows):
    return "\n".join("| " + " | ".join(cells) + " |"
                     for cells in [columns, ["---"] * len(columns), *rows])


def report(load, bare, results, refused):
    """One load: `bare` the unrecorded runs, `results` tool: paired runs, `refused` tool: why not."""
    rate = [run["execs"] / run["wallNs"] * 1e9 for run in bare]
    p50 = [run["p50Ns"] / 1e6 for run in bare]
    lines = [f"### {load.name}", "",
             f"{load.execs} execs a run, {len(bare)} unrecorded runs: {spread(rate, 0)} execs a second, "
             f"p50 from spawn to reaped {spread(p50, 3)} ms", ""]
    lines.append(table(COLUMNS, [row(name, runs) for name, runs in results.items() if runs]))
    lines += [f"\n{name}: not measured: {why}" for name, why in refused.items()]
    return "\n".join(lines) + "\n"
