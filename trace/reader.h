// Reads a trace from a file (mapped), a stream or memory, record by record. Consumers cannot tell
// which. Damage is not an exception: reading stops after the last intact record, and state() says
// what was found there. Memory is bounded by the largest run of batches, never by what the bytes
// claim; a second thread, which consumers cannot tell either, unpacks at most 2 MiB and one frame
// ahead.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "trace/container/frame_reader.h"
#include "trace/metadata.h"
#include "trace/record.h"
#include "trace/selection.h"

namespace exectrail::trace {

enum class Completeness {
  kReading,     // next() has not returned false yet
  kComplete,    // the end record was read, and nothing follows it
  kUnfinished,  // stops after an intact batch, without an end: killed, or still being written
  kTruncated,   // stops inside a frame
  kDamaged,     // a frame does not hold what its checksum or the schema says
};

struct ReadState {
  Completeness completeness = Completeness::kReading;
  std::uint64_t offset = 0;          // bytes from the start that were read intact
  std::uint64_t batches = 0;         // batches read intact
  std::uint64_t unknownRecords = 0;  // of kinds that only a newer version knows; skipped
  std::uint64_t skippedFrames = 0;   // left out because of the index
  std::string problem;               // one sentence, empty while reading and when complete
};

class Reader {
 public:
  virtual ~Reader() = default;

  virtual const Header& header() const = 0;

  // Reads the next record into `record`, whose memory is reused; its bytes are valid until the next
  // call. False at the end, whatever the reason. Blocks on a stream until a whole batch is there.
  virtual bool next(Record& record) = 0;

  // True when the record just read was the last of its batch: the moment to flush what was found,
  // because on a live stream the next one may take its time.
  virtual bool atBatchEnd() const = 0;

  virtual const ReadState& state() const = 0;

  // Of the hash chain, after the frame that was read last. Only if the chain is checked.
  virtual const Digest256& head() const = 0;

  // From now on, leaves out runs of batches of which the trace's index says that they hold nothing
  // that is wanted. What is read may hold more. Says in state() if the index is found to be wrong;
  // about what was left out only verify can say. False if there is no index, or it cannot be used
  // here.
  virtual bool skipUnwanted(const Selection& wanted) = 0;

  // The recorder's account, once state() is kComplete.
  virtual const std::optional<End>& end() const = 0;
};

// Checksums find damage. The hash chain finds more, at the price of about a nanosecond a byte: for
// whoever makes new evidence of old.
using Checks = FrameReader::Checks;

// Throws EnvironmentError if the file cannot be read or is not a trace (the text says what it is
// instead). Takes a regular file by mapping it, anything else (a pipe, a FIFO) as a stream.
std::unique_ptr<Reader> openTrace(const std::string& path, Checks checks = Checks::kDigests,
                                  Ahead ahead = Ahead::kIfWorthIt);

// The same from an open descriptor, which stays the caller's. `name` is for messages.
std::unique_ptr<Reader> openTraceStream(int fd, const std::string& name,
                                        Checks checks = Checks::kDigests);

// The same from a file that is still being written; `more` is asked where its bytes end.
std::unique_ptr<Reader> followTrace(const std::string& path, More more,
                                    Checks checks = Checks::kDigests);

// The same from bytes in memory, which must outlive the reader.
std::unique_ptr<Reader> openTraceBytes(Bytes bytes, const std::string& name,
                                       Checks checks = Checks::kDigests,
                                       Ahead ahead = Ahead::kIfWorthIt);

}  // namespace exectrail::trace
