// audit.log: the raw records of Linux audit, as auditd writes them. Groups the records of an event,
// which may alternate with those of others, and tells when one is whole. auditd(8), and
// linux-audit's "Audit Event Fields" for the names.
#pragma once

#include <map>
#include <memory>
#include <tuple>

#include "trace/import/audit_event.h"
#include "trace/import/sensor_event.h"

namespace exectrail::trace {

class AuditLog : public SensorLog {
 public:
  // More events at once than this, or more bytes, close the oldest.
  static constexpr std::size_t kMaxOpen = 1024;
  static constexpr std::size_t kMaxOpenBytes = std::size_t{16} << 20;

  explicit AuditLog(SensorEvents& out) : out_(out) {}

  void line(Bytes line) override;
  void end() override;

 private:
  using Key = std::tuple<std::uint64_t, std::uint64_t, std::string>;  // time, serial, host
  using Open = std::map<Key, AuditEvent>;

  void control(Bytes type, std::uint64_t timeNs, std::uint64_t serial, Bytes host);
  void close(Open::iterator event);
  void closeOld(std::uint64_t nowNs);

  SensorEvents& out_;
  Open open_;
  std::size_t openBytes_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> stoppedNs_;  // by host: when auditd ended
};

}  // namespace exectrail::trace
