# The project's own files, for the checks beside this file: what is checked in, not what is built.
import os

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
NOT_OURS = {".git", "build", "__pycache__"}


def files(root):
    """Paths relative to `root`, sorted; symbolic links are left alone."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        paths = [os.path.join(folder, name) for name in names]
        found += [os.path.relpath(path, root) for path in paths if not os.path.islink(path)]
    return sorted(found)


def text(root, path):
    """The file's text, or None if it is not text."""
    with open(os.path.join(root, path), "rb") as file:
        content = file.read()
    return None if b"\0" in content else content.decode("utf-8", "replace")


def main(check):
    """Prints what `check(root)` found and ends the program as a test does."""
    problems = check(ROOT)
    print("\n".join(problems) or "ok")
    raise SystemExit(1 if problems else 0)
