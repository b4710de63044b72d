// Turns a finished trace into its form at rest: runs of batches packed and compressed together, the
// same frames in the same order, so that the hash chain and every signature stay what they were.
#pragma once

#include <cstdint>
#include <string>

#include "trace/container/byte_sink.h"
#include "trace/container/chain.h"
#include "trace/container/frame_reader.h"

namespace exectrail::trace {

struct PackSettings {
  int level = 9;                                // of zstd
  std::size_t packSize = std::size_t{1} << 20;  // bytes of batches compressed together, about
};

struct PackReport {
  std::string kept;  // why the trace was left as it was; empty: it is packed
  std::uint64_t bytesBefore = 0;
  std::uint64_t bytesAfter = 0;
  std::uint64_t frames = 0;
  Digest256 head{};  // of the chain, the same before and after
};

// Writes to `out` the packed form of what `in`, which must check the chain, still has to give.
// Stops where `in` stops; returns its last status.
FrameStatus packFrames(FrameReader& in, ByteSink& out, const PackSettings& settings,
                       PackReport& report);

// Replaces the finished trace `path` by its packed form. The new file is written beside it as
// `path`.packing, synced, read back and compared, and renamed over it: whatever happens, there is
// one whole trace under `path`. A trace that is damaged or has no end, a full disk, or a failing
// one leave it as it is, and the report says why. Owner and mode stay.
PackReport packFile(const std::string& path, const PackSettings& settings = {});

}  // namespace exectrail::trace
