// Builds the records of synthetic.h. Every field is filled, and argv differs from exec to exec.
#include "bench/synthetic.h"

namespace exectrail::bench {
namespace {

using trace::EvidenceClass;

constexpr trace::ImageId kShell{812, 1, 1'000'000'000};

const trace::Context& userContext() {
  static const trace::Context kContext = [] {
    trace::Context context;
    context.credentials = {{1000, 1000, 1000, 1000}, EvidenceClass::kProcfs};
    context.login = {{1000, 3}, EvidenceClass::kProcfs};
    context.session = {{700, 0x8800}, EvidenceClass::kProcfs};
    context.privileges = {{0, 0, 0, 0x1ffffffffff, 0, false, trace::SeccompMode::kNone},
                          EvidenceClass::kProcfs};
    context.namespaces = {{1, 2, 3, 4, 5, 6, 7}, EvidenceClass::kKernel};
    context.cgroup = {"/user.slice/user-1000.slice/session-3.scope", EvidenceClass::kKernel};
    context.containerId = {"", EvidenceClass::kInferred};
    context.environment = {{"PATH=/usr/local/bin:/usr/bin:/bin"}, EvidenceClass::kImage};
    return context;
  }();
  return kContext;
}

trace::Image image(trace::ImageId id, const char* executable, const std::string& count) {
  trace::Image image;
  image.id = id;
  image.startEvidence = {EvidenceClass::kKernel};
  image.creator = {{kShell, trace::CreatorEdge::kFork}, EvidenceClass::kKernel};
  image.executable = {executable, EvidenceClass::kProcfs};
  image.file = {{254, 0, 131'072, 0100755, 0, 0, 1'763'432, 1, 1'700'000'000'000'000'000},
                EvidenceClass::kProcfs};
  image.arguments = {{"ld", "-plugin", "--eh-frame-hdr", "-m", "elf_x86_64", "-o", count},
                     EvidenceClass::kProcfs};
  image.workingDirectory = {"/usr/src/project/build", EvidenceClass::kProcfs};
  image.comm = {"ld", EvidenceClass::kKernel};
  image.context = &userContext();
  return image;
}

}  // namespace

void MemorySink::write(const std::byte* data, std::size_t size) {
  const char* chars = reinterpret_cast<const char*>(data);
  bytes_.insert(bytes_.end(), chars, chars + size);
}

trace::Header header() {
  trace::Header header;
  header.writer = "bench";
  header.host.name = "bench";
  header.capture.sources = {trace::Source::kTracefs};
  return header;
}

void forEachRecord(const Workload& workload,
                   const std::function<void(const trace::Record&)>& take) {
  for (std::uint32_t i = 0; i < workload.execs; ++i) {
    const std::uint64_t timeNs = 2'000'000'000 + std::uint64_t{i} * 1'000'000;
    const trace::ImageId child{1000 + i, 0, timeNs};
    const trace::ImageId executed{child.tgid, 1, child.startNs};
    const std::string count = std::to_string(i);

    trace::Record record;
    record.timeNs = timeNs;
    record.cpu = static_cast<std::uint16_t>(i % 2);
    record.body = trace::Fork{kShell, child, "sh"};
    take(record);
    record.timeNs += 200'000;
    record.body = trace::Exec{image(executed, workload.executable, count),
                              {workload.executable, EvidenceClass::kKernel},
                              {"", EvidenceClass::kKernel},
                              executed.tgid};
    take(record);
    record.timeNs += 600'000;
    record.body = trace::Exit{executed, {0, EvidenceClass::kKernel}};
    take(record);
  }
}

void writeExecs(trace::Writer& writer, const Workload& workload) {
  std::uint32_t execs = 0;
  forEachRecord(workload, [&](const trace::Record& record) {
    writer.add(record);
    const bool last = std::holds_alternative<trace::Exit>(record.body);
    if (last && ++execs % workload.perBatch == 0) writer.flush();
  });
}

std::vector<char> traceOf(const Workload& workload) {
  MemorySink sink;
  trace::Writer writer(sink, header());
  writeExecs(writer, workload);
  writer.finish({});
  return sink.bytes();
}

}  // namespace exectrail::bench
