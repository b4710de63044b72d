// One <Event> of Sysmon, taken apart. Not a parser of XML: the form is Sysmon's own and flat, and
// logs on the way change it in ways no such parser takes.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "trace/evidence.h"

namespace exectrail::trace {

struct SysmonXml {
  std::uint64_t eventId = 0;
  std::uint64_t recordId = 0;
  std::uint64_t loggedNs = 0;  // TimeCreated, CLOCK_REALTIME
  std::string computer;
  std::map<std::string, std::string, std::less<>> data;  // EventData, by name; "-" is left out
  bool cut = false;      // its end is missing, as syslog cuts long lines: so may data
  bool mangled = false;  // its semicolons are gone: another program changed it on its way

  // A datum; null if there is none.
  const std::string* find(Bytes name) const;
};

// False if `text` is not an event.
bool parseSysmonXml(Bytes text, SysmonXml& out);

// "2022-05-11 18:10:22.018", also with a T, a Z and up to nine digits; UTC.
bool parseUtc(Bytes text, std::uint64_t& timeNs);

}  // namespace exectrail::trace
