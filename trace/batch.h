// Records <-> Cap'n Proto Batch messages. BatchBuilder collects records and stores what repeats
// once per run of batches; BatchView decodes them again, checking every index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include "trace/record.h"

namespace exectrail::trace {

// A message that does not keep to the schema: an index out of range, a pointer out of bounds.
class BadMessage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ReadTables;

class BatchBuilder {
 public:
  BatchBuilder();
  ~BatchBuilder();
  BatchBuilder(const BatchBuilder&) = delete;
  BatchBuilder& operator=(const BatchBuilder&) = delete;

  void add(const Record& record);  // copies all bytes
  bool empty() const;
  std::size_t records() const;
  std::size_t approximateBytes() const;  // enough to decide when to seal

  // Forgets the tables: the next batch needs none of those before it. No record may be waiting.
  void startRun();

  // True if the next batch is the first of a run.
  bool fresh() const;

  // The encoded message; no record is waiting afterwards.
  std::vector<std::byte> seal();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class BatchView {
 public:
  BatchView();
  ~BatchView();
  BatchView(BatchView&&) noexcept;
  BatchView& operator=(BatchView&&) noexcept;

  // Opens an encoded message, which must be aligned to 8 bytes and outlive the tables. A `fresh`
  // batch begins the tables anew, any other one adds to them. Throws BadMessage.
  static BatchView open(const std::byte* message, std::size_t size, bool fresh, ReadTables& tables);

  std::size_t size() const;

  // Decodes record `index` into `record`, whose memory is reused; it points into message and
  // tables. Throws BadMessage.
  void decode(std::size_t index, Record& record) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace exectrail::trace
