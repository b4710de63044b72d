#!/usr/bin/env python3
"""usage: unity_groups.py TARGETS OUTPUT.cmake

Which files of a target are compiled as one. TARGETS has a line for each target: its name and its C++
files, with `;` between. What a file keeps to itself must not be a name that another one of its group
uses: an unnamed namespace, in one translation unit, is one namespace."""
import re
import sys

MOST_LINES = 3000  # of a group: more gain little, and a processor would have to wait for the other

NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
                   re.DOTALL)
NAME = r"(?<![\w.:])(?<!->)([A-Za-z_]\w*)"
USED = re.compile(NAME)
CALLED = re.compile(NAME + r"(?=[(<])")
UNNAMED = re.compile(r"^namespace \{\n(.*?)^\}  // namespace\n", re.MULTILINE | re.DOTALL)
# What clang-format leaves at the beginning of a line is of namespace scope.
BEGIN = r"^(?!using|namespace|return|#)[A-Za-z_][^\n(={;]*?[ *&]"
FUNCTION = re.compile(BEGIN + r"(\w+)\(", re.MULTILINE)
VALUE = re.compile(BEGIN + r"(\w+)(?:\[[^\n\]]*\])* ?[={;]", re.MULTILINE)
TYPE = re.compile(r"^(?:template <[^\n]*>\s*)?(?:struct|class|union|enum(?: class)?) (\w+)", re.MULTILINE)
ALIAS = re.compile(r"^(?:namespace|using) (\w+) =", re.MULTILINE)
MACRO = re.compile(r"^#define (\w+)", re.MULTILINE)


class Source:
    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.lines = text.count("\n")
        hidden = NOISE.sub(" ", "\n".join(UNNAMED.findall(text)))
        text = NOISE.sub(" ", text)
        self.used = set(USED.findall(text))
        self.called = set(CALLED.findall(text))
        self.functions = set(FUNCTION.findall(hidden))
        self.others = set(ALIAS.findall(text) + MACRO.findall(text) + TYPE.findall(hidden) +
                          VALUE.findall(hidden))

    def hides_from(self, other):
        return self.functions & other.called or self.others & other.used

    def clashes(self, other):
        return self.hides_from(other) or other.hides_from(self)


def groups(sources):
    result = []
    for source in sources:
        for group in result:
            if (sum(each.lines for each in group) + source.lines <= MOST_LINES
                    and not any(source.clashes(each) for each in group)):
                group.append(source)
                break
        else:
            result.append([source])
    return result


def main(targets, output):
    with open(targets, encoding="utf-8") as file:
        lines = [line.rstrip("\n").split(";") for line in file if line.strip()]
    units = 0
    with open(output, "w", encoding="utf-8") as file:
        for target, *paths in lines:
            for number, group in enumerate(groups([Source(path) for path in paths])):
                units += 1
                names = " ".join(f'"{each.path}"' for each in group)
                file.write(f"set_source_files_properties({names} TARGET_DIRECTORY {target} "
                           f"PROPERTIES UNITY_GROUP {target}_{number})\n")
    print(f"{sum(len(paths) for _, *paths in lines)} files in {units} groups")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
