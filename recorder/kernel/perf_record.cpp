#include "recorder/kernel/perf_record.h"

#include <linux/perf_event.h>

#include <algorithm>
#include <cstring>

namespace exectrail::recorder {
namespace {

constexpr std::size_t kHeaderBytes = sizeof(perf_event_header);
constexpr std::size_t kAlignment = 8;  // of records, and so of the fields of 8 bytes

// TID, TIME and CPU at the end of every record but samples.
constexpr std::size_t kStampBytes = 24;

// Takes one field after the other. Once there are too few bytes it gives zeros and is no longer
// ok().
class Fields {
 public:
  explicit Fields(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename T>
  T take() {
    T value{};
    const auto field = takeBytes(sizeof value);
    if (!field.empty()) std::memcpy(&value, field.data(), sizeof value);
    return value;
  }

  std::int32_t takeTid() { return take<std::int32_t>(); }

  std::span<const std::byte> takeBytes(std::uint64_t count) {
    if (count > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const auto taken = bytes_.first(static_cast<std::size_t>(count));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }

  // The rest, up to its first NUL.
  std::string_view takeText() {
    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
    bytes_ = {};
    return text.substr(0, text.find('\0'));
  }

  bool ok() const { return ok_; }

 private:
  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

PerfStamp takeStamp(Fields& fields) {
  PerfStamp stamp;
  stamp.tgid = fields.takeTid();
  stamp.tid = fields.takeTid();
  stamp.timeNs = fields.take<std::uint64_t>();
  fields.take<std::uint64_t>();  // CPU and 4 bytes of nothing: the ring is the CPU's
  return stamp;
}

PerfExecSample takeSample(Fields& fields, bool hasCgroup) {
  PerfExecSample sample;
  sample.raw = fields.takeBytes(fields.take<std::uint32_t>());
  const auto abi = fields.take<std::uint64_t>();
  sample.is32Bit = abi == PERF_SAMPLE_REGS_ABI_32;
  // Without registers there is no copy of the stack either: its size is 0.
  if (abi != PERF_SAMPLE_REGS_ABI_NONE) sample.stackPointer = fields.take<std::uint64_t>();
  const auto reserved = fields.take<std::uint64_t>();
  if (reserved != 0) {
    sample.stack = fields.takeBytes(reserved);
    const auto copied = fields.take<std::uint64_t>();
    sample.stack = sample.stack.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(copied, sample.stack.size())));
    sample.hasStack = abi != PERF_SAMPLE_REGS_ABI_NONE;
  }
  if (hasCgroup) sample.cgroupId = fields.take<std::uint64_t>();
  return sample;
}

PerfComm takeComm(Fields& fields, std::uint16_t misc) {
  PerfComm comm;
  comm.tgid = fields.takeTid();
  comm.tid = fields.takeTid();
  comm.comm = fields.takeText();
  comm.byExec = (misc & PERF_RECORD_MISC_COMM_EXEC) != 0;
  return comm;
}

PerfMapping takeMapping(Fields& fields) {
  PerfMapping mapping;
  mapping.tgid = fields.takeTid();
  mapping.tid = fields.takeTid();
  mapping.address = fields.take<std::uint64_t>();
  mapping.lengthBytes = fields.take<std::uint64_t>();
  fields.take<std::uint64_t>();  // offset in the file
  mapping.deviceMajor = fields.take<std::uint32_t>();
  mapping.deviceMinor = fields.take<std::uint32_t>();
  mapping.inode = fields.take<std::uint64_t>();
  mapping.generation = fields.take<std::uint64_t>();
  fields.take<std::uint64_t>();  // protection and flags
  mapping.path = fields.takeText();
  return mapping;
}

PerfFork takeFork(Fields& fields) {
  PerfFork fork;
  fork.tgid = fields.takeTid();
  fields.takeTid();  // process of the creator
  fork.tid = fields.takeTid();
  fork.creatorTid = fields.takeTid();
  return fork;
}

PerfNamespaces takeNamespaces(Fields& fields) {
  PerfNamespaces namespaces;
  namespaces.tgid = fields.takeTid();
  namespaces.tid = fields.takeTid();
  const auto count = fields.take<std::uint64_t>();
  for (std::uint64_t index = 0; index < count && fields.ok(); ++index) {
    fields.take<std::uint64_t>();  // device: nsfs
    const auto inode = fields.take<std::uint64_t>();
    switch (index) {
      case NET_NS_INDEX:
        namespaces.net = inode;
        break;
      case UTS_NS_INDEX:
        namespaces.uts = inode;
        break;
      case IPC_NS_INDEX:
        namespaces.ipc = inode;
        break;
      case PID_NS_INDEX:
        namespaces.pid = inode;
        break;
      case USER_NS_INDEX:
        namespaces.user = inode;
        break;
      case MNT_NS_INDEX:
        namespaces.mount = inode;
        break;
      case CGROUP_NS_INDEX:
        namespaces.cgroup = inode;
        break;
      default:
        break;  // younger than this
    }
  }
  return namespaces;
}

std::optional<PerfBody> takeBody(const PerfBytes& bytes, Fields& fields) {
  switch (bytes.type) {
    case PERF_RECORD_COMM:
      return takeComm(fields, bytes.misc);
    case PERF_RECORD_MMAP2:
      return takeMapping(fields);
    case PERF_RECORD_FORK:
      return takeFork(fields);
    case PERF_RECORD_EXIT: {
      const PerfFork layout = takeFork(fields);
      return PerfExit{layout.tgid, layout.tid};
    }
    case PERF_RECORD_NAMESPACES:
      return takeNamespaces(fields);
    case PERF_RECORD_CGROUP: {
      const auto id = fields.take<std::uint64_t>();
      return PerfCgroup{id, fields.takeText()};
    }
    case PERF_RECORD_LOST:
      fields.take<std::uint64_t>();  // of which event
      return PerfLost{fields.take<std::uint64_t>()};
    case PERF_RECORD_LOST_SAMPLES:
      return PerfLost{fields.take<std::uint64_t>()};
    case PERF_RECORD_THROTTLE:
      return PerfThrottle{true};
    case PERF_RECORD_UNTHROTTLE:
      return PerfThrottle{false};
    default:
      return std::nullopt;
  }
}

}  // namespace

PerfRingReader::PerfRingReader(std::span<const std::byte> data, std::uint64_t tail,
                               std::uint64_t head, std::vector<std::byte>& wrapped)
    : data_(data), at_(tail), head_(head), wrapped_(wrapped) {
  damaged_ = head - tail > data.size() || tail % kAlignment != 0;
}

bool PerfRingReader::next(PerfBytes& record) {
  const std::uint64_t left = head_ - at_;
  if (damaged_ || left == 0) return false;
  // The header does not wrap: it is as small as the alignment.
  const auto offset = static_cast<std::size_t>(at_ & (data_.size() - 1));
  perf_event_header header{};
  damaged_ = left < kHeaderBytes;
  if (damaged_) return false;
  std::memcpy(&header, data_.data() + offset, kHeaderBytes);
  const std::size_t size = header.size;
  damaged_ = size < kHeaderBytes || size > left || size % kAlignment != 0;
  if (damaged_) return false;
  record.type = header.type;
  record.misc = header.misc;
  const std::size_t toEnd = data_.size() - offset;
  if (size <= toEnd) {
    record.body = data_.subspan(offset + kHeaderBytes, size - kHeaderBytes);
  } else {
    wrapped_.resize(size);
    std::memcpy(wrapped_.data(), data_.data() + offset, toEnd);
    std::memcpy(wrapped_.data() + toEnd, data_.data(), size - toEnd);
    record.body = std::span<const std::byte>(wrapped_).subspan(kHeaderBytes);
  }
  at_ += size;
  return true;
}

std::optional<PerfRecord> decodePerfRecord(const PerfBytes& bytes, const PerfFeatures& features) {
  if (bytes.type == PERF_RECORD_SAMPLE) {
    Fields fields(bytes.body);
    PerfRecord record;
    record.stamp = takeStamp(fields);
    record.body = takeSample(fields, features.cgroup);
    return fields.ok() ? std::optional(record) : std::nullopt;
  }
  if (bytes.body.size() < kStampBytes) return std::nullopt;
  Fields stamp(bytes.body.last(kStampBytes));
  Fields fields(bytes.body.first(bytes.body.size() - kStampBytes));
  const auto body = takeBody(bytes, fields);
  if (!body || !fields.ok()) return std::nullopt;
  return PerfRecord{takeStamp(stamp), *body};
}

}  // namespace exectrail::recorder
