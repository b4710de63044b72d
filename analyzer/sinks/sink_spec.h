// What stands after --sink: a place that alerts are sent to while a folder is followed.
#pragma once

#include <chrono>
#include <string>

#include "analyzer/engine/severity.h"

namespace exectrail::analyzer {

struct SinkSpec {
  enum class Kind { kSyslog, kUnix, kJournal, kWebhook };
  Kind kind = Kind::kSyslog;
  std::string path;  // of a socket, or the address of a webhook
  Severity least = Severity::kInfo;
  bool redact = true;
  bool heartbeat = false;  // also gets the recorder's, with the head of the hash chain
  // Of a webhook:
  std::string key;    // a file with the key of the signature; empty: none
  std::string spool;  // a folder for what waits and for what nobody takes; empty: neither is kept
  std::string ca;     // a file with certificates to trust instead of the system's
  bool verify = true;
  unsigned tries = 10;  // of what is answered, and not taken
  std::chrono::milliseconds timeout{10'000};
};

// "syslog:/dev/log,min=high", "journal:", "unix:/run/siem.sock,redact=no",
// "webhook:https://siem.example/alerts,key=FILE,spool=FOLDER". Throws std::invalid_argument with a
// text for the person who typed it.
SinkSpec parseSink(const std::string& text);

const char* name(SinkSpec::Kind kind);

// The place, without what may be secret in an address.
std::string target(const SinkSpec& spec);

}  // namespace exectrail::analyzer
