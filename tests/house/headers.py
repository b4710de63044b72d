#!/usr/bin/env python3
# Each header compiles alone: whoever includes it need not know what to include before it. Takes the
# compiler and its options from BUILD/compile_commands.json, from a source file of the same folder.
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import tempfile

import tree


def options(build):
    """Compiler and options by folder, of one C++ file of each."""
    with open(os.path.join(build, "compile_commands.json")) as file:
        commands = json.load(file)
    by_folder = {}
    for command in commands:
        folder = os.path.relpath(os.path.dirname(command["file"]), tree.ROOT)
        words = shlex.split(command["command"])
        if command["file"].endswith(".cpp"):
            kept = [words[0]] + [w for w in words if w.startswith(("-I", "-D", "-W", "-std="))]
            for index, word in enumerate(words):
                if word == "-isystem":
                    kept += words[index : index + 2]
            by_folder.setdefault(folder, kept)
    return by_folder


def compile_alone(header, by_folder):
    """The compiler's messages, empty if there are none."""
    folder = os.path.dirname(header)
    while folder not in by_folder:
        if not folder:
            return f"{header}: no C++ file in its folder or above says how to compile it"
        folder = os.path.dirname(folder)
    with tempfile.NamedTemporaryFile("w", suffix=".cpp") as source:
        source.write(f'#include "{header}"\n#include "{header}"\n')
        source.flush()
        command = by_folder[folder] + ["-I", tree.ROOT, "-fsyntax-only", source.name]
        return subprocess.run(command, capture_output=True, text=True).stderr


def main():
    by_folder = options(sys.argv[1])
    headers = [path for path in tree.files(tree.ROOT) if path.endswith(".h")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda header: compile_alone(header, by_folder), headers))
    print("".join(results) + f"{len(headers)} headers, {sum(map(bool, results))} of them wrong")
    return 1 if any(results) or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
