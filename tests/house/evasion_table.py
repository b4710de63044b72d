#!/usr/bin/env python3
# docs/evasions.md: each known evasion has a scenario, a test, or an honest word among the blind
# spots; no link is dead, and no scenario of corpus/evasion is missing in the table.
import os
import re

import tree

TABLE = "docs/evasions.md"
ROWS = 40
ROW = re.compile(r"^\| *(\d+) *\|")
LINK = re.compile(r"\[[^\]]+\]\(([^)#]*)(?:#([^)]*))?\)")


def anchors(text):
    """As they are made of headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def dead_link(root, target, anchor):
    """What is wrong with a link, or None."""
    path = os.path.normpath(os.path.join(os.path.dirname(TABLE), target)) if target else TABLE
    if not os.path.exists(os.path.join(root, path)):
        return f"there is no {path}"
    if path.startswith("corpus/") and not os.path.exists(os.path.join(root, path, "scenario.yaml")):
        return f"{path} is no scenario"
    if anchor and anchor not in anchors(tree.text(root, path)):
        return f"{path} has no heading for #{anchor}"
    return None


def check(root):
    if not os.path.exists(os.path.join(root, TABLE)):
        return [f"{TABLE}: missing"]
    found = []
    rows = []
    linked = set()
    for number, line in enumerate(tree.text(root, TABLE).splitlines(), 1):
        links = LINK.findall(line)
        row = ROW.match(line)
        if row:
            rows.append(int(row.group(1)))
            if not links:
                found.append(f"{TABLE}:{number}: row {row.group(1)} names neither scenario, test nor "
                             "blind spot")
        for target, anchor in links:
            linked.add(os.path.basename(target))
            problem = dead_link(root, target, anchor)
            if problem:
                found.append(f"{TABLE}:{number}: {problem}")
    if rows != list(range(1, ROWS + 1)):
        found.append(f"{TABLE}: rows must be 1 to {ROWS} in order, they are {rows}")
    folder = os.path.join(root, "corpus/evasion")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if name not in linked:
            found.append(f"{TABLE}: corpus/evasion/{name} is in no row")
    return found


if __name__ == "__main__":
    tree.main(check)
