// Builds traces out of frames with any contents: what a writer of ours would never make, too.
#pragma once

#include <string>
#include <vector>

#include "tests/support/traces.h"
#include "trace/container/frame.h"
#include "trace/container/frame_reader.h"
#include "trace/container/frame_writer.h"

namespace exectrail::test {

inline trace::ByteSpan bytesOf(const std::string& text) { return std::as_bytes(std::span(text)); }

// The preamble alone.
std::string preamble();

// A stored frame whose checksums are right, as a trace holds it. `stored` is what follows the head.
std::string storedFrame(const trace::FrameCore& core, trace::Codec codec, const std::string& stored,
                        const trace::Digest256& chain = {});

// The same with the content as it is.
std::string frame(trace::FrameKind kind, std::uint64_t sequence, const std::string& content,
                  std::uint8_t flags = 0);

// A frame as it stands inside a pack.
std::string packed(trace::FrameKind kind, std::uint64_t sequence, const std::string& content);

std::string compressed(const std::string& content);

struct ReadFrames {
  std::vector<std::string> contents;
  trace::FrameStatus status = trace::FrameStatus::kEnd;
  std::string problem;
  std::uint64_t offset = 0;
  trace::Digest256 head{};
  std::uint64_t sequence = 0;
  std::uint8_t lastKind = 0;
  bool ended = false;

  bool operator==(const ReadFrames&) const = default;
};

ReadFrames readFrames(const std::string& bytes,
                      trace::FrameReader::Checks checks = trace::FrameReader::Checks::kDigests,
                      trace::Ahead ahead = trace::Ahead::kNever);

}  // namespace exectrail::test
