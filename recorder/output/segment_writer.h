// Writes a recording as segments: closes one when it is large or old enough and goes on in the
// next, which begins with what it needs to be read alone. Runs in the writer's thread, so that
// nobody who records waits for a rotation.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "recorder/output/batch_writer.h"
#include "recorder/output/housekeeper.h"
#include "recorder/output/segment_folder.h"
#include "recorder/output/synced_behind.h"
#include "recorder/output/tree_state.h"
#include "trace/container/byte_sink.h"

namespace exectrail::recorder {

struct RotateSettings {
  std::uint64_t bytes = std::uint64_t{64} << 20;  // a segment ends when it is as large,
  std::uint64_t ns = 3'600'000'000'000;           // or holds as much time
};

class SegmentWriter : public BatchWriter {
 public:
  using ReadClocks = std::function<trace::ClockReading()>;

  // Begins the first segment. `header` is the recording's.
  SegmentWriter(SegmentFolder& folder, Housekeeper& housekeeper, const RotateSettings& rotate,
                const trace::Header& header, const trace::WriterSettings& settings,
                ReadClocks readClocks);

  void add(const SealedBatch& batch) override;
  void tick(std::uint64_t nowNs) override { current_->writer.tick(nowNs); }
  std::optional<std::uint64_t> dueNs() const override { return current_->writer.dueNs(); }
  void finish(const trace::End& end) override;
  std::uint64_t bytesWritten() const override;

 private:
  // A file that is being written, with what writes it.
  struct Segment {
    Segment(int fd, std::string fileName, const std::string& shown, const trace::Header& header,
            const trace::WriterSettings& settings)
        : name(std::move(fileName)), sink(fd, shown), writer(sink, header, settings) {}
    FileDescriptor file;  // set once the header is written; closed after `sink`
    std::string name;
    SyncedBehind sink;
    trace::Writer writer;
    BatchCounts counts;
    bool grown = false;  // holds more than what was restated
    std::uint64_t restatedBytes = 0;
  };

  bool due(const SealedBatch& batch) const;
  void rotate();
  FileDescriptor makeFile(const std::string& name);
  FileDescriptor makeNext(const std::string& name);
  void finishCurrent();
  void begin(FileDescriptor file, const std::string& name);
  trace::Header nextHeader(std::uint64_t restated, const trace::Digest256& previousHead);
  void write(const SealedBatch& batch);
  trace::End endOf(const Segment& segment) const;

  SegmentFolder& folder_;
  Housekeeper& housekeeper_;
  RotateSettings rotate_;
  trace::Header header_;  // of the current segment
  trace::WriterSettings settings_;
  ReadClocks readClocks_;
  TreeState state_;  // at the end of what was written
  std::uint64_t lastNs_;
  std::uint64_t bytesBefore_ = 0;  // of the segments that are finished
  bool told_ = false;              // that no new segment can be made
  bool closed_ = false;            // the current one has its end
  std::unique_ptr<Segment> current_;
};

}  // namespace exectrail::recorder
