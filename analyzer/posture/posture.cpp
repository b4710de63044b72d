#include "analyzer/posture/posture.h"

#include <algorithm>

namespace exectrail::analyzer {

std::string_view name(ControlState state) {
  switch (state) {
    case ControlState::kUnknown:
      return "unknown";
    case ControlState::kMissing:
      return "missing";
    case ControlState::kSet:
      return "set";
  }
  return "unknown";
}

void PostureWatch::process(const trace::Record& record) {
  if (record.origin != 0) return;  // of another host
  timeNs_ = std::max(timeNs_, record.timeNs);
  if (const auto* snapshot = std::get_if<trace::Snapshot>(&record.body)) learn(snapshot->image);
  const auto* table = std::get_if<trace::MountTable>(&record.body);
  if (table == nullptr) return;
  if (unsettled_ && record.timeNs != tableNs_) settle();
  mounts_.apply(*table, record.timeNs);
  if (first_ == 0) first_ = table->mountNamespace;
  if (table->mountNamespace != hostNamespace()) return;
  tableNs_ = record.timeNs;
  unsettled_ = true;
}

// Process 1 of the host: the recorder runs in the initial pid namespace only.
void PostureWatch::learn(const trace::Image& image) {
  const auto& namespaces = image.context->namespaces;
  if (image.id.tgid != 1 || !namespaces.known() || namespaces.value.mount == 0) return;
  if (init_ == namespaces.value.mount) return;
  init_ = namespaces.value.mount;
  settled_.clear();
  unsettled_ = true;
}

std::vector<JudgedControl> PostureWatch::judge() const {
  std::vector<JudgedControl> judged;
  for (const Control& control : controls()) {
    JudgedControl each;
    each.control = &control;
    if (const MountFacts* mount = hostMount(control.directory)) {
      each.mount = *mount;
      each.state = mount->has(control.option) ? ControlState::kSet : ControlState::kMissing;
    }
    for (const JudgedControl& before : settled_) {
      if (before.control != each.control) continue;
      each.changed =
          before.changed || (before.state != ControlState::kUnknown && before.state != each.state);
    }
    judged.push_back(std::move(each));
  }
  return judged;
}

void PostureWatch::settle() {
  settled_ = judge();
  unsettled_ = false;
}

PostureReport PostureWatch::report() const {
  PostureReport report;
  report.mountNamespace = hostNamespace();
  report.ofInit = init_ != 0;
  report.timeNs = timeNs_;
  report.controls = judge();
  return report;
}

}  // namespace exectrail::analyzer
