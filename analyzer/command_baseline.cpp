// exectrail baseline learn: what is usual, from traces.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iostream>

#include "analyzer/answer.h"
#include "analyzer/commands.h"
#include "analyzer/engine/baseline.h"
#include "analyzer/judged_trace.h"
#include "trace/errors.h"
#include "trace/read_stream.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMaxBytes = 256 << 20;

void writeTo(const std::string& path, const std::string& text) {
  if (path.empty()) {
    std::cout << text;
    flushAnswer();
    return;
  }
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throwErrno(errno, path);
}

}  // namespace

std::string readWhole(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throwErrno(errno, path);
  std::string text = trace::readAtMost(file, kMaxBytes);
  if (file.bad()) throwErrno(errno, path);
  if (text.size() > kMaxBytes) throw EnvironmentError(path + ": more than 256 MiB");
  return text;
}

int baseline(const BaselineOptions& options) {
  const auto program = loadProgram(options.recipes);
  if (!program) return kExitUsage;
  BaselineLearner learner(*program);
  bool damaged = false;
  for (const std::string& path : options.traces) {
    const auto look = [&](const Judged& judged, std::int64_t) { learner.learn(judged); };
    damaged = !askTrace(path, {look}).whole || damaged;
  }
  writeTo(options.output, learner.text());
  std::cerr << "learned " << learner.lines() << " values from " << options.traces.size()
            << (options.traces.size() == 1 ? " trace" : " traces");
  if (learner.undecided() != 0) std::cerr << "; " << learner.undecided() << " were not known";
  if (learner.leftOut() != 0) std::cerr << "; " << learner.leftOut() << " found no room";
  std::cerr << '\n';
  return damaged ? kExitEnvironment : kExitDone;
}

}  // namespace exectrail::analyzer
