#include "recorder/proc/cgroup.h"

#include <algorithm>

namespace exectrail::recorder {
namespace {

constexpr std::size_t kIdDigits = 64;

struct Line {
  std::string_view controllers;
  std::string_view path;
  bool unified = false;
};

// Takes the first line off; nothing if it is not one of the expected form.
std::optional<Line> takeLine(std::string_view& text) {
  const auto length = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, length);
  text.remove_prefix(std::min(length + 1, text.size()));
  const auto first = line.find(':');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = line.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  Line parsed;
  parsed.controllers = line.substr(first + 1, second - first - 1);
  parsed.path = line.substr(second + 1);
  parsed.unified = line.substr(0, first) == "0" && parsed.controllers.empty();
  if (!parsed.path.starts_with('/')) return std::nullopt;
  return parsed;
}

bool isId(std::string_view text) {
  return text.size() == kIdDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// "docker-ID.scope", "cri-containerd-ID.scope", "libpod-ID.scope" or just "ID". The monitors of
// containers, which have such groups too, are outside of them.
std::string_view idIn(std::string_view component) {
  if (component.ends_with(".scope")) component.remove_suffix(6);
  if (component.size() < kIdDigits) return {};
  const std::string_view id = component.substr(component.size() - kIdDigits);
  if (!isId(id)) return {};
  std::string_view prefix = component.substr(0, component.size() - kIdDigits);
  if (prefix.empty()) return id;
  if (!prefix.ends_with('-') && !prefix.ends_with(':')) return {};
  prefix.remove_suffix(1);
  return prefix.ends_with("conmon") ? std::string_view() : id;
}

std::string_view between(std::string_view text, std::string_view prefix, std::string_view suffix) {
  if (text.size() <= prefix.size() + suffix.size() || !text.starts_with(prefix) ||
      !text.ends_with(suffix)) {
    return {};
  }
  return text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
}

// Machines of systemd-machined are containers or virtual machines.
std::string_view machineIn(std::string_view component) {
  const std::string_view name = between(component, "machine-", ".scope");
  return name.starts_with("qemu") ? std::string_view() : name;
}

std::string_view nameIn(std::string_view component, std::string_view above) {
  if (const auto name = between(component, "lxc.payload.", ""); !name.empty()) return name;
  if (const auto name = between(component, "systemd-nspawn@", ".service"); !name.empty()) {
    return name;
  }
  if (above == "machine.slice") return machineIn(component);
  if (above == "lxc" || above == "lxc.payload") return component;
  return {};
}

}  // namespace

std::optional<std::string_view> cgroupPath(std::string_view text) {
  if (text.empty()) return "";
  std::optional<std::string_view> unified;
  std::string_view systemd;
  std::string_view memory;
  while (!text.empty()) {
    const auto line = takeLine(text);
    if (!line) continue;
    if (line->unified) {
      unified = line->path;
    } else if (line->controllers == "name=systemd") {
      systemd = line->path;
    } else if (line->controllers == "memory") {
      memory = line->path;
    }
  }
  if (unified && unified->size() > 1) return unified;
  for (const std::string_view path : {systemd, memory}) {
    if (path.size() > 1) return path;
  }
  if (unified) return unified;
  if (!systemd.empty()) return systemd;
  return memory.empty() ? std::nullopt : std::optional(memory);
}

std::string_view containerIdOf(std::string_view path) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  std::string_view found;
  std::string_view above;
  while (!path.empty()) {
    if (path.front() == '/') path.remove_prefix(1);
    const std::string_view component = path.substr(0, std::min(path.find('/'), path.size()));
    path.remove_prefix(component.size());
    if (const auto id = idIn(component); !id.empty()) {
      found = id;
    } else if (const auto name = nameIn(component, above); !name.empty()) {
      found = name;
    }
    above = component;
  }
  return found;
}

std::string_view containerIdIn(std::string_view text) {
  std::string_view found;
  while (!text.empty()) {
    const auto line = takeLine(text);
    if (!line) continue;
    const std::string_view id = containerIdOf(line->path);
    if (line->unified && !id.empty()) return id;
    if (found.empty()) found = id;
  }
  return found;
}

}  // namespace exectrail::recorder
