// laurel's JSON lines: one event of Linux audit a line, already put together. laurel(8); bytes that
// are not UTF-8, controls and the percent sign stand there as %HH.
#pragma once

#include "trace/import/sensor_event.h"

namespace exectrail::trace {

class LaurelLog : public SensorLog {
 public:
  explicit LaurelLog(SensorEvents& out) : out_(out) {}
  void line(Bytes line) override;

 private:
  SensorEvents& out_;
};

}  // namespace exectrail::trace
