// A perf ring in memory, filled from bytes that a kernel wrote or that a test makes up.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "recorder/sources/perf_decoder.h"

namespace exectrail::test {

// `bytes` in a ring that is just large enough, from `tail` on.
struct FakeRing {
  explicit FakeRing(const std::vector<std::byte>& bytes, std::uint64_t from = 0)
      : data(std::bit_ceil(std::max<std::size_t>(bytes.size(), 8))),
        tail(from),
        head(from + bytes.size()) {
    for (std::size_t i = 0; i < bytes.size(); ++i) data[(from + i) % data.size()] = bytes[i];
  }

  std::vector<std::byte> data;
  std::uint64_t tail;
  std::uint64_t head;
};

// Fields of a record one after the other. The types of <linux/perf_event.h> are written out: they
// are what is tested.
class PerfRecord {
 public:
  explicit PerfRecord(std::uint32_t type, std::uint16_t misc = 0) {
    add(type).add(misc).add(std::uint16_t{0});
  }

  template <typename T>
  PerfRecord& add(T value) {
    const auto at = bytes_.size();
    bytes_.resize(at + sizeof value);
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    return *this;
  }

  PerfRecord& text(const std::string& value) {
    for (const char c : value) add(c);
    do add('\0');
    while (bytes_.size() % 8 != 0);
    return *this;
  }

  // What sample_id_all puts at the end: tgid, tid, time, CPU.
  std::vector<std::byte> stamped(std::uint64_t timeNs) {
    add(std::int32_t{70}).add(std::int32_t{71}).add(timeNs).add(std::uint64_t{3});
    return done();
  }

  std::vector<std::byte> done() {
    const auto size = static_cast<std::uint16_t>(bytes_.size());
    std::memcpy(bytes_.data() + 6, &size, sizeof size);
    return bytes_;
  }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace exectrail::test
