// Alerts to an HTTP server, as batches of JSON lines, from a thread of its own. A receiver that is
// away is asked again later, and later again; meanwhile what waits is kept on disk if there is a
// spool. What an answer refuses, or what fails too often, goes to the file of dead letters. At
// least once: a batch whose answer was lost is sent again.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "analyzer/sinks/http_post.h"
#include "analyzer/sinks/sink.h"
#include "analyzer/sinks/spool.h"

namespace exectrail::analyzer {

class WebhookSink : public Sink {
 public:
  // Throws EnvironmentError: no libcurl, a key or a spool that cannot be used.
  explicit WebhookSink(SinkSpec spec);
  ~WebhookSink() override;  // what is not sent goes to the spool

  void pump(std::uint64_t) override {}  // the thread does
  SinkState state() const override;

 protected:
  void put(std::string line, Severity severity, std::int64_t realtimeNs,
           const std::string& host) override;

 private:
  using Clock = std::chrono::steady_clock;

  struct Batch {
    std::string body;
    std::size_t messages = 0;
    bool spooled = false;
    unsigned tries = 0;
  };

  void run();
  bool nextBatch();
  Batch takeQueue();
  void sendBatch();
  void finished(const PostResult& result);
  void later(const PostResult& result);
  void dead(const PostResult& result);
  void spoolQueue();
  bool spoolBatch();
  void tell(bool failing, const std::string& why);

  std::atomic<bool> stop_{false};
  HttpPost post_;
  std::optional<Spool> spool_;  // of the thread, once it runs
  std::optional<Batch> batch_;  // as well: the one to be sent next
  Clock::time_point again_;     // not before this
  Clock::time_point spooledLast_;
  unsigned failures_ = 0;    // without anything being taken between
  std::minstd_rand random_;  // so that many hosts do not ask at once

  mutable std::mutex mutex_;  // guards the following
  std::condition_variable changed_;
  std::deque<std::string> queue_;
  std::size_t bytes_ = 0;
  SinkState state_;  // `waiting` counts the queue and what was taken from it
  std::thread thread_;
};

}  // namespace exectrail::analyzer
