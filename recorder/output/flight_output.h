// The files of a flight recorder: each window that is taken becomes one, written by a thread while
// the recording goes on.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "recorder/notify.h"
#include "recorder/output/destination.h"
#include "recorder/output/flight_recorder.h"
#include "recorder/output/trace_output.h"

namespace exectrail::recorder {

// "incident.trail" -> "incident-20260304T050607.123Z.trail": each window has a file of its own.
std::string windowPath(const std::string& path, std::uint64_t realtimeNs);

struct FlightDump {
  std::string path;
  std::string summary;  // a line for the person who asked
  bool written = false;
};

struct FlightOutputSettings {
  std::string path;
  FlightSettings flight;
  trace::WriterSettings writer;
  std::function<trace::ClockReading()> readClocks;
  Notify notify;
  std::function<void(const FlightDump&)> told;  // a window has been written, or could not be
};

class FlightOutput : public Destination {
 public:
  // `header` is that of the recording.
  FlightOutput(FlightOutputSettings settings, trace::Header header);

  void put(SealedBatch&& batch) override { recorder_.add(std::move(batch)); }
  std::uint64_t longestRunNs() const override { return settings_.flight.windowNs / 8; }
  void descriptors(std::vector<int>& descriptors) const override;
  void check() override;
  void finish(const trace::End& end) override;  // writes the last window
  void start() override {}
  bool done() const override { return finished_ && running_ == nullptr; }
  void abandon() override;
  std::uint64_t bytesWritten() const override;
  void dump(const trace::End& soFar) override;

 private:
  void begin(trace::EndReason reason, const trace::End& soFar);

  FlightOutputSettings settings_;
  FlightRecorder recorder_;
  std::unique_ptr<TraceOutput> running_;  // the window being written
  FlightDump dump_;                       // what will be told of it
  trace::End end_;
  bool finished_ = false;    // finish() was called
  bool lastBegun_ = false;   // and its window is being written, or was
  std::uint64_t bytes_ = 0;  // of the windows that were written
};

}  // namespace exectrail::recorder
