#!/usr/bin/env python3
# Scripts of scripts/ can be read by their shell, and refuse an option that they do not know: by its
# name, with 2, before they do anything.
import subprocess

import tree

UNKNOWN = "--no-such-option"


def check(root):
    problems = []
    for path in tree.files(root):
        if not path.startswith(("scripts/", ".ci/")) or not tree.text(root, path).startswith("#!/bin/bash"):
            continue
        read = subprocess.run(["bash", "-n", path], cwd=root, capture_output=True, text=True)
        if read.returncode != 0:
            problems.append(read.stderr.strip())
        elif path != ".ci/run":
            result = subprocess.run([path, UNKNOWN], cwd=root, capture_output=True, text=True,
                                    stdin=subprocess.DEVNULL, timeout=60)
            if result.returncode != 2 or UNKNOWN not in result.stderr:
                problems.append(f"{path} {UNKNOWN}: ended with {result.returncode}: {result.stderr.strip()}")
    return problems


if __name__ == "__main__":
    tree.main(check)
