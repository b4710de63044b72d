// Alerts about the watching itself: what was not seen, what fell behind, what could not be loaded.
// They depend on when somebody looked, so they never stand among the alerts about executions, which
// are a pure function of the traces.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "trace/file_descriptor.h"
#include "trace/record.h"

namespace exectrail::analyzer {

class Operations {
 public:
  using Show = std::function<void(const std::string& action, const std::string& message)>;

  // To standard error as text, or to `show`, and to `path`, unless it is empty, as JSON lines in
  // the shape of the Elastic Common Schema. Throws EnvironmentError.
  explicit Operations(const std::string& path, Show show = {});

  // `action` is one of a few words; docs/operations.md lists them.
  void tell(const std::string& action, const std::string& message);

  // What a recording says about itself.
  void record(const trace::Record& record);

  // Of one that is made on this host, now: something of it was read; there was nothing left to
  // read. `nowNs` is CLOCK_MONOTONIC.
  void recordingBegins(std::uint64_t nowNs);
  void recordingEnds() { expected_ = false; }
  void arrived(std::uint64_t nowNs);
  void caughtUp(std::uint64_t nowNs);

  const std::map<std::string, std::uint64_t>& told() const { return told_; }  // by action
  std::uint64_t newestNs() const { return expected_ ? newestNs_ : 0; }  // 0: nothing to compare

 private:
  Show show_;
  FileDescriptor file_;
  std::uint64_t newestNs_ = 0;  // time of the latest record
  std::uint64_t seenNs_ = 0;    // when something arrived last
  bool expected_ = false;       // a recorder should be there
  bool missing_ = false;
  bool behind_ = false;
  std::map<std::string, std::uint64_t> told_;
};

}  // namespace exectrail::analyzer
