// A fixture for tests of the assembler: events in, one line per record out.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "recorder/assembly/assembler.h"
#include "recorder/proc/entry_reader.h"
#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {

inline constexpr std::uint64_t kThread = 0x00010000;  // CLONE_THREAD

inline std::string id(const trace::ImageId& image) {
  return std::to_string(image.tgid) + "." + std::to_string(image.execNumber) + "@" +
         std::to_string(image.startNs);
}

template <typename T>
std::string shown(const trace::Field<T>& field) {
  return field.known() ? std::string(field.value) : "?";
}

struct Line {
  std::string operator()(std::monostate) const { return "?"; }
  std::string operator()(const trace::Snapshot& r) const {
    return "snapshot " + id(r.image.id) + " " + shown(r.image.executable);
  }
  std::string operator()(const trace::Fork& r) const {
    return "fork " + id(r.creator) + " -> " + id(r.child);
  }
  std::string operator()(const trace::Exec& r) const {
    return "exec " + id(r.image.id) + " " + shown(r.typedPath) + " = " + shown(r.image.executable) +
           " by " + (r.image.creator.known() ? id(r.image.creator.value.id) : "?");
  }
  std::string operator()(const trace::Attempt& r) const {
    return "attempt " + id(r.caller) + " #" + std::to_string(r.number) + " errno " +
           std::to_string(r.errorNumber) + " " + shown(r.typedPath);
  }
  std::string operator()(const trace::Exit& r) const {
    return "exit " + id(r.image) +
           (r.status.known() ? " status " + std::to_string(r.status.value) : "");
  }
  std::string operator()(const trace::Mapping& r) const {
    return "mapping " + id(r.image) + " " + shown(r.path) +
           (r.role == trace::MappingRole::kLoaderTarget ? " loader target" : "");
  }
  std::string operator()(const trace::AttemptTally& r) const {
    return "tally " + id(r.caller) + " errno " + std::to_string(r.errorNumber) + " " +
           std::to_string(r.count);
  }
  std::string operator()(const trace::MountTable& r) const {
    return "mounts " + std::to_string(r.mounts.size());
  }
  std::string operator()(const trace::Heartbeat&) const { return "alive"; }
  std::string operator()(const trace::FileHash& r) const { return "hash " + id(r.image); }
  std::string operator()(const trace::Gap& r) const {
    return "gap of " + std::to_string(r.lostEvents);
  }
};

inline std::shared_ptr<const ProcessReading> reading(const std::string& executable,
                                                     std::uint64_t startNs = 0,
                                                     std::uint64_t endNs = 0) {
  auto made = std::make_shared<ProcessReading>();
  made->executable = {executable, trace::EvidenceClass::kProcfs};
  made->endNs = endNs;
  if (startNs != 0) made->startBoottimeNs = {startNs, trace::EvidenceClass::kProcfs};
  return made;
}

class AssemblerTest : public testing::Test {
 protected:
  void useSubtreeOf(std::int32_t root) {
    settings_.scope = trace::Scope::kSubtree;
    make();
    assembler_->setRoot(root);
  }

  void make() {
    lines_.clear();
    assembler_ = std::make_unique<Assembler>(
        settings_,
        [this](const trace::Record& record) {
          lines_.push_back(std::visit(Line{}, record.body));
          if (const auto* exec = std::get_if<trace::Exec>(&record.body)) visitExec_(*exec);
        },
        merge_);
  }

  // All other events in the tests come from tracefs.
  void receiveFromPerf(std::vector<EventBody> bodies) {
    receive(std::move(bodies), trace::Source::kPerf);
  }

  // Gives the events to the assembler in order, each one nanosecond after the other from 100 on.
  void receive(std::vector<EventBody> bodies, trace::Source source = trace::Source::kTracefs) {
    std::vector<Event> events;
    for (EventBody& body : bodies) events.push_back({now_++, 0, std::move(body), source, false});
    merge_.add(std::move(events));
    merge_.releaseAll([this](Event& event) { assembler_->receive(event); });
  }

  void SetUp() override { make(); }

  AssemblerSettings settings_;
  OrderedMerge merge_;
  std::unique_ptr<Assembler> assembler_;
  std::vector<std::string> lines_;
  std::uint64_t now_ = 100;
  // Sees each exec while what it points to is there.
  std::function<void(const trace::Exec&)> visitExec_ = [](const trace::Exec&) {};
};

// Two processes that were there: 1 created 10.
inline HostSnapshot twoProcesses() {
  HostSnapshot snapshot;
  for (const std::uint32_t tgid : {10U, 1U}) {
    SnapshotProcess process;
    process.tgid = tgid;
    process.tids = {static_cast<std::int32_t>(tgid)};
    process.reading.startBoottimeNs = {tgid * 5, trace::EvidenceClass::kProcfs};
    process.reading.parentPid = {tgid == 1 ? 0U : 1U, trace::EvidenceClass::kProcfs};
    process.reading.executable = {"/sbin/p" + std::to_string(tgid), trace::EvidenceClass::kProcfs};
    snapshot.emplace(tgid, std::move(process));
  }
  return snapshot;
}

}  // namespace exectrail::recorder
