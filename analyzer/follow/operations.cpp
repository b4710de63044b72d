#include "analyzer/follow/operations.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "analyzer/follow/host_clock.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

// A recorder says every ten seconds that it lives.
constexpr std::uint64_t kMissingNs = 35'000'000'000;
// Batches are a tenth of a second old at most when they can be read.
constexpr std::uint64_t kBehindNs = 5'000'000'000;

std::string seconds(std::uint64_t ns) {
  return trace::readableDuration(static_cast<std::int64_t>(ns));
}

}  // namespace

Operations::Operations(const std::string& path, Show show) : show_(std::move(show)) {
  if (path.empty()) return;
  file_ = FileDescriptor(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (!file_.valid()) {
    throwErrno(errno, "cannot write operational alerts to " + trace::quoteForTerminal(path));
  }
}

void Operations::tell(const std::string& action, const std::string& message) {
  ++told_[action];
  if (show_) {
    show_(action, message);
  } else {
    std::cerr << "exectrail: " << action << ": " << message << '\n';
  }
  if (!file_.valid()) return;
  nlohmann::ordered_json json;
  json["@timestamp"] = trace::rfc3339(realtimeNowNs());
  json["event"] = {{"kind", "event"},
                   {"category", nlohmann::json::array({"process"})},
                   {"dataset", "exectrail.operations"},
                   {"action", action}};
  json["message"] = message;
  const std::string line =
      json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  // One call, so that lines of two analyzers do not mix. What cannot be written was said above.
  if (::write(file_.get(), line.data(), line.size()) < 0) {
    std::cerr << "exectrail: operational alerts cannot be written to their file\n";
  }
}

void Operations::record(const trace::Record& record) {
  newestNs_ = std::max(newestNs_, record.timeNs);
  const auto* gap = std::get_if<trace::Gap>(&record.body);
  if (gap == nullptr) return;
  tell("gap", (gap->lostEvents == 0 ? std::string("an unknown number of")
                                    : std::to_string(gap->lostEvents)) +
                  " events of " + std::string(trace::name(gap->source)) +
                  " were lost; what happened in them was not judged");
}

void Operations::recordingBegins(std::uint64_t nowNs) {
  expected_ = true;
  missing_ = behind_ = false;
  newestNs_ = 0;
  seenNs_ = nowNs;
}

void Operations::arrived(std::uint64_t nowNs) {
  seenNs_ = nowNs;
  missing_ = false;
  if (!expected_ || behind_ || newestNs_ == 0 || nowNs < newestNs_ + kBehindNs) return;
  behind_ = true;
  tell("behind", "what is being judged happened " + seconds(nowNs - newestNs_) + " ago");
}

void Operations::caughtUp(std::uint64_t nowNs) {
  if (behind_) tell("caught_up", "all that was recorded has been judged");
  behind_ = false;
  if (!expected_ || missing_ || nowNs < seenNs_ + kMissingNs) return;
  missing_ = true;
  tell("heartbeat_missing", "nothing was recorded for " + seconds(nowNs - seenNs_) +
                                ", and a recorder says every 10 s that it lives; is it running?");
}

}  // namespace exectrail::analyzer
