#include "recorder/output/flight_output.h"

#include <ctime>
#include <utility>

#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::recorder {

std::string windowPath(const std::string& path, std::uint64_t realtimeNs) {
  constexpr std::string_view kSuffix = ".trail";
  const auto seconds = static_cast<std::time_t>(realtimeNs / 1'000'000'000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%S", &parts);
  char fraction[8];
  std::snprintf(fraction, sizeof fraction, ".%03uZ",
                static_cast<unsigned>(realtimeNs / 1'000'000 % 1000));
  const bool suffixed = path.ends_with(kSuffix);
  const std::string stem = suffixed ? path.substr(0, path.size() - kSuffix.size()) : path;
  return stem + "-" + stamp + fraction + (suffixed ? std::string(kSuffix) : "");
}

FlightOutput::FlightOutput(FlightOutputSettings settings, trace::Header header)
    : settings_(std::move(settings)), recorder_(settings_.flight, std::move(header)) {}

void FlightOutput::descriptors(std::vector<int>& descriptors) const {
  if (running_ != nullptr) running_->descriptors(descriptors);
}

void FlightOutput::dump(const trace::End& soFar) {
  if (running_ != nullptr) {
    settings_.notify("the window before is still being written; ask again when it is");
    return;
  }
  begin(trace::EndReason::kWindow, soFar);
}

void FlightOutput::finish(const trace::End& end) {
  finished_ = true;
  end_ = end;
  if (running_ == nullptr) begin(end_.reason, end_);
}

void FlightOutput::begin(trace::EndReason reason, const trace::End& soFar) {
  lastBegun_ = finished_;
  const trace::ClockReading now = settings_.readClocks();
  FlightWindow window = recorder_.take(now, reason, soFar);
  dump_ = {windowPath(settings_.path, now.realtimeNs), "", false};
  try {
    running_ = std::make_unique<TraceOutput>(dump_.path, window.header, settings_.writer,
                                             settings_.notify);
    running_->start();
    for (SealedBatch& batch : window.batches) running_->put(std::move(batch));
    running_->finish(window.end);
  } catch (const EnvironmentError& e) {
    running_.reset();
    dump_.summary = std::string("the window was not written: ") + e.what();
    settings_.told(dump_);
    return;
  }
  dump_.summary = "wrote the last " +
                  trace::readableDuration(static_cast<std::int64_t>(window.heldNs)) + " (" +
                  std::to_string(window.end.execs) + (window.end.execs == 1 ? " exec" : " execs") +
                  ") to " + trace::quoteForTerminal(dump_.path);
  if (window.shortened) dump_.summary += "; more did not fit into memory";
}

void FlightOutput::check() {
  if (running_ == nullptr) return;
  const bool wasDone = running_->done();
  try {
    running_->check();
    if (!wasDone) return;
    dump_.written = true;
    bytes_ += running_->bytesWritten();
  } catch (const EnvironmentError& e) {
    dump_.summary = std::string("the window was not written: ") + e.what();
  }
  running_.reset();
  settings_.told(dump_);
  if (finished_ && !lastBegun_) begin(end_.reason, end_);
}

void FlightOutput::abandon() {
  if (running_ != nullptr) running_->abandon();
}

std::uint64_t FlightOutput::bytesWritten() const {
  return bytes_ + (running_ != nullptr ? running_->bytesWritten() : 0);
}

}  // namespace exectrail::recorder
