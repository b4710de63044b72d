// exectrail status: one screen about the services of this host, from the folder of segments and
// from what the analyzer says on its socket. Each part that is not there is said and not left out.
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analyzer/answer.h"
#include "analyzer/commands.h"
#include "analyzer/follow/checkpoint.h"
#include "analyzer/follow/folder_watch.h"
#include "analyzer/follow/host_clock.h"
#include "analyzer/follow/metrics_socket.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/readable.h"
#include "trace/reader.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kLastAlerts = 5;
constexpr std::streamoff kTail = 256 << 10;

void row(const std::string& name, const std::string& value) {
  std::cout << name << std::string(12 - std::min<std::size_t>(name.size(), 11), ' ') << value
            << '\n';
}

std::string count(std::uint64_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

// Of a line of JSON, what fits on one of the screen.
std::string alertLine(const std::string& line) {
  const auto alert = nlohmann::json::parse(line, nullptr, false);
  if (!alert.is_object()) return line.substr(0, 100);
  const auto text = [&](const char* pointer) -> std::string {
    const nlohmann::json::json_pointer at(pointer);
    if (!alert.contains(at) || !alert.at(at).is_string()) return "?";
    return alert.at(at).get<std::string>();
  };
  return text("/@timestamp") + "  " + text("/exectrail/severity") + "  " + text("/message");
}

std::string age(std::int64_t ns) { return trace::readableDuration(ns) + " ago"; }

std::int64_t changedNs(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

bool showRecorder(const std::string& folder) {
  std::vector<std::string> names;
  try {
    names = tracesIn(folder);
  } catch (const EnvironmentError& e) {
    row("recorder", e.what());
    return false;
  }
  if (names.empty()) {
    row("recorder", "no segment in " + trace::quoteForTerminal(folder));
    return false;
  }
  std::uint64_t bytes = 0;
  struct stat newest {};
  for (const std::string& name : names) {
    if (::stat((folder + "/" + name).c_str(), &newest) == 0) {
      bytes += static_cast<std::uint64_t>(newest.st_size);
    }
  }
  const std::int64_t silentNs = realtimeNowNs() - changedNs(newest);
  const bool alive = silentNs < 35'000'000'000;
  row("recorder", std::string(alive ? "writing" : "SILENT") + ", last " + age(silentNs));
  try {
    const auto reader = trace::openTrace(folder + "/" + names.back());
    const trace::Header& header = reader->header();
    row("recording", trace::toString(header.recordingId) + ", segment " +
                         std::to_string(header.segment.number) + " since " +
                         trace::readableTime(static_cast<std::int64_t>(header.clock.realtimeNs)));
  } catch (const EnvironmentError& e) {
    row("recording", e.what());
  }
  std::string disk = count(names.size(), "segment") + ", " + trace::readableSize(bytes);
  struct statvfs room {};
  if (::statvfs(folder.c_str(), &room) == 0) {
    disk += "; " + trace::readableSize(std::uint64_t{room.f_bavail} * room.f_frsize) + " of " +
            trace::readableSize(std::uint64_t{room.f_blocks} * room.f_frsize) + " free";
  }
  row("disk", disk);
  row("oldest", trace::quoteForTerminal(names.front()));
  return alive;
}

// "exectrail_NAME{LABELS}" -> value.
std::map<std::string, std::string> parseMetrics(const std::string& text) {
  std::map<std::string, std::string> values;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.rfind(' ');
    if (line.starts_with('#') || space == std::string::npos) continue;
    values[line.substr(0, space)] = line.substr(space + 1);
  }
  return values;
}

// Of the figure as it is told; empty if it is not.
std::string lagText(const std::string& figure) {
  if (figure.empty()) return {};
  const double seconds = std::strtod(figure.c_str(), nullptr);
  const bool sane = seconds >= 0 && seconds < 1e9;
  return ", judged last: " +
         (sane ? trace::readableDuration(static_cast<std::int64_t>(seconds * 1e9)) + " old" : "?");
}

bool showAnalyzer(const AnalyzeOptions& options) {
  if (options.metrics.empty()) {
    row("analyzer", "no socket to ask; name it with --metrics");
    return false;
  }
  std::map<std::string, std::string> values;
  try {
    values = parseMetrics(readMetrics(options.metrics));
  } catch (const EnvironmentError& e) {
    row("analyzer", std::string("NOT RUNNING: ") + e.what());
    return false;
  }
  const auto value = [&](const std::string& name) { return values["exectrail_" + name]; };
  const bool caughtUp = value("caught_up") == "1";
  row("analyzer",
      (caughtUp ? "up to date" : "reading") + lagText(value("lag_seconds")) + ", " +
          trace::readableSize(std::strtoull(value("resident_bytes").c_str(), nullptr, 10)));
  row("judged", value("execs_total") + " execs, " + value("failed_attempts_total") +
                    " failed attempts since it began");
  row("lost", value("gaps_total") + " gaps, " + value("lost_events_total") + " events");
  std::string alerts;
  for (auto severity = kSeverityNames.rbegin(); severity != kSeverityNames.rend(); ++severity) {
    const std::string number = value("alerts_total{severity=\"" + std::string(*severity) + "\"}");
    if (!number.empty() && number != "0") {
      alerts += (alerts.empty() ? "" : ", ") + number + " " + std::string(*severity);
    }
  }
  row("alerts", alerts.empty() ? "none" : alerts);
  for (const auto& [name, number] : values) {
    constexpr std::string_view kOperations = "exectrail_operational_alerts_total{action=\"";
    if (!name.starts_with(kOperations)) continue;
    row("", number + " × " + name.substr(kOperations.size(), name.size() - kOperations.size() - 2));
  }
  constexpr std::string_view kFailing = "exectrail_sink_failing{sink=\"";
  for (const auto& [name, failing] : values) {
    if (!name.starts_with(kFailing)) continue;
    const std::string label = name.substr(name.find('{'));
    std::string line = value("sink_sent_total" + label) + " sent";
    for (const auto& [figure, words] : {std::pair("sink_waiting", " waiting"),
                                        {"sink_spooled_bytes", " bytes on disk"},
                                        {"sink_dropped_total", " DROPPED"},
                                        {"sink_dead_letters_total", " dead letters"}}) {
      const std::string number = value(figure + label);
      if (!number.empty() && number != "0") line += ", " + number + words;
    }
    row("sink", name.substr(kFailing.size(), name.size() - kFailing.size() - 2) + ": " + line +
                    (failing == "1" ? "; FAILING" : ""));
  }
  return true;
}

// The last lines of the file of alerts.
void showLastAlerts(const std::string& path) {
  if (path.empty()) return;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    row("last", "no alerts in " + trace::quoteForTerminal(path));
    return;
  }
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - kTail));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  if (lines.size() > kLastAlerts) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kLastAlerts));
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    row(i == 0 ? "last" : "", trace::escapeForTerminal(alertLine(lines[i])));
  }
}

}  // namespace

int status(const AnalyzeOptions& options) {
  const bool recording = showRecorder(options.traces.front());
  const bool analysing = showAnalyzer(options);
  if (!options.checkpoint.empty()) {
    try {
      const auto checkpoint = readCheckpoint(options.checkpoint);
      row("checkpoint", checkpoint ? trace::quoteForTerminal(checkpoint->position.segment) +
                                         ", batch " + std::to_string(checkpoint->position.batch)
                                   : "none yet");
    } catch (const EnvironmentError& e) {
      row("checkpoint", e.what());
    }
  }
  showLastAlerts(options.output.path);
  flushAnswer();
  return recording && analysing ? kExitDone : kExitFound;
}

}  // namespace exectrail::analyzer
