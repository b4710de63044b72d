// A recording as segments in a folder, made from records as the recorder makes it, but without its
// threads: for tests of what writes segments and of what reads them.
#pragma once

#include <string>
#include <vector>

#include "recorder/output/housekeeper.h"
#include "recorder/output/segment_folder.h"
#include "recorder/output/segment_writer.h"
#include "tests/recorder/output/batches.h"
#include "tests/support/traces.h"

namespace exectrail::test {

struct SegmentedRecording {
  // A run of batches, and so a chance to rotate, begins with every batch.
  SegmentedRecording(const std::string& folder, const Records& records, std::size_t recordsPerBatch,
                     const recorder::RotateSettings& rotate,
                     const trace::Header& header = test::header())
      : directory(folder, [](const std::string&) {}), housekeeper(directory, {}) {
    recorder::SegmentWriter writer(directory, housekeeper, rotate, header, {}, [this, header] {
      // The wall clock is not set meanwhile.
      const std::uint64_t passedNs = nowNs - header.clock.monotonicNs;
      return trace::ClockReading{nowNs, header.clock.realtimeNs + passedNs,
                                 header.clock.boottimeNs + passedNs};
    });
    housekeeper.start();
    trace::End end;
    for (std::size_t i = 0; i < records.size(); i += recordsPerBatch) {
      const auto begin = records.begin() + static_cast<std::ptrdiff_t>(i);
      const auto behind = std::min(records.size() - i, recordsPerBatch);
      const recorder::SealedBatch batch =
          batchOf({begin, begin + static_cast<std::ptrdiff_t>(behind)});
      nowNs = std::max(nowNs, batch.lastNs);
      writer.add(batch);
    }
    end.timeNs = nowNs;
    end.reason = trace::EndReason::kInterrupted;
    writer.finish(end);
    while (!housekeeper.done()) ::usleep(1000);
    messages = housekeeper.takeMessages();
    for (const recorder::SegmentFile& file : directory.list()) {
      files.push_back(directory.pathOf(file.name));
    }
  }

  std::uint64_t nowNs = 1;
  recorder::SegmentFolder directory;
  recorder::Housekeeper housekeeper;
  std::vector<std::string> messages;
  std::vector<std::string> files;
};

}  // namespace exectrail::test
