#!/usr/bin/env python3
# Each header compiles alone: whoever includes it need not know what to include before it. The build
# has shown it of a header that its own source file includes first; the others are compiled here, with
# compiler and options from BUILD/compile_commands.json, of a source file of the same folder.
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import tempfile

import tree


def options(commands):
    """Compiler and options by folder, of one C++ file of each."""
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


def shown_by_the_build(header, sources):
    """Whether the header's own source file, which is compiled, includes it before anything else."""
    source = header[: -len(".h")] + ".cpp"
    if source not in sources:
        return False
    with open(os.path.join(tree.ROOT, source)) as file:
        first = next((line for line in file if line.startswith("#include")), "")
    return first.split() == ["#include", f'"{header}"']


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
    with open(os.path.join(sys.argv[1], "compile_commands.json")) as file:
        commands = json.load(file)
    by_folder = options(commands)
    # Precompiled headers would hide what a source file forgets.
    sources = {os.path.relpath(command["file"], tree.ROOT) for command in commands
               if "cmake_pch" not in command["command"]}
    headers = [path for path in tree.files(tree.ROOT) if path.endswith(".h")]
    alone = [header for header in headers if not shown_by_the_build(header, sources)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda header: compile_alone(header, by_folder), alone))
    print("".join(results) + f"{len(headers)} headers, {len(alone)} of them compiled alone, "
          f"{sum(map(bool, results))} wrong")
    return 1 if any(results) or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
