#!/usr/bin/env python3
# A file includes what it uses, directly or by headers of ours: a build that compiles several files as one
# does not notice what one of them forgets. What counts is names: those of the standard library that
# belong to one header, and those that one header of ours declares.
import re

import tree

STANDARD = {  # header: names of namespace std that it alone promises
    "algorithm": "find count count_if min max copy fill equal search replace all_of any_of none_of "
                 "find_if find_if_not sort stable_sort lower_bound upper_bound "
                 "binary_search equal_range max_element min_element clamp copy_if copy_n transform unique "
                 "remove_if replace_if fill_n partition nth_element set_difference set_intersection "
                 "is_sorted reverse rotate adjacent_find mismatch",
    "array": "array to_array",
    "atomic": "atomic atomic_flag",
    "bit": "bit_cast countl_zero countr_zero popcount bit_width bit_ceil endian",
    "charconv": "from_chars to_chars from_chars_result",
    "chrono": "chrono",
    "cmath": "isnan isfinite lround llround",
    "condition_variable": "condition_variable condition_variable_any",
    "deque": "deque",
    "exception": "exception_ptr current_exception rethrow_exception uncaught_exceptions",
    "filesystem": "filesystem",
    "fstream": "ifstream ofstream fstream",
    "functional": "function reference_wrapper",
    "future": "future promise async packaged_task",
    "iomanip": "setw setfill setprecision",
    "iostream": "cout cerr cin clog",
    "limits": "numeric_limits",
    "list": "list",
    "map": "map multimap",
    "memory": "unique_ptr shared_ptr weak_ptr make_unique make_shared enable_shared_from_this",
    "mutex": "mutex lock_guard unique_lock scoped_lock call_once once_flag recursive_mutex",
    "numeric": "accumulate iota reduce partial_sum gcd",
    "optional": "optional nullopt make_optional",
    "queue": "queue priority_queue",
    "random": "mt19937 mt19937_64 random_device uniform_int_distribution uniform_real_distribution",
    "regex": "regex regex_match regex_search",
    "set": "set multiset",
    "shared_mutex": "shared_mutex shared_lock",
    "span": "span as_bytes as_writable_bytes",
    "sstream": "stringstream ostringstream istringstream",
    "stdexcept": "runtime_error logic_error invalid_argument out_of_range length_error",
    "stop_token": "stop_token stop_source",
    "string_view": "string_view",
    "thread": "thread jthread this_thread",
    "tuple": "tuple tie forward_as_tuple",
    "unordered_map": "unordered_map unordered_multimap",
    "unordered_set": "unordered_set",
    "variant": "variant visit monostate get_if holds_alternative",
    "vector": "vector",
}
# Others that serve as well.
ALSO = {"string_view": ["string"], "tuple": ["map", "functional", "utility"], "thread": ["stop_token"],
        "stop_token": ["thread"]}
HEADER_OF = {name: header for header, names in STANDARD.items() for name in names.split()}

NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
TEST = re.compile(r"\bTEST(?:_F|_P)?\(\w+, \w+\)")
STD = re.compile(r"(?<![\w:])std::(\w+)")
# Neither members nor what a type of another name has inside.
USED = re.compile(r"(?<![\w.:])(?<!->)(?:[a-z_]\w*::)*((?:[A-Z]|k[A-Z])\w*)")
# Of namespace scope is what begins a line.
DECLARED = re.compile(r"^(?:template <[^\n]*>\s*)?(?:class|struct|union|enum(?: class)?) (\w+)(?: final)?\s*[{:]"
                      r"|^using (\w+) =|^(?:inline )?constexpr [^\n=({;]*?(\w+)(?:\[\])? ?[={]", re.MULTILINE)
ANYWHERE = re.compile(r"\b(?:class|struct|union|enum(?: class)?|typename|using|namespace) (\w+)"
                      r"|\bconst(?:expr)? [^\n=({;]*?(\w+)(?:\[\w*\])? ?[={(]|[{,]\s*(k[A-Z]\w*)(?=[,}=\s])|using [\w:]*?(\w+);")


class File:
    def __init__(self, text):
        includes = INCLUDE.findall(text)
        self.own = [path for quote, path in includes if quote == '"']
        self.system = {path for quote, path in includes if quote == "<"}
        text = TEST.sub(" ", NOISE.sub(" ", text))
        self.standard = set(STD.findall(text)) & HEADER_OF.keys()
        self.used = set(USED.findall(text))
        self.declared = {"".join(found) for found in DECLARED.findall(text)}
        self.anywhere = {"".join(found) for found in ANYWHERE.findall(text)}


def check(root):
    paths = [path for path in tree.files(root) if path.endswith((".h", ".cpp"))
             and not path.startswith("corpus/")]
    files = {path: File(tree.text(root, path)) for path in paths}
    where = {}  # name -> headers that declare it
    for path, file in files.items():
        if path.endswith(".h"):
            for name in file.declared:
                where.setdefault(name, set()).add(path)
    elsewhere = set()  # names that have another meaning somewhere: a nested type, an enumerator
    for path, file in files.items():
        if path.endswith(".h"):
            elsewhere |= file.anywhere - file.declared

    def reached(path):
        seen, waiting = set(), [path]
        while waiting:
            each = waiting.pop()
            if each not in seen and each in files:
                seen.add(each)
                waiting += files[each].own
        return seen

    problems = []
    for path, file in files.items():
        closure = reached(path)
        system = set().union(*(files[each].system for each in closure))
        for name in sorted(file.standard):
            header = HEADER_OF[name]
            if not system & {header, *ALSO.get(header, [])}:
                problems.append(f"{path}: std::{name} needs <{header}>")
        for name in sorted(file.used - file.anywhere - elsewhere):
            headers = where.get(name, set())
            if len(headers) == 1 and not headers & closure:
                problems.append(f'{path}: {name} needs "{min(headers)}"')
    return problems


if __name__ == "__main__":
    tree.main(check)
