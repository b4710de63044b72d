#include "trace/tool/derive.h"

#include <iostream>
#include <optional>

#include "trace/container/keys.h"
#include "trace/cut.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/merge.h"
#include "trace/readable.h"
#include "trace/tool/output.h"
#include "trace/tool/time_argument.h"

namespace exectrail::trace {
namespace {

constexpr int kCompressionLevel = 3;  // of zstd: `pack` compresses better, once it is to be kept

// The writer's settings, and the key that they point to.
class Settings {
 public:
  explicit Settings(const std::string& keyPath) {
    if (!keyPath.empty()) key_.emplace(keyPath);
  }
  WriterSettings get() const {
    WriterSettings settings;
    settings.compressionLevel = kCompressionLevel;
    settings.key = key_ ? &*key_ : nullptr;
    settings.syncEveryNs = 0;
    return settings;
  }

 private:
  std::optional<SigningKey> key_;
};

bool warnIfNotWhole(const std::string& path, const CheckedParent& parent) {
  if (parent.problem.empty()) return false;
  std::cerr << "exectrail: warning: " << quoteForTerminal(path) << ": "
            << escapeForTerminal(parent.problem) << "; what is intact of it is taken\n";
  return true;
}

// It was read twice: to check it, and to take from it.
void requireUnchanged(const std::string& path, const Reader& reader, const CheckedParent& parent) {
  const ReadState& state = reader.state();
  const bool same = parent.parent.whole ? state.completeness == Completeness::kComplete &&
                                              reader.head() == parent.parent.chainHead
                                        : state.batches >= parent.batches;
  if (!same) {
    throw EnvironmentError(quoteForTerminal(path) +
                           " was changed while it was read; what was made of it is discarded");
  }
}

void report(const DeriveOptions& options, std::uint64_t records, const End& end) {
  if (options.output == "-") return;
  const std::string name = quoteForTerminal(options.output);
  std::cout << name << ": " << records << " records, " << end.execs << " execs, " << end.attempts
            << " failed attempts, " << end.gaps << " gaps\n"
            << "next        exectrail trace info " << name << '\n';
}

}  // namespace

int runCut(const DeriveOptions& options) {
  const std::string& path = options.inputs.front();
  const CheckedParent parent = checkParent(path);
  const auto reader = openTrace(path, Checks::kDigestsAndChain);
  CutSelection selection;
  selection.pids = options.pids;
  selection.executables = options.executables;
  const ClockReading& start = reader->header().clock;
  if (!parseBound("cut", "--from", options.from, start, selection.fromNs) ||
      !parseBound("cut", "--to", options.to, start, selection.toNs)) {
    return kExitUsage;
  }
  if (selection.fromNs && selection.toNs && *selection.fromNs >= *selection.toNs) {
    std::cerr << "exectrail: trace cut: --from " << rfc3339(*selection.fromNs)
              << " is not before --to " << rfc3339(*selection.toNs) << '\n';
    return kExitUsage;
  }
  const bool damaged = warnIfNotWhole(path, parent);
  const Settings settings(options.keyPath);
  NewTrace output(options.output);
  const CutReport cutOut = cut(*reader, parent, selection, output.sink(), settings.get());
  requireUnchanged(path, *reader, parent);
  output.keep();
  report(options, cutOut.records, cutOut.end);
  if (cutOut.end.execs + cutOut.end.attempts == 0) {
    std::cerr << "exectrail: warning: no exec in " << quoteForTerminal(path)
              << " is in this cut: " << describe(selection) << '\n';
  }
  return damaged ? kExitEnvironment : kExitDone;
}

int runMerge(const DeriveOptions& options) {
  std::vector<MergeInput> inputs;
  bool damaged = false;
  for (const std::string& path : options.inputs) {
    CheckedParent parent = checkParent(path);
    damaged = warnIfNotWhole(path, parent) || damaged;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].parent.parent.chainHead != parent.parent.chainHead) continue;
      throw EnvironmentError(quoteForTerminal(options.inputs[i]) + " and " +
                             quoteForTerminal(path) +
                             " hold the same trace; every exec would be in the merge twice");
    }
    inputs.push_back({openTrace(path, Checks::kDigestsAndChain), std::move(parent)});
  }
  const Settings settings(options.keyPath);
  NewTrace output(options.output);
  const MergeReport merged = merge(inputs, output.sink(), settings.get());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    requireUnchanged(options.inputs[i], *inputs[i].reader, inputs[i].parent);
  }
  output.keep();
  report(options, merged.records, merged.end);
  return damaged ? kExitEnvironment : kExitDone;
}

}  // namespace exectrail::trace
