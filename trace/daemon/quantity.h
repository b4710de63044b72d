// Times and sizes as they are typed and as they stand in configuration files. Nothing if the text
// is none.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace exectrail::trace {

// The number above zero at the beginning of `text`; `unit` gets what follows it.
std::optional<double> leadingNumber(const std::string& text, std::string& unit);

// "30s", "500ms", "10m", "2h", "30d". A number alone is none: who means days must not get seconds.
std::optional<std::chrono::nanoseconds> parseDuration(const std::string& text);

// "4M", "512k", "1G", "4MiB", or bytes without a unit; units are powers of 1,024.
std::optional<std::uint64_t> parseSize(const std::string& text);

// Either of them, where the unit says which: "10m" are minutes, and "10M" is a size.
struct SizeOrTime {
  std::optional<std::uint64_t> bytes;
  std::optional<std::chrono::nanoseconds> time;
};

// Neither is set if the text is none of them, or has no unit.
SizeOrTime parseSizeOrTime(const std::string& text);

}  // namespace exectrail::trace
