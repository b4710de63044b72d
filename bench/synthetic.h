// A synthetic trace to measure with: one process after the other, each forked by the same shell,
// executed and ended, as a shell loop over short commands gives.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "trace/metadata.h"
#include "trace/record.h"
#include "trace/writer.h"

namespace exectrail::bench {

class MemorySink : public trace::ByteSink {
 public:
  void write(const std::byte* data, std::size_t size) override;
  const std::vector<char>& bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  std::vector<char> bytes_;
};

trace::Header header();

struct Workload {
  std::uint32_t execs = 0;     // each with its fork and its exit
  std::uint32_t perBatch = 0;  // a batch is sealed after as many execs
  const char* executable = "/usr/bin/x86_64-linux-gnu-ld.bfd";
};

// What is taken is valid during the call only.
void forEachRecord(const Workload& workload, const std::function<void(const trace::Record&)>& take);

void writeExecs(trace::Writer& writer, const Workload& workload);

// A whole trace of it.
std::vector<char> traceOf(const Workload& workload);

}  // namespace exectrail::bench
