// Makes the fixtures of tests/data/kernel/*/perf: records of a real perf ring, as hexadecimal text.
// Only those of COMMAND and what it starts are kept, and nothing of the ring's earlier content.
//
//   sudo build/dev/bin/capture_perf_ring STACK_BYTES COMMAND… >tests/data/kernel/…/perf/NAME.hex
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <vector>

#include "recorder/kernel/event_formats.h"
#include "recorder/proc/proc_files.h"
#include "recorder/sources/perf_cpu.h"

namespace exectrail::recorder {
namespace {

constexpr int kCpu = 0;
constexpr const char* kFormat = "/sys/kernel/tracing/events/sched/sched_process_exec/format";

[[noreturn]] void fail(const char* what, int error) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(error));
  std::exit(1);
}

std::set<std::int32_t> tids;  // of COMMAND and its descendants

struct IsOurs {
  bool operator()(const PerfFork& fork) const {
    if (tids.contains(fork.creatorTid)) tids.insert(fork.tid);
    return tids.contains(fork.tid);
  }
  bool operator()(const PerfExecSample&) const { return tids.contains(stamp.tid); }
  bool operator()(const PerfCgroup&) const { return tids.contains(stamp.tid); }
  bool operator()(const PerfLost&) const { return true; }
  bool operator()(const PerfThrottle&) const { return true; }
  template <typename OfATask>
  bool operator()(const OfATask& record) const {
    return tids.contains(record.tid);
  }
  PerfStamp stamp;
};

void print(const PerfBytes& bytes, const PerfRecord& record) {
  std::vector<std::byte> body(bytes.body.begin(), bytes.body.end());
  if (const auto* sample = std::get_if<PerfExecSample>(&record.body)) {
    // The kernel reserves room for the whole stack, and leaves what it does not fill as it was.
    const auto begin = static_cast<std::size_t>(sample->stack.data() - bytes.body.data());
    std::uint64_t reserved = 0;
    std::memcpy(&reserved, body.data() + begin - sizeof reserved, sizeof reserved);
    std::fill(body.begin() + static_cast<std::ptrdiff_t>(begin + sample->stack.size()),
              body.begin() + static_cast<std::ptrdiff_t>(begin + reserved), std::byte{0});
  }
  const std::uint16_t size = static_cast<std::uint16_t>(body.size() + 8);
  std::vector<std::byte> all(8);
  std::memcpy(all.data(), &bytes.type, 4);
  std::memcpy(all.data() + 4, &bytes.misc, 2);
  std::memcpy(all.data() + 6, &size, 2);
  all.insert(all.end(), body.begin(), body.end());
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::printf("%02x%s", std::to_integer<unsigned>(all[i]),
                i + 1 == all.size() || i % 32 == 31 ? "\n" : "");
  }
}

int capture(std::uint32_t stackBytes, char** command) {
  EventFormats formats;
  formats.add("sched", readFileAt(AT_FDCWD, kFormat, 65536).bytes);
  const auto id = formats.id("sched", "sched_process_exec");
  if (!id) fail(kFormat, ENOENT);
  PerfExecSettings settings;
  settings.tracepointId = static_cast<std::uint64_t>(*id);
  settings.stackBytes = stackBytes;
  PerfFeatures features;
  if (const int error = findPerfFeatures(kCpu, settings, features); error != 0) {
    fail("perf_event_open", error);
  }
  PerfCpu cpu;
  const char* what = "";
  if (const int error = cpu.start(kCpu, settings, features, 4 << 20, what); error != 0) {
    fail(what, error);
  }
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(kCpu, &one);
  if (::sched_setaffinity(0, sizeof one, &one) != 0) fail("sched_setaffinity", errno);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execvp(command[0], command);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  cpu.stop();
  tids.insert(child);
  PerfRingReader reader(cpu.ring.data(), cpu.ring.tail(), cpu.ring.head(), cpu.state.wrapped);
  PerfBytes bytes;
  while (reader.next(bytes)) {
    const auto record = decodePerfRecord(bytes, features);
    if (record && std::visit(IsOurs{record->stamp}, record->body)) print(bytes, *record);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace
}  // namespace exectrail::recorder

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s STACK_BYTES COMMAND…\n", argv[0]);
    return 2;
  }
  return exectrail::recorder::capture(static_cast<std::uint32_t>(std::atoi(argv[1])), argv + 2);
}
