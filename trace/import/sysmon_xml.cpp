#include "trace/import/sysmon_xml.h"

#include <array>
#include <utility>

#include "trace/import/audit_event.h"

namespace exectrail::trace {
namespace {

constexpr std::size_t kMaxData = 64;
constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

// What stands between `open` and `close`, the first such place; `rest` is cut to what follows.
bool between(Bytes& rest, Bytes open, Bytes close, Bytes& out) {
  const std::size_t begin = rest.find(open);
  if (begin == Bytes::npos) return false;
  const std::size_t end = rest.find(close, begin + open.size());
  if (end == Bytes::npos) return false;
  out = rest.substr(begin + open.size(), end - begin - open.size());
  rest.remove_prefix(end + close.size());
  return true;
}

Bytes element(Bytes text, Bytes open, Bytes close) {
  Bytes found;
  return between(text, open, close, found) ? found : Bytes();
}

constexpr std::array<std::pair<Bytes, char>, 5> kEntities = {
    {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};

// A character reference below 256 as the byte that it is.
bool numericEntity(Bytes name, std::string& out) {
  std::uint64_t number = 0;
  const bool hex = name.starts_with("#x");
  if (!name.starts_with('#') || !parseNumber(name.substr(hex ? 2 : 1), hex ? 16 : 10, number) ||
      number > 0xff) {
    return false;
  }
  out += static_cast<char>(number);
  return true;
}

// An ampersand that begins no entity stays. Some forwarders of syslog put a space where a semicolon
// was: "&lt unknown process&gt ".
std::string decode(Bytes text, bool& mangled) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '&') {
      out += text[i];
      continue;
    }
    const std::size_t end = text.find_first_of("; ", i);
    if (end == Bytes::npos || end - i > 8) {
      out += '&';
      continue;
    }
    const Bytes name = text.substr(i + 1, end - i - 1);
    const std::size_t before = out.size();
    for (const auto& [entity, character] : kEntities) {
      if (name == entity) out += character;
    }
    if (out.size() == before && !numericEntity(name, out)) {
      out += '&';
      continue;
    }
    mangled = mangled || text[end] == ' ';
    i = end;
  }
  return out;
}

bool digits(Bytes text, std::size_t at, std::size_t count, std::uint64_t& out) {
  return text.size() >= at + count && parseNumber(text.substr(at, count), 10, out);
}

// Days since 1970-01-01 of the Gregorian calendar.
std::uint64_t daysOf(std::uint64_t year, std::uint64_t month, std::uint64_t day) {
  const std::uint64_t shifted = month <= 2 ? year - 1 : year;  // years begin in March
  const std::uint64_t dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719'468;
}

}  // namespace

bool parseUtc(Bytes text, std::uint64_t& timeNs) {
  std::uint64_t year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!digits(text, 0, 4, year) || !digits(text, 5, 2, month) || !digits(text, 8, 2, day) ||
      !digits(text, 11, 2, hour) || !digits(text, 14, 2, minute) || !digits(text, 17, 2, second) ||
      year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 ||
      minute > 59 || second > 60) {
    return false;
  }
  std::uint64_t fraction = 0;
  std::uint64_t scale = kNsPerSecond;
  text.remove_prefix(19);
  if (text.starts_with('.')) {
    for (text.remove_prefix(1); !text.empty() && text[0] >= '0' && text[0] <= '9' && scale > 1;
         text.remove_prefix(1)) {
      fraction = fraction * 10 + static_cast<std::uint64_t>(text[0] - '0');
      scale /= 10;
    }
  }
  timeNs =
      (daysOf(year, month, day) * 86'400 + hour * 3'600 + minute * 60 + second) * kNsPerSecond +
      fraction * scale;
  return true;
}

const std::string* SysmonXml::find(Bytes name) const {
  const auto found = data.find(name);
  return found == data.end() ? nullptr : &found->second;
}

bool parseSysmonXml(Bytes text, SysmonXml& out) {
  const std::size_t begin = text.find("<Event>");
  if (begin == Bytes::npos) return false;
  const Bytes event = text.substr(begin, text.find("</Event>", begin) - begin);
  const Bytes system = element(event, "<System>", "</System>");
  const std::size_t dataBegin = event.find("<EventData>");
  if (dataBegin == Bytes::npos) return false;
  Bytes data = event.substr(dataBegin);
  out.cut = data.find("</EventData>") == Bytes::npos;
  if (!parseNumber(element(system, "<EventID>", "</EventID>"), 10, out.eventId)) return false;
  parseNumber(element(system, "<EventRecordID>", "</EventRecordID>"), 10, out.recordId);
  parseUtc(element(system, "SystemTime=\"", "\""), out.loggedNs);
  bool ignored = false;
  out.computer = decode(element(system, "<Computer>", "</Computer>"), ignored);
  out.data.clear();
  out.mangled = false;
  Bytes one;
  while (out.data.size() < kMaxData && between(data, "<Data Name=\"", "</Data>", one)) {
    const std::size_t quote = one.find("\">");
    if (quote == Bytes::npos) return false;
    std::string value = decode(one.substr(quote + 2), out.mangled);
    if (value != "-") out.data.emplace(one.substr(0, quote), std::move(value));
  }
  return true;
}

}  // namespace exectrail::trace
