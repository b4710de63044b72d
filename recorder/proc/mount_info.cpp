#include "recorder/proc/mount_info.h"

#include <algorithm>
#include <charconv>

namespace exectrail::recorder {
namespace {

// Takes off what stands before the next blank, which goes too; a field may be empty.
std::string_view takeField(std::string_view& line) {
  const auto length = std::min(line.find(' '), line.size());
  const std::string_view field = line.substr(0, length);
  line.remove_prefix(std::min(length + 1, line.size()));
  return field;
}

bool parseWhole(std::string_view text, std::uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool parseDevice(std::string_view text, std::uint32_t& major, std::uint32_t& minor) {
  const auto colon = text.find(':');
  return colon != std::string_view::npos && parseWhole(text.substr(0, colon), major) &&
         parseWhole(text.substr(colon + 1), minor);
}

bool isOctal(char c) { return c >= '0' && c <= '7'; }

}  // namespace

trace::Mount MountLine::view() const {
  return {id,    parentId, deviceMajor, deviceMinor, root,
          point, options,  fileSystem,  source,      superOptions};
}

std::string unescapeMount(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escape = text[at] == '\\' && at + 3 < text.size() && text[at + 1] <= '3' &&
                        isOctal(text[at + 1]) && isOctal(text[at + 2]) && isOctal(text[at + 3]);
    if (!escape) {
      plain += text[at];
      continue;
    }
    const int value = (text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 + (text[at + 3] - '0');
    plain += static_cast<char>(value);
    at += 3;
  }
  return plain;
}

std::optional<std::uint32_t> mountIdOf(std::string_view line) {
  std::uint32_t id = 0;
  if (!parseWhole(takeField(line), id)) return std::nullopt;
  return id;
}

std::optional<MountLine> parseMountLine(std::string_view line) {
  MountLine mount;
  if (!parseWhole(takeField(line), mount.id) || !parseWhole(takeField(line), mount.parentId) ||
      !parseDevice(takeField(line), mount.deviceMajor, mount.deviceMinor)) {
    return std::nullopt;
  }
  mount.root = unescapeMount(takeField(line));
  mount.point = unescapeMount(takeField(line));
  mount.options = unescapeMount(takeField(line));
  // "shared:1", "master:2", …: any number of them, up to a lone hyphen.
  while (!line.empty() && takeField(line) != "-") {
  }
  if (line.empty()) return std::nullopt;
  mount.fileSystem = unescapeMount(takeField(line));
  mount.source = unescapeMount(takeField(line));
  mount.superOptions = unescapeMount(line);
  if (mount.root.empty() || mount.point.empty() || mount.fileSystem.empty()) return std::nullopt;
  return mount;
}

}  // namespace exectrail::recorder
