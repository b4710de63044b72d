#include "analyzer/top/screen.h"

#include <algorithm>
#include <cstdio>

#include "analyzer/compiler/program.h"
#include "analyzer/output/wording.h"
#include "trace/escape.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMostRows = 1000;  // of a kind
constexpr std::size_t kMostText = 1024;  // of a row: more than any screen is wide
constexpr std::size_t kMostFilter = 100;
constexpr std::size_t kMostArguments = 100;  // that a row is made of
constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr char kEscape = '\x1b';

std::string timeOfDay(std::int64_t realtimeNs) {
  return trace::readableTime(realtimeNs).substr(11, 12);
}

// Cut between characters.
std::string shortened(std::string text) {
  if (text.size() <= kMostText) return text;
  std::size_t end = kMostText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
  text.resize(end);
  return text;
}

std::string padded(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string commandLine(const trace::Field<trace::Arguments>& arguments) {
  if (!arguments.known()) return "(arguments not known)";
  std::string text;
  std::size_t count = 0;
  for (const trace::Bytes argument : arguments.value) {
    if (text.size() > kMostText || ++count > kMostArguments) break;
    text += (text.empty() ? "" : " ") + trace::quoteForTerminal(argument.substr(0, kMostText));
  }
  return text;
}

std::string userOf(const trace::Image& image) {
  const auto& credentials = image.context->credentials;
  return credentials.known() ? std::to_string(credentials.value.effectiveUid) : "?";
}

std::string rowText(std::int64_t realtimeNs, std::uint32_t pid, const std::string& user,
                    const std::string& what) {
  return timeOfDay(realtimeNs) + padded(std::to_string(pid), 9) + padded(user, 7) + "  " + what;
}

// As text that both were written with; ASCII letters are alike.
bool holds(const std::string& text, const std::string& part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [&](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

Tint tintOf(Severity severity) {
  constexpr Tint kTints[] = {Tint::kFaint, Tint::kPlain, Tint::kMedium, Tint::kHigh,
                             Tint::kCritical};
  return kTints[static_cast<std::size_t>(severity)];
}

}  // namespace

void Screen::add(Rows& rows, std::string text, Tint tint) {
  rows.push_back({++added_, {shortened(std::move(text)), tint}});
  if (rows.size() > kMostRows) rows.pop_front();
}

void Screen::count(std::uint64_t timeNs) {
  const std::uint64_t second = timeNs / kSecondNs;
  if (first_ == 0) first_ = second_ = second;
  for (; second_ < second && second - second_ < kSeconds; ++second_) {
    seconds_.at((second_ + 1) % kSeconds) = 0;
  }
  if (second_ < second) {
    seconds_.fill(0);
    second_ = second;
  }
  if (second_ - second < kSeconds) ++seconds_.at(second % kSeconds);
}

// An execution a second, on average of those that the trace has, ten at most.
double Screen::rate() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t one : seconds_) sum += one;
  const std::uint64_t length = std::min<std::uint64_t>(second_ - first_ + 1, kSeconds);
  return static_cast<double>(sum) / static_cast<double>(length);
}

void Screen::record(const trace::Record& record, const trace::Header& header) {
  const std::int64_t realtimeNs = header.clock.toRealtimeNs(record.timeNs);
  if (host_.empty()) host_ = trace::escapeForTerminal(header.host.name);
  newestNs_ = std::max(newestNs_, realtimeNs);
  if (const auto* exec = std::get_if<trace::Exec>(&record.body)) {
    ++execCount_;
    count(record.timeNs);
    const trace::Image& image = exec->image;
    const std::string path = image.executable.known()
                                 ? trace::quoteForTerminal(image.executable.value)
                                 : "(path not known)";
    add(execs_,
        rowText(realtimeNs, image.id.tgid, userOf(image),
                path + "  " + commandLine(image.arguments)),
        Tint::kPlain);
  } else if (const auto* attempt = std::get_if<trace::Attempt>(&record.body)) {
    ++attemptCount_;
    const std::string path = attempt->typedPath.known()
                                 ? trace::quoteForTerminal(attempt->typedPath.value)
                                 : "(path not known)";
    add(execs_,
        rowText(realtimeNs, attempt->caller.tgid, errorName(attempt->errorNumber),
                path + "  " + commandLine(attempt->arguments)),
        Tint::kFaint);
  } else if (const auto* gap = std::get_if<trace::Gap>(&record.body)) {
    ++gaps_;
    lost_ += gap->lostEvents;
    add(execs_,
        timeOfDay(realtimeNs) + "  " +
            (gap->lostEvents == 0 ? "an unknown number of" : std::to_string(gap->lostEvents)) +
            " events were lost here",
        Tint::kWarning);
  }
}

void Screen::alert(const Alert& alert, const trace::Header& header) {
  ++bySeverity_.at(static_cast<std::size_t>(alert.severity));
  if (alert.severity == Severity::kInfo) return;  // counted, as elsewhere
  std::string severity(kSeverityNames.at(static_cast<std::size_t>(alert.severity)));
  severity.resize(10, ' ');
  add(alerts_,
      timeOfDay(alert.realtimeNs) + "  " + severity +
          padded(std::to_string(alert.process.id.tgid), 7) + "  " + alert.recipe->name + "  " +
          trace::escapeForTerminal(headline(alert)),
      tintOf(alert.severity));
  if (host_.empty()) host_ = trace::escapeForTerminal(header.host.name);
}

