#include "trace/tool/time_argument.h"

#include <chrono>
#include <iostream>
#include <string_view>

#include "trace/escape.h"

namespace exectrail::trace {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMostSeconds = 9'000'000'000;  // in nanoseconds it fits into 64 bits

// Takes text from its front.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool atEnd() const { return text_.empty(); }

  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  // A number of `from` to `to` digits.
  std::optional<std::int64_t> digits(std::size_t from, std::size_t to) {
    std::int64_t value = 0;
    std::size_t count = 0;
    while (count < to && count < text_.size() && text_[count] >= '0' && text_[count] <= '9') {
      value = value * 10 + (text_[count++] - '0');
    }
    if (count < from) return std::nullopt;
    text_.remove_prefix(count);
    return value;
  }

  // ".5" as nanoseconds; 0 if there is no point.
  std::optional<std::int64_t> fraction() {
    if (!take('.')) return 0;
    const std::size_t before = text_.size();
    const auto value = digits(1, 9);
    if (!value) return std::nullopt;
    std::int64_t ns = *value;
    for (std::size_t count = before - text_.size(); count < 9; ++count) ns *= 10;
    return ns;
  }

 private:
  std::string_view text_;
};

std::optional<std::int64_t> sinceStart(Scanner in, const ClockReading& start) {
  const auto seconds = in.digits(1, 10);
  if (!seconds || *seconds > kMostSeconds) return std::nullopt;
  const auto ns = in.fraction();
  std::int64_t sum = 0;
  if (!ns || !in.atEnd() ||
      __builtin_add_overflow(*seconds * kSecond + *ns, static_cast<std::int64_t>(start.realtimeNs),
                             &sum)) {
    return std::nullopt;
  }
  return sum;
}

// Nothing or a time of day; 0 for nothing.
std::optional<std::int64_t> timeOfDay(Scanner& in) {
  if (in.atEnd()) return 0;
  if (!in.take('T') && !in.take(' ')) return std::nullopt;
  const auto hour = in.digits(2, 2);
  if (!hour || !in.take(':')) return std::nullopt;
  const auto minute = in.digits(2, 2);
  if (!minute) return std::nullopt;
  std::int64_t second = 0;
  std::int64_t ns = 0;
  if (in.take(':')) {
    const auto whole = in.digits(2, 2);
    const auto part = whole ? in.fraction() : std::nullopt;
    if (!part) return std::nullopt;
    second = *whole;
    ns = *part;
  }
  in.take('Z');
  if (*hour > 23 || *minute > 59 || second > 60) return std::nullopt;
  return ((*hour * 60 + *minute) * 60 + second) * kSecond + ns;
}

}  // namespace

std::optional<std::int64_t> parseTime(const std::string& text, const ClockReading& start) {
  Scanner in(text);
  if (in.take('+')) return sinceStart(in, start);
  const auto year = in.digits(4, 4);
  if (!year || !in.take('-')) return std::nullopt;
  const auto month = in.digits(2, 2);
  if (!month || !in.take('-')) return std::nullopt;
  const auto day = in.digits(2, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  const auto time = timeOfDay(in);
  // What a 64-bit number of nanoseconds since 1970 can hold ends in 2262.
  if (!date.ok() || *year < 1970 || *year > 2261 || !time || !in.atEnd()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 86'400 * kSecond + *time;
}

bool parseBound(const char* command, const char* option, const std::string& text,
                const ClockReading& start, std::optional<std::int64_t>& out) {
  if (text.empty()) return true;
  out = parseTime(text, start);
  if (out) return true;
  std::cerr << "exectrail: trace " << command << ": " << option << " found "
            << quoteForTerminal(text) << "; " << kTimeForms << '\n';
  return false;
}

}  // namespace exectrail::trace
