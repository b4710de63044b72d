// What `exectrail top` shows: the latest executions and alerts, counts, and what its keys do. Knows
// nothing of a terminal; every text of a trace is made fit for one on its way in.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/engine/alert.h"
#include "trace/metadata.h"
#include "trace/record.h"

namespace exectrail::analyzer {

enum class Tint { kPlain, kHead, kFaint, kWarning, kMedium, kHigh, kCritical };

struct ScreenLine {
  std::string text;  // printable UTF-8; may be longer than a line
  Tint tint = Tint::kPlain;
};

class Screen {
 public:
  void record(const trace::Record& record, const trace::Header& header);
  void alert(const Alert& alert, const trace::Header& header);
  // About the watching itself; the last one is shown.
  void note(const std::string& text);
  // There is nothing more to come.
  void ended() { ended_ = true; }

  // What was typed. False: the user wants to leave.
  bool keys(std::string_view typed);

  // As many lines as there is room for. `realtimeNs` is now.
  std::vector<ScreenLine> lines(std::size_t rows, std::int64_t realtimeNs) const;

 private:
  struct Row {
    std::uint64_t number = 0;
    ScreenLine line;
  };
  using Rows = std::deque<Row>;

  void add(Rows& rows, std::string text, Tint tint);
  void show(const Rows& rows, const std::string& title, std::size_t room,
            std::vector<ScreenLine>& lines) const;
  bool shows(const Row& row) const;
  void count(std::uint64_t timeNs);
  double rate() const;
  void typeFilter(char key);

  Rows execs_;
  Rows alerts_;
  std::uint64_t added_ = 0;     // rows, of both kinds
  std::uint64_t pausedAt_ = 0;  // the last one that is shown; 0: not paused
  std::uint64_t execCount_ = 0;
  std::uint64_t attemptCount_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t lost_ = 0;
  std::array<std::uint64_t, kSeverityNames.size()> bySeverity_{};
  std::string host_;
  std::int64_t newestNs_ = 0;  // CLOCK_REALTIME of the latest record
  std::string note_;
  bool ended_ = false;
  // Executions in each of the last seconds of the trace.
  static constexpr std::size_t kSeconds = 10;
  std::array<std::uint64_t, kSeconds> seconds_{};
  std::uint64_t second_ = 0;  // the latest one
  std::uint64_t first_ = 0;   // and the one in which this began
  enum class Part { kBoth, kAlerts, kExecs };
  Part part_ = Part::kBoth;
  std::string filter_;
  bool typing_ = false;
};

}  // namespace exectrail::analyzer
