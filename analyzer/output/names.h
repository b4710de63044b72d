// How a person and other systems name what the kernel numbers: users, terminals, units, errors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trace/metadata.h"

namespace exectrail::analyzer {

// "www-data(33)" by the recorded host's own list of users; "uid 33" if it has none of that number.
std::string userText(const trace::Host& host, std::uint32_t uid);

// Its name alone; empty if that list has none.
std::string_view userName(const trace::Host& host, std::uint32_t uid);

// "pts/3", "tty1", "ttyS0" of a device number as /proc/PID/stat has it; empty for none.
std::string terminalName(std::uint32_t device);

// "php8.2-fpm.service": the innermost unit of systemd that a cgroup's path names, or the path.
std::string_view unitOf(std::string_view cgroup);

// Lower-case hexadecimal digits.
std::string hex(std::string_view bytes);

// "Permission denied", as strerror(3) has it in the C locale.
std::string errorText(std::uint16_t errorNumber);

}  // namespace exectrail::analyzer
