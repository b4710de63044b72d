#!/usr/bin/env python3
"""usage: boot.py FOLDER

Boots a kernel of scripts/test-kernels with the Debian of scripts/test-packages as its root, runs
`inside` there as a unit of systemd, and prints what that said. Exits with 1 if it failed. What there is
to booting is in tests/kernels/boot.py."""
import os
import sys

HERE = os.path.realpath(os.path.dirname(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "kernels"))
import boot  # noqa: E402


class Host(boot.Guest):
    ROOT_FOLDER = os.path.join(boot.ROOT, "build", "packages", "root")
    INIT = os.path.join(HERE, "init")
    MEMORY = "1536"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    boot.ENDS_WITHIN = 2400  # seconds; 300 on an idle machine
    ends = []
    boot.run(sys.argv[1], [], ends, Host)
    sys.exit(0 if boot.show(ends, [sys.argv[1]]) else 1)
