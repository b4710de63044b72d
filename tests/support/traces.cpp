#include "tests/support/traces.h"

namespace exectrail::test {

trace::Header header() {
  trace::Header header;
  header.recordingId = {0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33,
                        0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55};
  header.writer = "test";
  header.host.name = "web03";
  header.host.bootId = {0xaa, 0xaa, 0xaa, 0xaa, 0xbb, 0xbb, 0xcc, 0xcc,
                        0xdd, 0xdd, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee};
  header.host.machineId = "0123456789abcdef0123456789abcdef";
  header.host.kernelRelease = "6.1.0-18-amd64";
  header.host.architecture = "x86_64";
  header.host.osName = "Debian GNU/Linux 12 (bookworm)";
  header.host.cpuCount = 2;
  header.clock.realtimeNs = 1'772'600'767'000'000'000;  // 2026-03-04T05:06:07Z
  return header;
}

std::string traceBytes(const Records& records, std::size_t recordsPerBatch,
                       const trace::Header& begin) {
  MemorySink sink;
  trace::Writer writer(sink, begin);
  std::size_t inBatch = 0;
  for (const OwnedRecord& owned : records) {
    writer.add(owned.record);
    if (++inBatch == recordsPerBatch) {
      writer.flush();
      inBatch = 0;
    }
  }
  writer.finish(trace::End{});
  return sink.bytes();
}

}  // namespace exectrail::test
