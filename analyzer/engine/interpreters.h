// What the options of interpreters take, as tables: an option that is missing is one word more.
// From dash(1), bash(1), zsh(1), ksh(1), tcsh(1), fish(1), python(1), perlrun(1), ruby(1), node(1),
// php(1), lua(1), tclsh(1), expect(1), gawk(1), mawk(1), sed(1), java(1), gdb(1) and vim(1).
#pragma once

#include <string_view>

namespace exectrail::analyzer {

// Words separated by spaces. An option is written as it is given: "-o" may be one of several
// letters of an argument, "--rcfile" and "-encoding" are arguments of their own.
using Words = std::string_view;

struct Interpreter {
  Words names = {};  // followed by nothing, or by a version: 3.11
  // Options whose value follows in the same argument or is the next one:
  Words value = {};    // nothing to us
  Words code = {};     // the program itself: no operand is one
  Words ends = {};     // the same, and what follows are arguments of the program
  Words program = {};  // the file that is run: no operand is one
  Words loads = {};    // a file that is run or loaded as well
  Words modules = {};  // the same; a name without a folder is looked for in places of the system
  Words list = {};     // files and folders that code is loaded from, separated by ':'
  Words chdir = {};    // where relative paths begin
  Words word = {};     // a long option without its "--": mawk -W exec
  // Others:
  Words text = {};  // no operand is a script: `sh -c`, `sh -s`
  Words next = {};  // whose value is always the next argument, whatever follows in this one: sh -oe
  Words rest = {};  // whose value, if any, is what follows in the same argument
  Words number = {};   // followed by digits or none, and then by other letters
  Words check = {};    // the script is read and not run,
  Words uncheck = {};  // unless there is one of these
  // Operands:
  Words subcommands = {};  // come before the script: node inspect
  Words suffixes = {};     // a script's name has one of these, other operands are none
  Words launchers = {};    // modules of `ends` that run a script: python -m pdb
  bool plus = false;       // options may begin with '+'
  bool dashEnds = false;   // "-" ends the options; elsewhere it is standard input
  bool noScript = false;   // operands are no scripts
  bool permutes = false;   // options may follow operands
  bool wholeOnly = false;  // no option is one of several letters
};

// Null: no arguments could tell a program of that name to run a script. Of busybox, the shell.
const Interpreter* findInterpreter(std::string_view program);

// What follows `python -m pdb`.
const Interpreter& launched();

bool hasWord(Words words, std::string_view word);

}  // namespace exectrail::analyzer
