// Posts a body to one address by libcurl, which is loaded when the first of these is made, and says
// what that means for it. Trusts nothing that answers: what it takes of an answer is the status and
// how long to wait, within a limit of bytes and time; it follows no redirection.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "analyzer/sinks/sink_spec.h"

namespace exectrail::analyzer {

struct PostResult {
  enum class Kind {
    kTaken,
    kRefused,  // and will be the next time: its fault or ours, not the hour's
    kFailed,   // something answered, or hung up
    kAway,     // nobody is there, or asks to wait
    kStopped,  // we are to end
  };
  Kind kind = Kind::kAway;
  std::chrono::seconds waitFor{0};  // asked for by the answer
  std::string why;                  // for people, escaped for a terminal
};

class HttpPost {
 public:
  // `stop` ends a post that is under way. Throws EnvironmentError: no libcurl, no key.
  HttpPost(const SinkSpec& spec, const std::atomic<bool>& stop);
  ~HttpPost();
  HttpPost(const HttpPost&) = delete;
  HttpPost& operator=(const HttpPost&) = delete;

  PostResult post(const std::string& body);

 private:
  struct Curl;
  std::unique_ptr<Curl> curl_;
};

// "sha256=" and the HMAC-SHA256 of `body` in hexadecimal.
std::string signatureOf(std::string_view body, std::string_view key);

}  // namespace exectrail::analyzer
