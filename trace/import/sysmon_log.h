// Sysmon for Linux: process creations and terminations, as XML in lines of syslog or of the
// journal, or in a string of JSON lines (SyslogMessage, MESSAGE, message). The schema is Sysmon's;
// its events 1 and 5 are what we read.
#pragma once

#include "trace/import/sensor_event.h"

namespace exectrail::trace {

class SysmonLog : public SensorLog {
 public:
  explicit SysmonLog(SensorEvents& out) : out_(out) {}
  void line(Bytes line) override;

 private:
  void xml(Bytes text);

  SensorEvents& out_;
};

}  // namespace exectrail::trace
