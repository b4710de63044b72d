// A recording as segments in a folder, from the moment the folder is opened until the last segment
// is packed.
#pragma once

#include <memory>
#include <string>

#include "recorder/output/destination.h"
#include "recorder/output/housekeeper.h"
#include "recorder/output/segment_folder.h"
#include "recorder/output/segment_writer.h"
#include "recorder/output/writer_thread.h"

namespace exectrail::recorder {

struct SegmentSettings {
  std::string folder;
  RotateSettings rotate;
  Retention retention;
  trace::WriterSettings writer;
  SegmentWriter::ReadClocks readClocks;
  Notify notify;
};

class SegmentOutput : public Destination {
 public:
  // Opens the folder and begins the first segment. Throws EnvironmentError.
  SegmentOutput(const SegmentSettings& settings, const trace::Header& header);

  void put(SealedBatch&& batch) override { writer_->put(std::move(batch)); }
  std::uint64_t longestRunNs() const override;
  std::size_t longestRunBytes() const override;
  bool full() const override { return writer_->full(); }
  void descriptors(std::vector<int>& descriptors) const override;
  void check() override;
  void finish(const trace::End& end) override { writer_->finish(end); }
  void start() override;
  bool done() const override { return writer_->done() && housekeeper_.done(); }
  void abandon() override { housekeeper_.abandon(); }
  std::uint64_t bytesWritten() const override { return writer_->bytesWritten(); }
  void dump(const trace::End&) override {}  // it is being written anyway

 private:
  void tell();

  SegmentSettings settings_;
  SegmentFolder folder_;
  Housekeeper housekeeper_;
  std::unique_ptr<WriterThread> writer_;  // last: it uses the others to its own end
};

}  // namespace exectrail::recorder
