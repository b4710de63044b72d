// exectrail-trace: looks into traces, checks them, makes others of them. Needs no privilege and no
// recipes. This file knows the command line; each command has a file of its own.
#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <iostream>
#include <string>

#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/failure.h"
#include "trace/tool/commands.h"
#include "trace/tool/derive.h"
#include "trace/tool/dump.h"
#include "trace/tool/import.h"
#include "trace/tool/synth.h"
#include "trace/usage_error.h"

namespace {

using namespace exectrail::trace;  // NOLINT: the program is about nothing else

std::string quoted(int argc, char** argv) {
  std::string text;
  for (int i = 1; i < argc; ++i) text += (i > 1 ? " " : "") + quoteForTerminal(argv[i]);
  return text;
}

// The subcommands, each with what to do.
class CommandLine {
 public:
  CommandLine() : app_("Looks into Exectrail traces, checks them, makes others of them.") {
    app_.name("exectrail trace");
    app_.require_subcommand(1);
    app_.set_version_flag("--version", "exectrail-trace " EXECTRAIL_VERSION);
    app_.footer(
        "Examples:\n"
        "  exectrail trace info host7.trail\n"
        "  exectrail trace dump host7.trail | less -S\n"
        "  exectrail trace verify --key host7.pub host7.trail\n"
        "  exectrail trace import --from auditd -o web03.trail /var/log/audit/audit.log\n"
        "  exectrail trace cut --pid 812 -o shell.trail host7.trail\n"
        "  exectrail trace merge -o both.trail web.trail db.trail\n\n"
        "Exit status: 0 done, 1 verify found something, 2 usage, 3 a trace cannot be read to its "
        "end.");
    addInfo();
    addDump();
    addVerify();
    addKeygen();
    addPack();
    addImport();
    addSynth();
    addCut();
    addMerge();
  }

  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& e) {
      return app_.exit(e);
    } catch (const CLI::ParseError& e) {
      std::cerr << "exectrail: trace: " << usageError(e.what(), app_.remaining(true));
      if (argc > 1) std::cerr << " (found: " << quoted(argc, argv) << ')';
      std::cerr << "; see exectrail trace --help\n";
      return exectrail::kExitUsage;
    }
    const int status = act_();
    exectrail::flushStandardOutput();
    return status;
  }

 private:
  CLI::App* add(const char* name, const char* purpose, std::function<int()> act) {
    CLI::App* command = app_.add_subcommand(name, purpose);
    command->callback([this, act = std::move(act)] { act_ = act; });
    return command;
  }

  void addFile(CLI::App* command) {
    command->add_option("FILE", file_, "Trace file, or - for standard input")->required();
  }

  void addInfo() {
    addFile(add("info", "Host, time span, counts and gaps of a trace",
                [this] { return runInfo(file_); }));
  }

  void addDump() {
    CLI::App* command = add("dump", "Records as text, one a line, or as JSON lines",
                            [this] { return runDump(dump_); });
    command->add_option("FILE", dump_.path, "Trace file, or - for standard input")->required();
    command->add_flag("--json", dump_.json,
                      "JSON lines: execs, failed attempts and gaps, unless --kind says otherwise");
    command->add_option("--kind", dump_.kinds, "Records of these kinds, or all")
        ->type_name("KIND,…")
        ->allow_extra_args(false)
        ->delimiter(',');
    command->add_option("--from", dump_.from, "What happened at this time or later");
    command->add_option("--to", dump_.to, "What happened before this time");
    command->add_option("--pid", dump_.pids, "Records of these processes")
        ->type_name("N,…")
        ->allow_extra_args(false)
        ->delimiter(',');
    command->add_option("--executable", dump_.executables, "Execs of such a file, by path or name")
        ->type_name("GLOB")
        ->allow_extra_args(false);
    command->add_flag("--no-index", dump_.noIndex, "Read all of it, whatever its index says");
    command->footer(
        "Kinds are snapshot, fork, exec, attempt, exit, gap, mapping, tally, mount_table,\n"
        "heartbeat and file_hash. Gaps are shown whatever process is asked for. A time is\n"
        "2026-03-04T05:06:07.123Z (UTC) or +12.5, seconds since the recording started.\n\n"
        "Examples:\n"
        "  exectrail trace dump host7.trail | less -S\n"
        "  exectrail trace dump --from +60 --to +90 --pid 812 host7.trail\n"
        "  exectrail trace dump --json --executable '/tmp/*' host7.trail | jq .process.args");
  }

  void addVerify() {
    CLI::App* command = add("verify", "Is the trace whole, unaltered, and signed by whom?",
                            [this] { return printVerification(verify_, std::cout); });
    command->add_option("FILE", verify_.path, "Trace file, or - for standard input")->required();
    command->add_option("--key", verify_.keyPath, "It must be signed by this key (KEY.pub)");
    command->add_option("--head", verify_.head, "It must have had this head, noted elsewhere");
  }

  void addKeygen() {
    CLI::App* command = add("keygen", "Make a key that signs traces (record --sign)",
                            [this] { return runKeygen(file_); });
    command->add_option("-o,--output", file_, "The secret key; KEY.pub is its public half")
        ->type_name("KEY")
        ->required();
  }

  void addPack() {
    CLI::App* command = add("pack",
                            "Compress finished traces in place; the hash chain and the "
                            "signatures stay what they are",
                            [this] { return runPack(files_); });
    command->add_option("FILE", files_, "Trace files")->required();
  }

  void addImport() {
    CLI::App* command = add("import", "Make a trace of what another sensor has logged",
                            [this] { return runImport(import_); });
    command->add_option("FILE", import_.path, "Log file, or - for standard input")->required();
    command->add_option("--from", import_.from, "auditd (audit.log), laurel or sysmon (for Linux)")
        ->type_name("SENSOR")
        ->required();
    command->add_option("-o,--output", import_.out,
                        "The trace, or - for standard output [the log's name with .trail]");
    command->add_option("--host", import_.host,
                        "Whose events to take, and the host's name if the log has none");
    command->footer(
        "Examples:\n"
        "  exectrail trace import --from auditd -o web03.trail /var/log/audit/audit.log\n"
        "  zcat laurel.log.*.gz | exectrail trace import --from laurel -o - - | exectrail analyze "
        "-\n"
        "  journalctl -o json -t sysmon | exectrail trace import --from sysmon -o web03.trail -\n\n"
        "What the log says is evidence of class `external`, what is concluded from it `inferred`; "
        "the rest is unknown.\nExit status 3 if lines could not be read: the trace has gaps "
        "there.");
  }

  void addSynth() {
    CLI::App* command = add("synth", "Make a trace of a host that does not exist, to test with",
                            [this] { return runSynth(synth_); });
    command->add_option("--seed", synth_.seed, "The same seed gives the same trace [1]");
    command->add_option("--execs", synth_.execs, "How many are in it [1000]");
    command->add_option("--scene", synth_.scene, "build, webhost, ci, shell or mixed [mixed]");
    command->add_option("--level", synth_.level, "Of zstd, 0: not compressed [3]")
        ->check(CLI::Range(0, 19));
    command->add_option("-o,--output", synth_.out, "The trace, or - for standard output")
        ->required();
    command->footer(
        "Examples:\n"
        "  exectrail trace synth --scene ci --execs 100000 -o ci.trail\n"
        "  exectrail trace synth --seed 7 -o - | exectrail analyze -");
  }

  void addCut() {
    CLI::App* command = add("cut", "Part of a trace, as a trace that is judged like the whole",
                            [this] { return runCut(derive_); });
    command->add_option("FILE", derive_.inputs, "Trace file")->required()->expected(1);
    addOutput(command);
    command->add_option("--from", derive_.from, "What happened at this time or later");
    command->add_option("--to", derive_.to, "What happened before this time");
    command->add_option("--pid", derive_.pids, "These processes and all that they start")
        ->type_name("N,…")
        ->allow_extra_args(false)
        ->delimiter(',');
    command
        ->add_option("--executable", derive_.executables,
                     "What runs such a file, by path or by name, and all that it starts; again for "
                     "another")
        ->type_name("GLOB")
        ->allow_extra_args(false);
    command->footer(
        "A time is 2026-03-04T05:06:07.123Z (UTC, from the left as far as it matters) or +12.5,\n"
        "seconds since the recording started, as dump shows them. In a GLOB, * stands for slashes\n"
        "too. What is above the processes that are kept is restated, so that an alert about them\n"
        "is the same as in the whole trace. The header says which trace it was cut from, with the\n"
        "head of its hash chain: see exectrail trace info.\n\n"
        "Examples:\n"
        "  exectrail trace cut --from +60 --to +90 -o minute.trail host7.trail\n"
        "  exectrail trace cut --pid 812 -o shell.trail host7.trail\n"
        "  exectrail trace cut --executable '/tmp/*' --executable nginx -o web.trail host7.trail");
  }

  void addMerge() {
    CLI::App* command =
        add("merge", "Traces of several hosts, or segments of one recording, in order of time",
            [this] { return runMerge(derive_); });
    command->add_option("FILE", derive_.inputs, "Trace files")->required()->expected(1, -1);
    addOutput(command);
    command->footer(
        "Records keep the host and the clock that they were recorded with. The header names the\n"
        "traces it was made from, with the heads of their hash chains.\n\n"
        "Example:\n"
        "  exectrail trace merge -o both.trail web.trail db.trail");
  }

  void addOutput(CLI::App* command) {
    command->add_option("-o,--output", derive_.output, "The new trace, or - for standard output")
        ->type_name("FILE")
        ->required();
    command->add_option("--sign", derive_.keyPath, "Sign it with this key (exectrail trace keygen)")
        ->type_name("KEY");
  }

  CLI::App app_;
  DeriveOptions derive_;
  std::string file_;
  std::vector<std::string> files_;
  DumpOptions dump_;
  VerifyOptions verify_;
  ImportOptions import_;
  SynthOptions synth_;
  std::function<int()> act_;
};

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  try {
    return CommandLine().run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "exectrail: " << exectrail::describeFailure(e) << '\n';
  }
  return exectrail::kExitEnvironment;
}
