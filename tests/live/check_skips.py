#!/usr/bin/env python3
"""usage: check_skips.py EXPECTED_SKIPS RESULTS.xml [KERNEL_RELEASE]

Compares the tests that ctest skipped (its --output-junit file) with the list of those that may be
skipped on a kernel. Exits with 1 and names the rest if there are others: a test that silently
stops running is a test lost."""
import fnmatch
import os
import sys
import xml.etree.ElementTree


def expected(path, release):
    """Patterns of test names that may be skipped on this kernel."""
    patterns = []
    with open(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip() or line.startswith("#"):
                continue
            words = line.split(None, 2)
            if len(words) != 3:
                sys.exit(f"{path}:{number}: needed: KERNEL TEST REASON, found: {line.strip()}")
            if fnmatch.fnmatchcase(release, words[0]):
                patterns.append(words[1])
    return patterns


def skipped(path):
    """(name, why) of each test that was skipped."""
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        if case.find("skipped") is not None:
            output = (case.findtext("system-out") or "").splitlines()
            why = [line for line in output if line.startswith("skipped: ")]
            yield case.get("name"), "; ".join(why) or "no reason given"


def main(expected_skips, results, release=os.uname().release):
    patterns = expected(expected_skips, release)
    wrong = 0
    for name, why in skipped(results):
        if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            print(f"{name}: skipped on kernel {release} and not in {expected_skips}: {why}")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
