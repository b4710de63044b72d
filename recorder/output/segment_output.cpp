#include "recorder/output/segment_output.h"

#include <algorithm>
#include <utility>

namespace exectrail::recorder {
namespace {

// A segment ends where a run of batches does: a run is a small part of it, in time and in size.
constexpr std::uint64_t kParts = 8;
constexpr std::uint64_t kLongestRunNs = 60'000'000'000;
constexpr std::uint64_t kShortestRunBytes = 4096;

}  // namespace

SegmentOutput::SegmentOutput(const SegmentSettings& settings, const trace::Header& header)
    : settings_(settings),
      folder_(settings_.folder, settings_.notify),
      housekeeper_(folder_, settings_.retention) {
  folder_.removeLeftovers();
  try {
    writer_ = std::make_unique<WriterThread>(std::make_unique<SegmentWriter>(
        folder_, housekeeper_, settings_.rotate, header, settings_.writer, settings_.readClocks));
  } catch (...) {
    tell();  // what was removed for it
    throw;
  }
}

std::uint64_t SegmentOutput::longestRunNs() const {
  return std::clamp<std::uint64_t>(settings_.rotate.ns / kParts, 1, kLongestRunNs);
}

std::size_t SegmentOutput::longestRunBytes() const {
  return std::clamp<std::uint64_t>(settings_.rotate.bytes / kParts, kShortestRunBytes,
                                   Destination::longestRunBytes());
}

void SegmentOutput::descriptors(std::vector<int>& descriptors) const {
  writer_->descriptors(descriptors);
  descriptors.push_back(housekeeper_.descriptor());
}

void SegmentOutput::tell() {
  for (const std::string& message : housekeeper_.takeMessages()) settings_.notify(message);
}

void SegmentOutput::check() {
  tell();
  // Also after a failure that kept it from being told.
  if (writer_->done()) housekeeper_.close({});
  writer_->check();
}

void SegmentOutput::start() {
  housekeeper_.start();
  writer_->start();
}

}  // namespace exectrail::recorder
