#!/usr/bin/env python3
# Files stay short enough to be read in one go: none over 500 lines, nine in ten under 300. Data
# (corpus/, tests/data/, fuzz seeds) and the licence are not for reading in one go.
import tree

LONGEST = 500
USUAL = 300
USUAL_SHARE = 0.9
DATA = ("corpus/", "tests/data/", "tests/fuzz/corpus/", "LICENSE")


def lengths(root):
    contents = {path: tree.text(root, path) for path in tree.files(root)
                if not path.startswith(DATA)}
    return {path: text.count("\n") for path, text in contents.items() if text is not None}


def check(root):
    lines = lengths(root)
    problems = [f"{path}: {count} lines, {LONGEST} are the limit"
                for path, count in lines.items() if count > LONGEST]
    usual = sum(count < USUAL for count in lines.values())
    share = usual / len(lines) if lines else 1
    print(f"{usual} of {len(lines)} files are under {USUAL} lines: {share:.1%}")
    if share < USUAL_SHARE:
        problems.append(f"{share:.1%} under {USUAL} lines, {USUAL_SHARE:.0%} needed. The longest:")
        longest = sorted(lines, key=lines.get, reverse=True)[:10]
        problems += [f"{path}: {lines[path]} lines" for path in longest]
    return problems


if __name__ == "__main__":
    tree.main(check)
