#include "recorder/sources/instance_name.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "recorder/proc/proc_files.h"
#include "recorder/proc/proc_status.h"

namespace exectrail::recorder {
namespace {

constexpr std::string_view kPrefix = "exectrail-";
constexpr std::string_view kGroupPrefix = "exectrail_";

std::optional<std::uint64_t> startTicks(std::int32_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const ReadResult text = readFileAt(AT_FDCWD, path.c_str(), 4096);
  if (text.errorNumber != 0) return std::nullopt;
  const auto stat = parseStat(text.bytes);
  if (!stat) return std::nullopt;
  return stat->startTicks;
}

bool isPurpose(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

std::string instanceName(const InstanceOwner& owner, std::string_view purpose) {
  return std::string(kPrefix) + std::to_string(owner.pid) + "-" + std::to_string(owner.startTicks) +
         "-" + std::string(purpose);
}

std::optional<InstanceOwner> instanceOwner(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  const auto dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto pid = parseNumber(name.substr(0, dash));
  name.remove_prefix(dash + 1);
  const auto end = name.find('-');
  if (end != std::string_view::npos && !isPurpose(name.substr(end + 1))) return std::nullopt;
  const auto start = parseNumber(name.substr(0, end));
  if (!pid || !start) return std::nullopt;
  return InstanceOwner{static_cast<std::int32_t>(*pid), *start};
}

std::string groupName(const InstanceOwner& owner) {
  return std::string(kGroupPrefix) + std::to_string(owner.pid) + "_" +
         std::to_string(owner.startTicks);
}

std::optional<InstanceOwner> groupOwner(std::string_view name) {
  if (!name.starts_with(kGroupPrefix)) return std::nullopt;
  name.remove_prefix(kGroupPrefix.size());
  const auto end = name.find('_');
  if (end == std::string_view::npos) return std::nullopt;
  const auto pid = parseNumber(name.substr(0, end));
  const auto start = parseNumber(name.substr(end + 1));
  if (!pid || !start) return std::nullopt;
  return InstanceOwner{static_cast<std::int32_t>(*pid), *start};
}

InstanceOwner thisOwner() {
  const std::int32_t pid = ::getpid();
  return {pid, startTicks(pid).value_or(0)};
}

bool isAlive(const InstanceOwner& owner) { return startTicks(owner.pid) == owner.startTicks; }

}  // namespace exectrail::recorder
