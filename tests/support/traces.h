// Whole traces in memory, for tests: a header of a host that does not exist, and records written to
// bytes with batches of any size.
#pragma once

#include <cstddef>
#include <string>

#include "tests/support/records.h"
#include "trace/metadata.h"
#include "trace/writer.h"

namespace exectrail::test {

class MemorySink : public trace::ByteSink {
 public:
  void write(const std::byte* data, std::size_t size) override {
    bytes_.append(reinterpret_cast<const char*>(data), size);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Host "web03"; monotonic time 0 is 2026-03-04T05:06:07Z.
trace::Header header();

// A batch is sealed after every `recordsPerBatch` records.
std::string traceBytes(const Records& records, std::size_t recordsPerBatch,
                       const trace::Header& begin = header());

}  // namespace exectrail::test
