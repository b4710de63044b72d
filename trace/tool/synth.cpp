#include "trace/tool/synth.h"

#include <iostream>

#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/synth/synth.h"
#include "trace/tool/output.h"
#include "trace/writer.h"

namespace exectrail::trace {

int runSynth(const SynthOptions& options) {
  const auto scene = sceneNamed(options.scene);
  if (!scene) {
    std::cerr << "exectrail: trace: --scene takes build, webhost, ci, shell or mixed; found "
              << quoteForTerminal(options.scene) << '\n';
    return kExitUsage;
  }
  NewTrace trace(options.out);
  WriterSettings settings;
  settings.compressionLevel = options.level;
  settings.syncEveryNs = 0;
  try {
    Synth synth({options.seed, options.execs, *scene});
    Writer writer(trace.sink(), synth.header(), settings);
    Record record;
    while (synth.next(record)) writer.add(record);
    writer.finish(synth.end());
    trace.keep();
  } catch (const ReaderGone&) {
  }
  return kExitDone;
}

}  // namespace exectrail::trace
