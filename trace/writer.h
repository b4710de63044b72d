// Writes a trace: header, batches, end. Each call to add() may seal a batch; flush() seals what is
// there; tick() brings it to disk and signs it when it is time to. Crash states, in order: nothing,
// header, header and n intact batches (and perhaps a torn one), header, batches and end. Every one
// of them can be read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "trace/batch.h"
#include "trace/container/byte_sink.h"
#include "trace/container/chain.h"
#include "trace/container/keys.h"
#include "trace/index_builder.h"
#include "trace/metadata.h"
#include "trace/sync_policy.h"

namespace exectrail::trace {

class FrameWriter;

struct WriterSettings {
  // zstd level of batches, 0: not compressed. While recording, compression costs time when time
  // matters most; packing a trace afterwards (reencode.h) compresses better.
  int compressionLevel = 0;

  // Signs the trace; must outlive the writer. Null: not signed.
  const SigningKey* key = nullptr;

  // After a power cut at most this time is missing. 0: tick() does nothing.
  std::uint64_t syncEveryNs = 1'000'000'000;

  // A run of batches that share tables ends at this size: readers keep it in memory, and it is
  // packed and left out as one.
  std::size_t runBytes = std::size_t{1} << 20;
};

class Writer {
 public:
  // Writes the preamble and the header at once. `sink` must outlive the writer.
  Writer(ByteSink& sink, const Header& header, const WriterSettings& settings = {});
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void add(const Record& record);

  // Writes a batch that another BatchBuilder has sealed, instead of add(): the tables of a run are
  // that builder's. Throws as flush() does.
  void addBatch(ByteSpan content, std::uint64_t records, bool fresh);

  // Seals and writes what has been added. Throws what the sink throws; after DiskFull the batch is
  // kept and tried again by the next flush() or finish().
  void flush();

  // For the loop that drives the recording: signs and syncs what was written if that is due.
  // dueNs() says when it will be, for the timeout of the loop's poll; nothing if nothing waits.
  // Both in nanoseconds of any steady clock.
  void tick(std::uint64_t nowNs);
  std::optional<std::uint64_t> dueNs() const { return policy_.dueAtNs(); }

  // Flushes, closes the trace and syncs it; nothing may follow. If the disk is full, the trace is
  // closed with what has been written: its end says `diskFull` and how many records are missing,
  // and then DiskFull is thrown.
  void finish(const End& end);

  // The chain over all that has been written: who notes it elsewhere can tell later whether this
  // trace was changed (`exectrail trace verify --head`).
  const Digest256& head() const;

  std::uint64_t bytesWritten() const;

 private:
  void writeBatch(ByteSpan content, bool fresh);
  void writePending();
  void writeIndex();

  ByteSink& sink_;
  std::unique_ptr<FrameWriter> frames_;
  BatchBuilder batch_;
  IndexBuilder index_;
  std::vector<std::byte> pending_;  // a sealed batch that could not be written yet
  std::uint64_t pendingRecords_ = 0;
  bool pendingFresh_ = true;
  std::size_t runBytes_ = 0;
  std::size_t mostRunBytes_;
  SyncPolicy policy_;
};

}  // namespace exectrail::trace
