#!/usr/bin/env python3
# Nothing in the project names the machine it was written on or the host it was installed from:
# both are different for whoever clones it.
import re

import tree

MACHINE = re.compile(
    r"""
    (?<![\w.])/(?:work|workspace|root|mnt/data)/\w   # somebody's folder
  | (?<![\w.])/home/(?!user\b|alice\b|bob\b)\w+      # a person's, except of persons who do not exist
  | \b(?:deb|security|archive|snapshot|ports)\.(?:debian|ubuntu)\.(?:org|com)\b
  | \b(?:registry|index|proxy|files)\.[\w-]+\.(?:org|com|io|dev)\b
  | \bartifact(?:ory|s|-registry)\.[\w.-]+\b
    """,
    re.VERBOSE,
)


def recorded(path):
    """Recordings and their dumps hold whatever ran while they were made."""
    return path.startswith(("corpus/", "tests/data/")) and path.endswith((".trail", ".txt"))


def check(root):
    found = []
    for path in tree.files(root):
        text = None if recorded(path) else tree.text(root, path)
        for number, line in enumerate((text or "").splitlines(), 1):
            match = MACHINE.search(line)
            if match:
                found.append(f"{path}:{number}: names a machine: {match.group()}")
    return found


if __name__ == "__main__":
    tree.main(check)
