// The name of an instance says whose it is and what for, so that the next recorder can tell a stale
// one from one in use: exectrail-PID-START-PURPOSE, with the start of the process as in
// proc_pid_stat(5). So does the name of a group of dynamic events, in which the kernel allows no
// dash: exectrail_PID_START.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace exectrail::recorder {

struct InstanceOwner {
  std::int32_t pid = 0;
  std::uint64_t startTicks = 0;
};

std::string instanceName(const InstanceOwner& owner, std::string_view purpose);

// Nothing if the name is not one of ours.
std::optional<InstanceOwner> instanceOwner(std::string_view name);

std::string groupName(const InstanceOwner& owner);

// Nothing if the name is not one of ours.
std::optional<InstanceOwner> groupOwner(std::string_view name);

// This process.
InstanceOwner thisOwner();

// False if no such process lives: another start time means that the pid was used again.
bool isAlive(const InstanceOwner& owner);

}  // namespace exectrail::recorder
