#include "recorder/proc/snapshot.h"

#include <dirent.h>

#include <memory>
#include <string>
#include <utility>

#include "recorder/proc/proc_files.h"

namespace exectrail::recorder {
namespace {

std::vector<std::int32_t> numericEntries(const std::string& directory) {
  std::vector<std::int32_t> numbers;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
  if (!stream) return numbers;
  while (const dirent* entry = ::readdir(stream.get())) {
    if (const auto number = parseNumber(entry->d_name)) {
      numbers.push_back(static_cast<std::int32_t>(*number));
    }
  }
  return numbers;
}

void add(HostSnapshot& snapshot, std::int32_t pid, ProcessReader& reader) {
  SnapshotProcess process;
  process.tgid = static_cast<std::uint32_t>(pid);
  process.reading = reader.read(pid);
  if (!process.reading.startBoottimeNs.known()) return;  // it has gone
  process.tids = numericEntries("/proc/" + std::to_string(pid) + "/task");
  snapshot.emplace(process.tgid, std::move(process));
}

}  // namespace

HostSnapshot snapshotHost(const std::vector<std::string>& environmentNames) {
  HostSnapshot snapshot;
  ProcessReader reader(environmentNames);
  for (const std::int32_t pid : numericEntries("/proc")) add(snapshot, pid, reader);
  return snapshot;
}

HostSnapshot snapshotAncestors(std::int32_t pid, const std::vector<std::string>& environmentNames) {
  HostSnapshot snapshot;
  ProcessReader reader(environmentNames);
  while (pid > 0 && !snapshot.contains(static_cast<std::uint32_t>(pid))) {
    add(snapshot, pid, reader);
    const auto found = snapshot.find(static_cast<std::uint32_t>(pid));
    if (found == snapshot.end()) break;
    pid = static_cast<std::int32_t>(found->second.reading.parentPid.value);
  }
  return snapshot;
}

void reconcile(HostSnapshot& snapshot, const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (const auto* fork = std::get_if<ForkEvent>(&event.body)) {
      // Created while we were reading: the event knows exact start and real creator.
      const auto found = snapshot.find(static_cast<std::uint32_t>(fork->childTid));
      if (found != snapshot.end() && event.timeNs <= found->second.reading.endNs) {
        snapshot.erase(found);
      }
    } else if (const auto* exec = std::get_if<ExecEvent>(&event.body)) {
      const auto found = snapshot.find(static_cast<std::uint32_t>(exec->tgid));
      if (found != snapshot.end() && event.timeNs <= found->second.reading.endNs) {
        found->second.imageReplaced = true;
      }
    }
  }
}

}  // namespace exectrail::recorder
