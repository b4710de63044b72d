#include "analyzer/sinks/sink_spec.h"

#include <sys/un.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "analyzer/sinks/journal.h"
#include "trace/daemon/quantity.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMostAddress = 2000;
constexpr double kMostTries = 1000;

// Where "host:port" begins and ends in an address.
std::string_view hostOf(std::string_view address) {
  const std::size_t begin = address.find("://") + 3;
  return address.substr(begin, address.find_first_of("/?#", begin) - begin);
}

bool isPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

void checkAddress(const std::string& address) {
  if (!address.starts_with("https://") && !address.starts_with("http://")) {
    throw std::invalid_argument("a webhook needs an address that begins with https:// or http://");
  }
  if (address.size() > kMostAddress || !isPlain(address) || hostOf(address).empty()) {
    throw std::invalid_argument(
        "the address of a webhook has a host, at most 2000 bytes, and neither spaces nor anything "
        "that is not ASCII; a comma in it is %2C");
  }
  if (hostOf(address).find('@') != std::string_view::npos) {
    throw std::invalid_argument(
        "no password in the address of a webhook: everybody reads it there; sign with key=FILE");
  }
}

void checkSocket(const std::string& path) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un{}.sun_path)) {
    throw std::invalid_argument("a sink needs the path of a socket, of at most 107 bytes");
  }
}

// "name=yes" or "name=no".
bool takeSwitch(const std::string& part, const std::string& option, bool& value) {
  if (part != option + "=yes" && part != option + "=no") return false;
  value = part.ends_with("yes");
  return true;
}

bool takeText(const std::string& part, const std::string& option, std::string& value) {
  if (!part.starts_with(option + "=") || part.size() == option.size() + 1) return false;
  value = part.substr(option.size() + 1);
  return true;
}

bool takeOfWebhook(const std::string& part, SinkSpec& spec) {
  if (takeText(part, "key", spec.key) || takeText(part, "spool", spec.spool) ||
      takeText(part, "ca", spec.ca) || takeSwitch(part, "verify", spec.verify)) {
    return true;
  }
  std::string text;
  if (takeText(part, "tries", text)) {
    std::string rest;
    const auto number = trace::leadingNumber(text, rest);
    if (!number || !rest.empty() || *number < 1 || *number > kMostTries) return false;
    spec.tries = static_cast<unsigned>(*number);
    return true;
  }
  if (!takeText(part, "timeout", text)) return false;
  const auto time = trace::parseDuration(text);
  if (!time || *time < std::chrono::milliseconds(10) || *time > std::chrono::minutes(5)) {
    return false;
  }
  spec.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(*time);
  return true;
}

void take(const std::string& part, SinkSpec& spec) {
  const bool webhook = spec.kind == SinkSpec::Kind::kWebhook;
  if (takeSwitch(part, "redact", spec.redact) || takeSwitch(part, "heartbeat", spec.heartbeat) ||
      (webhook && takeOfWebhook(part, spec))) {
    return;
  }
  const auto severity = part.starts_with("min=") ? severityByName(part.substr(4)) : std::nullopt;
  if (!severity) {
    throw std::invalid_argument(
        trace::quoteForTerminal(part) +
        " is none of min=SEVERITY, redact=yes|no, heartbeat=yes|no" +
        (webhook ? ", key=FILE, spool=FOLDER, ca=FILE, verify=yes|no, tries=NUMBER, timeout=TIME"
                 : ""));
  }
  spec.least = *severity;
}

}  // namespace

const char* name(SinkSpec::Kind kind) {
  constexpr const char* kNames[] = {"syslog", "unix", "journal", "webhook"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string target(const SinkSpec& spec) {
  return spec.kind == SinkSpec::Kind::kWebhook ? std::string(hostOf(spec.path)) : spec.path;
}

SinkSpec parseSink(const std::string& text) {
  SinkSpec spec;
  const std::size_t colon = text.find(':');
  bool known = false;
  for (const auto kind : {SinkSpec::Kind::kSyslog, SinkSpec::Kind::kUnix, SinkSpec::Kind::kJournal,
                          SinkSpec::Kind::kWebhook}) {
    if (colon == std::string::npos || text.substr(0, colon) != name(kind)) continue;
    spec.kind = kind;
    known = true;
  }
  if (!known) {
    throw std::invalid_argument(trace::quoteForTerminal(text) +
                                " is not a sink; for example syslog:/dev/log,min=high or journal: "
                                "or unix:/run/siem.sock or webhook:https://siem.example/alerts");
  }
  std::size_t begin = colon + 1;
  std::size_t comma = text.find(',', begin);
  spec.path = text.substr(begin, comma - begin);
  if (spec.kind == SinkSpec::Kind::kJournal && spec.path.empty()) spec.path = kJournalSocket;
  spec.kind == SinkSpec::Kind::kWebhook ? checkAddress(spec.path) : checkSocket(spec.path);
  while (comma != std::string::npos) {
    begin = comma + 1;
    comma = text.find(',', begin);
    take(text.substr(begin, comma - begin), spec);
  }
  return spec;
}

}  // namespace exectrail::analyzer
