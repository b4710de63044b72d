// A trace being written: where its bytes go, and the thread that brings them there.
#pragma once

#include <string>

#include "recorder/output/destination.h"
#include "recorder/output/output.h"
#include "recorder/output/writer_thread.h"

namespace exectrail::recorder {

class TraceOutput : public Destination {
 public:
  // Opens `path` and writes the header. Throws EnvironmentError.
  TraceOutput(const std::string& path, const trace::Header& header,
              const trace::WriterSettings& settings, const Notify& notify)
      : output_(path, notify), writer_(output_.sink(), header, settings) {}
  ~TraceOutput() override { output_.abandon(); }

  void put(SealedBatch&& batch) override { writer_.put(std::move(batch)); }
  bool full() const override { return writer_.full(); }
  void descriptors(std::vector<int>& descriptors) const override {
    writer_.descriptors(descriptors);
  }
  void check() override { writer_.check(); }
  void finish(const trace::End& end) override { writer_.finish(end); }
  void start() override { writer_.start(); }
  bool done() const override { return writer_.done(); }
  void abandon() override { output_.abandon(); }
  FileDescriptor hold() const override { return output_.hold(); }
  std::uint64_t bytesWritten() const override { return writer_.bytesWritten(); }
  void dump(const trace::End&) override {}  // it is being written anyway

 private:
  Output output_;
  WriterThread writer_;  // after output_, which it uses to its own end
};

}  // namespace exectrail::recorder
