#include "trace/readable.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace exectrail::trace {
namespace {

template <typename... Values>
std::string format(const char* pattern, Values... values) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), pattern, values...);
  return text.data();
}

struct Parts {
  int year;
  unsigned month, day;
  long hour, minute, second, nanosecond;
};

Parts split(std::int64_t realtimeNs) {
  using std::chrono::days;
  using std::chrono::nanoseconds;
  const std::chrono::sys_time<nanoseconds> time{nanoseconds(realtimeNs)};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return {static_cast<int>(date.year()),     static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()), clock.hours().count(),
          clock.minutes().count(),           clock.seconds().count(),
          clock.subseconds().count()};
}

void putDigits(char* to, std::size_t count, long value) {
  for (std::size_t i = count; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

// One digit after the point while that says something.
std::string scaled(double value, const char* unit) {
  return value < 10 ? format("%.1f %s", value, unit) : format("%.0f %s", value, unit);
}

}  // namespace

std::string rfc3339(std::int64_t realtimeNs) {
  // By hand: printf took an eighth of the time that an alert's JSON takes. Years that a number of
  // nanoseconds can tell have four digits.
  const Parts p = split(realtimeNs);
  std::string text = "0000-00-00T00:00:00.000000000Z";
  putDigits(&text[0], 4, p.year);
  putDigits(&text[5], 2, p.month);
  putDigits(&text[8], 2, p.day);
  putDigits(&text[11], 2, p.hour);
  putDigits(&text[14], 2, p.minute);
  putDigits(&text[17], 2, p.second);
  putDigits(&text[20], 9, p.nanosecond);
  return text;
}

std::string readableTime(std::int64_t realtimeNs) {
  const Parts p = split(realtimeNs);
  return format("%04d-%02u-%02u %02ld:%02ld:%02ld.%03ldZ", p.year, p.month, p.day, p.hour, p.minute,
                p.second, p.nanosecond / 1'000'000);
}

std::string readableDuration(std::int64_t nanoseconds) {
  const double seconds = static_cast<double>(nanoseconds) / 1e9;
  if (seconds < 1) return format("%.0f ms", seconds * 1e3);
  if (seconds < 60) return scaled(seconds, "s");
  if (seconds < 3600) return scaled(seconds / 60, "min");
  if (seconds < 86400) return scaled(seconds / 3600, "h");
  return scaled(seconds / 86400, "d");
}

std::string readableSize(std::uint64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (bytes < 1000) return format("%.0f B", size);
  if (size < 1e6) return scaled(size / 1e3, "kB");
  if (size < 1e9) return scaled(size / 1e6, "MB");
  return scaled(size / 1e9, "GB");
}

}  // namespace exectrail::trace
