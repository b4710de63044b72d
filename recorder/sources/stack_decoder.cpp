#include "recorder/sources/stack_decoder.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <optional>
#include <string_view>
#include <utility>

namespace exectrail::recorder {
namespace {

using trace::Bytes;
using trace::EvidenceClass;
using trace::Field;
using Texts = std::vector<std::string>;

constexpr std::uint64_t kPageBytes = 4096;

// Read of the tables when the dump does not reach their end: 4,096 pointers of a 64-bit image.
constexpr std::uint64_t kTableBytes = std::uint64_t{32} << 10;

constexpr std::uint64_t kMaxCount = 0x7fffffff;  // MAX_ARG_STRINGS of the kernel

// A range of strings, as far as dump or memory hold it.
struct Found {
  Bytes bytes;
  EvidenceClass source = EvidenceClass::kImage;
  bool whole = false;
};

Found part(const MemoryPiece& piece, const MemoryRange& range, EvidenceClass source) {
  const auto held = piece.from(range.address);
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(range.bytes, held.size()));
  return {{reinterpret_cast<const char*>(held.data()), size}, source, size == range.bytes};
}

// Strings that end in NUL; a last one without is kept: it was cut.
void split(Bytes bytes, Texts& texts) {
  while (!bytes.empty()) {
    const auto length = std::min(bytes.find('\0'), bytes.size());
    texts.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(std::min(length + 1, bytes.size()));
  }
}

class Decoding {
 public:
  Decoding(const std::vector<std::string>& names, const StackDump& dump, const StackMemory& memory,
           StackReading& reading)
      : names_(names),
        dump_(dump),
        memory_(memory),
        reading_(reading),
        tables_(readStackTables(dump, memory.pieces)) {}

  std::vector<MemoryRange> run() {
    if (!tables_.argc || *tables_.argc > kMaxCount) {
      nothing(tables_.argc ? EBADMSG : EFAULT);
      return {};
    }
    reading_.argumentShape = {{argc(), 0}, EvidenceClass::kImage};
    const std::uint64_t word = dump_.wordBytes();
    if (!tables_.argvBegin) missing_.push_back({dump_.stackPointer + word, word});
    if (tables_.end == 0) {
      missing_.push_back({dump_.stackPointer + (*tables_.argc + 2) * word, kTableBytes});
    }
    reading_.secure = tables_.secure ? Field<bool>(*tables_.secure, tableSource())
                                     : Field<bool>::unreadable(whyNot());
    reading_.credentials = tables_.credentials
                               ? Field<trace::Credentials>(*tables_.credentials, tableSource())
                               : Field<trace::Credentials>::unreadable(whyNot());
    readArguments();
    readEnvironment();
    readPath();
    join();
    return std::move(missing_);
  }

 private:
  std::uint32_t argc() const { return static_cast<std::uint32_t>(*tables_.argc); }

  std::uint16_t whyNot() const {
    if (contradicted_) return ESTALE;
    return memory_.errorNumber != 0 ? memory_.errorNumber : std::uint16_t{EFAULT};
  }

  EvidenceClass tableSource() const {
    const bool copied = tables_.end - dump_.stackPointer <= dump_.bytes.size();
    return copied ? EvidenceClass::kImage : EvidenceClass::kProcfs;
  }

  void nothing(std::uint16_t why) {
    reading_.argumentShape = Field<trace::ArgumentShape>::unreadable(why);
    reading_.arguments = Field<Texts>::unreadable(why);
    reading_.environment = Field<Texts>::unreadable(why);
    reading_.secure = Field<bool>::unreadable(why);
    reading_.credentials = Field<trace::Credentials>::unreadable(why);
    reading_.typedPath = Field<std::string>::unreadable(why);
  }

  // The most that is held of a range. What is not held is missing.
  Found find(const MemoryRange& range) {
    Found best = part({dump_.stackPointer, dump_.bytes}, range, EvidenceClass::kImage);
    if (best.whole) return best;
    const Bytes copied = best.bytes;
    for (const MemoryPiece& piece : memory_.pieces) {
      const Found read = part(piece, range, EvidenceClass::kProcfs);
      if (read.bytes.size() <= best.bytes.size()) continue;
      if (read.bytes.starts_with(copied)) {
        best = read;
      } else {
        contradicted_ = true;  // what was copied is what the image was started with
      }
    }
    if (!best.whole) missing_.push_back(range);
    return best;
  }

  void readArguments() {
    auto& arguments = reading_.arguments;
    arguments = {{}, EvidenceClass::kImage};
    if (argc() == 0) return;
    const std::uint64_t begin = tables_.argvBegin.value_or(0);
    std::uint64_t end = tables_.envpBegin.value_or(0);  // 0: not known
    if (end == 0) end = tables_.pathAddress;            // of the image that has no environment
    if (begin == 0) {
      arguments = Field<Texts>::unreadable(tables_.argvBegin ? EBADMSG : whyNot());
    } else if (end == 0) {
      readHeadAndTail(begin, 0);
    } else if (end < begin || end - begin < argc()) {
      arguments = Field<Texts>::unreadable(EBADMSG);
    } else if (end - begin > kArgumentHeadBytes + kArgumentTailBytes) {
      readHeadAndTail(begin, end);
    } else {
      readWhole({begin, end - begin});
    }
  }

  void keepHead(const Found& head) {
    split(head.bytes, reading_.arguments.value);
    reading_.arguments.evidence.evidenceClass = head.source;
    const std::size_t kept = reading_.arguments.value.size();
    reading_.argumentShape.value.tail = static_cast<std::uint32_t>(kept);
  }