void Screen::note(const std::string& text) { note_ = shortened(trace::escapeForTerminal(text)); }

void Screen::typeFilter(char key) {
  if (key == '\r' || key == '\n') {
    typing_ = false;
  } else if (key == kEscape) {
    typing_ = false;
    filter_.clear();
  } else if (key == '\x7f' || key == '\b') {
    while (!filter_.empty() && (static_cast<unsigned char>(filter_.back()) & 0xc0U) == 0x80) {
      filter_.pop_back();
    }
    if (!filter_.empty()) filter_.pop_back();
  } else if (static_cast<unsigned char>(key) >= ' ' && filter_.size() < kMostFilter) {
    filter_ += key;
  }
}

bool Screen::keys(std::string_view typed) {
  // A key that is more than one byte, an arrow for example, begins with an escape, and is none of
  // ours.
  if (typed.size() > 1 && typed[0] == kEscape) return true;
  for (const char key : typed) {
    if (typing_) {
      typeFilter(key);
      continue;
    }
    switch (key) {
      case 'q':
      case 'Q':
        return false;
      case 'p':
      case ' ':
        pausedAt_ = pausedAt_ == 0 ? std::max<std::uint64_t>(added_, 1) : 0;
        break;
      case '/':
      case 'f':
        typing_ = true;
        break;
      case kEscape:
        filter_.clear();
        break;
      case 'a':
        part_ = part_ == Part::kAlerts ? Part::kBoth : Part::kAlerts;
        break;
      case 'x':
        part_ = part_ == Part::kExecs ? Part::kBoth : Part::kExecs;
        break;
      default:
        break;
    }
  }
  return true;
}

bool Screen::shows(const Row& row) const {
  return (pausedAt_ == 0 || row.number <= pausedAt_) &&
         (filter_.empty() || holds(row.line.text, filter_));
}

// The latest ones, the latest at the bottom.
void Screen::show(const Rows& rows, const std::string& title, std::size_t room,
                  std::vector<ScreenLine>& lines) const {
  if (room == 0) return;
  lines.push_back({title, Tint::kHead});
  std::vector<const Row*> shown;
  for (auto row = rows.rbegin(); row != rows.rend() && shown.size() + 1 < room; ++row) {
    if (shows(*row)) shown.push_back(&*row);
  }
  for (auto row = shown.rbegin(); row != shown.rend(); ++row) lines.push_back((*row)->line);
  for (std::size_t i = shown.size() + 1; i < room; ++i) lines.push_back({});
}

std::vector<ScreenLine> Screen::lines(std::size_t rows, std::int64_t realtimeNs) const {
  std::vector<ScreenLine> lines;
  char number[32];
  std::snprintf(number, sizeof number, "%.1f", rate());
  std::string head = "exectrail top  " + (host_.empty() ? "waiting for a recording" : host_);
  if (newestNs_ != 0) {
    head += "  " + trace::readableTime(newestNs_) + ", " +
            trace::readableDuration(std::max<std::int64_t>(realtimeNs - newestNs_, 0)) + " ago";
  }
  if (ended_) head += "  ENDED";
  if (pausedAt_ != 0)
    head += "  PAUSED, " + std::to_string(added_ - std::min(added_, pausedAt_)) + " new";
  lines.push_back({head, Tint::kHead});
  std::string counts = std::to_string(execCount_) + " executions, " + number + "/s; " +
                       std::to_string(attemptCount_) + " failed; alerts:";
  bool any = false;
  for (std::size_t i = kSeverityNames.size(); i-- > 0;) {
    if (bySeverity_.at(i) == 0) continue;
    counts += (any ? ", " : " ") + std::to_string(bySeverity_.at(i)) + " " +
              std::string(kSeverityNames.at(i));
    any = true;
  }
  lines.push_back({counts + (any ? "" : " none")});
  if (gaps_ != 0) {
    lines.push_back({std::to_string(lost_) + " events were lost in " + std::to_string(gaps_) +
                         (gaps_ == 1 ? " place" : " places"),
                     Tint::kWarning});
  }
  if (!note_.empty()) lines.push_back({note_, Tint::kWarning});
  const std::size_t room = rows > lines.size() + 1 ? rows - lines.size() - 1 : 0;
  const std::size_t forAlerts = part_ == Part::kAlerts  ? room
                                : part_ == Part::kExecs ? 0
                                                        : room / 3;
  show(alerts_, "ALERTS        SEVERITY      PID  RECIPE", forAlerts, lines);
  show(execs_, "EXECUTIONS        PID   USER  FILE AND ARGUMENTS", room - forAlerts, lines);
  std::string foot = typing_ ? "filter: " + trace::escapeForTerminal(filter_) +
                                   "_  Enter keeps it, Esc takes it away"
                             : "q quit  p pause  / filter  a alerts only  x executions only";
  if (!typing_ && !filter_.empty()) {
    foot += "  only with " + trace::quoteForTerminal(filter_) + ", Esc shows all";
  }
  lines.push_back({foot, Tint::kFaint});
  if (lines.size() > rows) lines.resize(rows);
  return lines;
}

}  // namespace exectrail::analyzer
