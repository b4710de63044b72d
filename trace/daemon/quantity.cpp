#include "trace/daemon/quantity.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace exectrail::trace {

std::optional<double> leadingNumber(const std::string& text, std::string& unit) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !(value > 0) || value > 1e15) return std::nullopt;
  unit.assign(end, text.data() + text.size());
  return value;
}

std::optional<std::chrono::nanoseconds> parseDuration(const std::string& text) {
  const std::map<std::string, double> seconds = {
      {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
  std::string unit;
  const auto value = leadingNumber(text, unit);
  const auto found = seconds.find(unit);
  if (!value || found == seconds.end()) return std::nullopt;
  const double nanoseconds = *value * found->second * 1e9;
  if (nanoseconds < 1 || nanoseconds > 9e18) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds));
}

std::optional<std::uint64_t> parseSize(const std::string& text) {
  const std::map<char, double> factors = {{'k', 1024.0}, {'m', 1048576.0}, {'g', 1073741824.0}};
  std::string unit;
  const auto value = leadingNumber(text, unit);
  if (!value) return std::nullopt;
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  double factor = 1;
  if (const auto found = factors.find(unit.empty() ? '\0' : unit[0]); found != factors.end()) {
    factor = found->second;
    unit.erase(0, 1);
  }
  if (!unit.empty() && unit != "b" && unit != "ib") return std::nullopt;
  const double bytes = *value * factor;
  if (bytes < 1 || bytes > 1e18) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

SizeOrTime parseSizeOrTime(const std::string& text) {
  std::string unit;
  if (!leadingNumber(text, unit) || unit.empty()) return {};
  if (const auto time = parseDuration(text)) return {std::nullopt, time};
  return {parseSize(text), std::nullopt};
}

}  // namespace exectrail::trace