  void readWhole(const MemoryRange& range) {
    auto& arguments = reading_.arguments;
    const Found found = find(range);
    if (found.bytes.empty()) {
      arguments = Field<Texts>::unreadable(whyNot());
      return;
    }
    keepHead(found);
    if (!found.whole) {
      arguments.evidence.originalLength = range.bytes;
      arguments.evidence.errorNumber = whyNot();
    } else if (arguments.value.size() != argc() || found.bytes.back() != '\0') {
      const bool copied = found.source == EvidenceClass::kImage;
      arguments = Field<Texts>::unreadable(copied ? EBADMSG : ESTALE);
      reading_.argumentShape.value.tail = 0;
    }
  }

  // `end` 0: not known.
  void readHeadAndTail(std::uint64_t begin, std::uint64_t end) {
    auto& arguments = reading_.arguments;
    const Found head = find({begin, kArgumentHeadBytes});
    Found tail;
    if (end != 0) tail = find({end - kArgumentTailBytes, kArgumentTailBytes});
    if (head.bytes.empty()) {
      arguments = Field<Texts>::unreadable(whyNot());
      return;
    }
    keepHead(head);
    if (end == 0 && arguments.value.size() > argc()) {
      // Other strings follow those of argv.
      arguments.value.resize(argc());
      reading_.argumentShape.value.tail = argc();
      return;
    }
    arguments.evidence.originalLength = end != 0 ? end - begin : head.bytes.size() + 1;
    if (!head.whole || !tail.whole) arguments.evidence.errorNumber = whyNot();
    if (!tail.whole) return;
    split(tail.bytes, arguments.value);
    if (tail.source != EvidenceClass::kImage) arguments.evidence.evidenceClass = tail.source;
  }

  void readEnvironment() {
    auto& environment = reading_.environment;
    environment = {{}, EvidenceClass::kImage};
    if (names_.empty()) return;
    const std::uint64_t begin = tables_.envpBegin.value_or(0);
    const std::uint64_t end = tables_.pathAddress;  // 0: not known
    if (!tables_.envpBegin || (end != 0 && begin != 0 && end <= begin)) {
      environment = Field<Texts>::unreadable(tables_.envpBegin ? EBADMSG : whyNot());
      return;
    }
    if (begin == 0) return;
    const std::uint64_t length = end != 0 ? end - begin : kEnvironmentBytes + 1;
    const Found found = find({begin, std::min<std::uint64_t>(length, kEnvironmentBytes)});
    if (found.bytes.empty()) {
      environment = Field<Texts>::unreadable(whyNot());
      return;
    }
    environment.evidence.evidenceClass = found.source;
    if (!found.whole) environment.evidence.errorNumber = whyNot();
    bool cut = found.bytes.size() != length;
    keepWanted(found.bytes, cut);
    if (cut) environment.evidence.originalLength = length;
  }

  void keepWanted(Bytes bytes, bool& cut) {
    while (!bytes.empty()) {
      const auto size = std::min(bytes.find('\0'), bytes.size());
      const Bytes variable = bytes.substr(0, size);
      bytes.remove_prefix(std::min(size + 1, bytes.size()));
      const auto equals = variable.find('=');
      if (equals == Bytes::npos) continue;
      const Bytes name = variable.substr(0, equals);
      if (std::find(names_.begin(), names_.end(), name) == names_.end()) continue;
      cut = cut || size > kVariableBytes;
      reading_.environment.value.emplace_back(variable.substr(0, kVariableBytes));
    }
  }

  void readPath() {
    reading_.typedPath = Field<std::string>::unreadable(whyNot());
    const std::uint64_t address = tables_.pathAddress;
    if (address == 0) return;
    const auto keep = [&](const Found& found) {
      const auto end = found.bytes.find('\0');
      if (reading_.typedPath.known() || end == Bytes::npos) return;
      reading_.typedPath = {std::string(found.bytes.substr(0, end)), found.source};
    };
    keep(part({dump_.stackPointer, dump_.bytes}, {address, PATH_MAX}, EvidenceClass::kImage));
    for (const MemoryPiece& piece : memory_.pieces) {
      keep(part(piece, {address, PATH_MAX}, EvidenceClass::kProcfs));
    }
    // Not worth a read of its own, since the tracepoint says it too. The stack ends with a page.
    if (!reading_.typedPath.known() && !missing_.empty()) {
      missing_.push_back({address, kPageBytes - address % kPageBytes});
    }
  }

  // Into ascending order; ranges that meet become one.
  void join() {
    std::sort(missing_.begin(), missing_.end(),
              [](const MemoryRange& a, const MemoryRange& b) { return a.address < b.address; });
    std::size_t last = 0;
    for (std::size_t i = 1; i < missing_.size(); ++i) {
      const std::uint64_t apart = missing_[i].address - missing_[last].address;
      if (apart <= missing_[last].bytes) {
        missing_[last].bytes = std::max(missing_[last].bytes, apart + missing_[i].bytes);
      } else {
        missing_[++last] = missing_[i];
      }
    }
    if (!missing_.empty()) missing_.resize(last + 1);
  }

  const std::vector<std::string>& names_;
  const StackDump& dump_;
  const StackMemory& memory_;
  StackReading& reading_;
  const StackTables tables_;
  std::vector<MemoryRange> missing_;
  bool contradicted_ = false;
};

}  // namespace

StackDecoder::StackDecoder(std::vector<std::string> environmentNames)
    : environmentNames_(std::move(environmentNames)) {}

std::vector<MemoryRange> StackDecoder::decode(const StackDump& dump, const StackMemory& memory,
                                              StackReading& reading) const {
  return Decoding(environmentNames_, dump, memory, reading).run();
}

}  // namespace exectrail::recorder
