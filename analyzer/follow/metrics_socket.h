// A unix socket on which whoever may open it is told the figures of a follower, as Prometheus reads
// them: plain text, or with the head of an HTTP answer if it asks by HTTP (`curl --unix-socket`).
#pragma once

#include <functional>
#include <string>

#include "trace/file_descriptor.h"

namespace exectrail::analyzer {

class MetricsSocket {
 public:
  // Replaces a socket that nobody listens on any more. Throws EnvironmentError.
  explicit MetricsSocket(const std::string& path);
  ~MetricsSocket();
  MetricsSocket(const MetricsSocket&) = delete;
  MetricsSocket& operator=(const MetricsSocket&) = delete;

  int descriptor() const { return fd_.get(); }

  // Answers those who have connected; waits for each of them for some milliseconds at most.
  void serve(const std::function<std::string()>& text) const;

 private:
  FileDescriptor fd_;
  std::string path_;
};

// What such a socket says. Throws EnvironmentError if nobody is there.
std::string readMetrics(const std::string& path);

}  // namespace exectrail::analyzer
