#!/usr/bin/env python3
# Data flows one way: nothing on the right is included by anything on the left. And only one folder
# knows the kernel's tracing interfaces.
import re

import tree

ALLOWED = {  # folder: what it may include; the longest matching folder decides
    "trace/": ["trace/"],
    "recorder/": ["trace/", "recorder/"],
    "analyzer/": ["trace/", "analyzer/"],
    "analyzer/paths/": ["trace/", "analyzer/paths/"],
    "analyzer/compiler/": ["trace/", "analyzer/paths/", "analyzer/compiler/", "analyzer/engine/"],
    "analyzer/rules/": ["trace/", "analyzer/paths/", "analyzer/compiler/", "analyzer/rules/"],
    "analyzer/engine/": ["trace/", "analyzer/paths/", "analyzer/compiler/", "analyzer/engine/"],
    "analyzer/posture/": ["trace/", "analyzer/paths/", "analyzer/compiler/", "analyzer/engine/",
                          "analyzer/posture/"],
    "replay/": ["trace/", "analyzer/", "replay/"],
    "replay/support/": ["trace/", "replay/support/"],
    "replay/scenario/": ["trace/", "analyzer/", "replay/scenario/"],
    "replay/verdict/": ["trace/", "analyzer/", "replay/scenario/", "replay/verdict/"],
    "replay/scenes/": ["trace/", "analyzer/", "replay/scenes/"],
    "replay/live/": ["trace/", "replay/support/", "replay/scenario/", "replay/live/"],
    "corpus/": [],  # programs of scenarios, which are compiled inside the sandbox
    "tests/": ["trace/", "recorder/", "analyzer/", "replay/", "tests/"],
    "bench/": ["trace/", "recorder/", "analyzer/", "replay/", "tests/", "bench/"],
}
KERNEL_HEADERS = re.compile(r"(.*/)?(tracefs|event-parse|kbuffer)\.h|linux/(perf_event|cn_proc|connector)\.h")
KERNEL_FOLDER = "recorder/kernel/"
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def problem(path, quote, included):
    if KERNEL_HEADERS.fullmatch(included) and not path.startswith(KERNEL_FOLDER):
        return f"<{included}> is for {KERNEL_FOLDER} only"
    folders = [folder for folder in ALLOWED if path.startswith(folder)]
    if not folders:
        return "C++ outside the folders named in tests/house/layering.py"
    folder = max(folders, key=len)
    if quote == '"' and not any(included.startswith(allowed) for allowed in ALLOWED[folder]):
        return f'{folder} may not include "{included}", only {" ".join(ALLOWED[folder])}'
    return None


def check(root):
    found = []
    for path in tree.files(root):
        if path.endswith((".h", ".c", ".cpp")):
            for number, line in enumerate(tree.text(root, path).splitlines(), 1):
                match = INCLUDE.match(line)
                why = match and problem(path, *match.groups())
                if why:
                    found.append(f"{path}:{number}: {why}")
    return found


if __name__ == "__main__":
    tree.main(check)
