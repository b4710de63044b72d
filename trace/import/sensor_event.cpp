#include "trace/import/sensor_event.h"

namespace exectrail::trace {
namespace {

std::size_t bytesOf(const std::optional<std::string>& text) { return text ? text->size() : 0; }

std::size_t bytesOf(const std::optional<std::vector<std::string>>& list) {
  std::size_t bytes = 0;
  if (list) {
    for (const std::string& text : *list) bytes += sizeof text + text.size();
  }
  return bytes;
}

}  // namespace

std::size_t bytesOf(const SensorEvent& event) {
  std::size_t bytes = sizeof event + event.host.size() + bytesOf(event.executable) +
                      bytesOf(event.typedPath) + bytesOf(event.workingDirectory) +
                      bytesOf(event.comm) + bytesOf(event.arguments);
  if (event.parent) bytes += event.parent->executable.size() + bytesOf(event.parent->arguments);
  return bytes;
}

std::vector<std::string> splitCommandLine(Bytes text) {
  std::vector<std::string> parts;
  while (parts.size() + 1 < kMaxSensorArguments) {
    const std::size_t space = text.find(' ');
    parts.emplace_back(text.substr(0, space));
    if (space == Bytes::npos) return parts;
    text.remove_prefix(space + 1);
  }
  parts.emplace_back(text);
  return parts;
}

}  // namespace exectrail::trace
