#!/usr/bin/env python3
# Only exectrail-record links the tracing libraries: everything else can be installed, and trusted,
# without them. Takes the folder of the programs.
import os
import subprocess
import sys

TRACING = ("libtracefs", "libtraceevent")


def needed(program):
    output = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True)
    return [line for line in output.stdout.splitlines() if "(NEEDED)" in line]


def main():
    folder = sys.argv[1]
    programs = sorted(name for name in os.listdir(folder) if name.startswith("exectrail"))
    wrong = 0
    for name in programs:
        links = any(library in line for line in needed(os.path.join(folder, name))
                    for library in TRACING)
        if links != (name == "exectrail-record"):
            print(f"{name} {'links' if links else 'does not link'} {' or '.join(TRACING)}")
            wrong += 1
    print(f"{len(programs)} programs, {wrong} of them wrong")
    return 1 if wrong or "exectrail-analyze" not in programs else 0


if __name__ == "__main__":
    sys.exit(main())
