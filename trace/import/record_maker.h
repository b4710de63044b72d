// What another sensor said -> records of a trace. Its own words are evidence of class `external`;
// what we conclude from them (which process a pid means, who created it) is `inferred`; what it
// does not say is unknown. Lines that say nothing readable become gaps at their place.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "trace/import/sensor_event.h"
#include "trace/import/sensor_processes.h"
#include "trace/import/time_order.h"
#include "trace/metadata.h"
#include "trace/writer.h"

namespace exectrail::trace {

struct ImportCounts {
  std::uint64_t unreadable = 0;  // lines
  std::uint64_t other = 0;       // events about something else
  std::uint64_t otherHosts = 0;  // events of hosts that were not asked for
  std::map<std::string, std::uint64_t> remarks;
  std::string host;
};

class RecordMaker : public SensorEvents {
 public:
  // `host`: take only its events, and those that name none; empty: that of the first one that does.
  // The header's host name and clock are filled when the first event comes.
  RecordMaker(ByteSink& sink, Header header, std::string host);
  ~RecordMaker() override;

  void event(SensorEvent event) override;
  void time(std::uint64_t timeNs) override;
  void unreadable(std::uint64_t lines, std::uint64_t timeNs) override;
  void other() override { ++counts_.other; }
  void remark(const char* what) override;

  // Closes the trace.
  void finish();

  const ImportCounts& counts() const { return counts_; }
  const End& end() const { return end_; }

 private:
  void begin(const SensorEvent& event);
  void addGap(std::uint64_t fromNs, std::uint64_t toNs, std::uint64_t lost);
  void make(const SensorEvent& event);
  void exec(const SensorEvent& event);
  void attempt(const SensorEvent& event);
  void fork(const SensorEvent& event);
  Field<Creator> creatorOf(const SensorEvent& event);
  void describeCaller(const SensorEvent& event, SensorProcess& process);
  void write(std::uint64_t timeNs, RecordBody body);

  ByteSink& sink_;
  Header header_;
  std::unique_ptr<Writer> writer_;
  TimeOrder order_;
  SensorProcesses processes_;
  ImportCounts counts_;
  End end_;
  std::uint64_t unreadableWaiting_ = 0;
  std::uint64_t readableNs_ = 0;  // time of the last readable line
  std::uint64_t writtenNs_ = 0;
};

}  // namespace exectrail::trace
