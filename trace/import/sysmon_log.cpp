#include "trace/import/sysmon_log.h"

#include <array>
#include <utility>

#include "trace/import/audit_event.h"
#include "trace/import/json_line.h"
#include "trace/import/sysmon_xml.h"

namespace exectrail::trace {
namespace {

constexpr std::uint64_t kProcessCreate = 1;
constexpr std::uint64_t kProcessTerminate = 5;
constexpr std::array<const char*, 4> kMessageNames = {"SyslogMessage", "MESSAGE", "message",
                                                      "Message"};

std::optional<std::uint32_t> idOf(const SysmonXml& xml, Bytes name) {
  const std::string* text = xml.find(name);
  std::uint64_t number = 0;
  if (text == nullptr || !parseNumber(*text, 10, number) || number > 0xffffffffU) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(number);
}

std::optional<std::string> textOf(const SysmonXml& xml, Bytes name) {
  const std::string* text = xml.find(name);
  return text == nullptr || text->empty() ? std::nullopt : std::optional(*text);
}

// "MD5=…,SHA256=…"
std::optional<std::string> sha256Of(const SysmonXml& xml) {
  const std::string* hashes = xml.find("Hashes");
  if (hashes == nullptr) return std::nullopt;
  const std::size_t at = hashes->find("SHA256=");
  if (at == std::string::npos || hashes->size() < at + 7 + 64) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < 64; i += 2) {
    std::uint64_t byte = 0;
    if (!parseNumber(Bytes(*hashes).substr(at + 7 + i, 2), 16, byte)) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

void describe(const SysmonXml& xml, SensorEvent& event) {
  event.kind = SensorEvent::Kind::kExec;
  event.executable = textOf(xml, "Image");
  event.workingDirectory = textOf(xml, "CurrentDirectory");
  event.sha256 = sha256Of(xml);
  if (const auto line = textOf(xml, "CommandLine")) {
    event.arguments = splitCommandLine(*line);
    event.argumentsGuessed = true;
  }
  event.parentPid = idOf(xml, "ParentProcessId");
  if (const auto parent = textOf(xml, "ParentImage")) {
    event.parent = SensorParent{*parent, std::nullopt, std::nullopt};
    if (const auto line = textOf(xml, "ParentCommandLine")) {
      event.parent->arguments = splitCommandLine(*line);
    }
  }
}

}  // namespace

void SysmonLog::line(Bytes bytes) {
  if (bytes.find_first_not_of(" \t\r") == Bytes::npos) return;
  const std::size_t first = bytes.find_first_not_of(" \t");
  if (bytes[first] != '{') {
    xml(bytes);
    return;
  }
  const nlohmann::json line = parseJsonLine(bytes.substr(first));
  if (line.is_discarded()) {
    out_.unreadable(1, 0);
    return;
  }
  for (const char* name : kMessageNames) {
    if (const auto message = stringMember(line, name)) {
      xml(*message);
      return;
    }
  }
  out_.other();
}

void SysmonLog::xml(Bytes text) {
  if (text.find("<Event>") == Bytes::npos) {
    out_.other();  // of another program
    return;
  }
  SysmonXml xml;
  if (!parseSysmonXml(text, xml)) {
    out_.unreadable(1, 0);
    return;
  }
  if (xml.eventId != kProcessCreate && xml.eventId != kProcessTerminate) {
    out_.other();
    return;
  }
  SensorEvent event;
  const std::string* utc = xml.find("UtcTime");
  const auto pid = idOf(xml, "ProcessId");
  event.timeNs = xml.loggedNs;
  if ((utc == nullptr || !parseUtc(*utc, event.timeNs)) && event.timeNs == 0) {
    out_.unreadable(1, 0);
    return;
  }
  out_.time(event.timeNs);
  if (!pid || *pid == 0) {
    out_.unreadable(1, event.timeNs);
    return;
  }
  if (xml.mangled) {
    out_.remark(
        "events whose semicolons had become spaces before they were logged: their command "
        "lines are not exact");
  }
  if (xml.cut) {
    out_.remark("events were cut off on their way: what stood behind the cut is unknown");
  }
  event.sequence = xml.recordId;
  event.host = xml.computer;
  event.pid = *pid;
  if (xml.eventId == kProcessCreate) {
    describe(xml, event);
    if (!event.executable) {
      out_.unreadable(1, event.timeNs);
      return;
    }
  } else if (const std::string* image = xml.find("Image");
             image != nullptr && !image->starts_with('/') && !image->starts_with('<')) {
    // Sysmon's event for the end of a thread has the name of the task; the process goes on.
    out_.other();
    return;
  } else {
    event.kind = SensorEvent::Kind::kExit;
  }
  out_.event(std::move(event));
}

}  // namespace exectrail::trace
