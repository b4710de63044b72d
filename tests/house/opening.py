#!/usr/bin/env python3
# Every source file opens with one to six lines of comment: what it is, why, what it leaves to whom.
# An implementation may leave that to the header of its name.
import os

import tree

MARKS = {".h": "//", ".c": "//", ".cpp": "//", ".py": "#", ".sh": "#", ".cmake": "#",
         "CMakeLists.txt": "#"}
MOST = 6


def opening(lines, mark):
    """Number of comment lines at the start, behind #! and directives to tools."""
    if lines and lines[0].startswith("#!"):
        lines = lines[1:]
    while lines and lines[0].startswith(("# shellcheck", "// clang-format")):
        lines = lines[1:]
    if lines and lines[0].startswith("/*"):
        return 1 + next(i for i, line in enumerate(lines) if "*/" in line)
    count = 0
    while count < len(lines) and lines[count].startswith(mark):
        count += 1
    return count


def check(root):
    found = []
    for path in tree.files(root):
        mark = next((MARKS[end] for end in MARKS if path.endswith(end)), None)
        if path.startswith("scripts/") or path == ".ci/run":
            mark = "#"
        header = os.path.splitext(path)[0] + ".h"
        if path.endswith((".c", ".cpp")) and os.path.exists(os.path.join(root, header)):
            continue
        if mark:
            text = tree.text(root, path)
            count = opening(text.splitlines(), mark)
            documented = text.startswith('#!/usr/bin/env python3\n"""')
            if not documented and not 1 <= count <= MOST:
                found.append(f"{path}: opens with {count} lines of comment, 1 to {MOST} needed")
    return found


if __name__ == "__main__":
    tree.main(check)
