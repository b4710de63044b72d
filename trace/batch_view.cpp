// One Cap'n Proto Batch message -> records. The message may be hostile: every index is checked, and
// every pointer, here or by Cap'n Proto.
#include <capnp/any.h>

#include <optional>
#include <utility>

#include "trace/batch.h"
#include "trace/message.h"
#include "trace/raw_image.h"
#include "trace/record_decoder.h"
#include "trace/schema.capnp.h"

namespace exectrail::trace {
namespace {

// Words that an element of these lists takes at least, however old its writer: the C++ value is
// larger.
constexpr std::size_t kWordsOfRecord = 7;
constexpr std::size_t kWordsOfFile = 10;
constexpr std::size_t kWordsOfContext = 18;

constexpr std::size_t kAhead = 8;  // records

// Pointers of a Batch.
constexpr std::uint32_t kStrings = 0;
constexpr std::uint32_t kRecords = 1;
constexpr std::uint32_t kPointersOfBatch = 4;

// The data of a record as it lies in the message. Offsets: `capnp compile -ocapnp schema.capnp`;
// they never change.
struct RawRecord {
  std::uint64_t timeNs;
  std::uint16_t cpu;
  std::uint16_t origin;
  std::uint32_t tgid;
  std::uint32_t execNumber;
  std::uint16_t kind;
  std::uint16_t unused;
  std::uint64_t startNs;
};

// What follows it, of a fork and of an exit.
struct RawFork {
  std::uint32_t childTgid;
  std::uint32_t childExecNumber;
  std::uint64_t childStartNs;
  std::uint32_t childComm;
  std::uint32_t unused;
};
struct RawExit {
  std::uint16_t evidence;
  std::uint16_t unused[7];
  std::uint32_t status;
  std::uint32_t unused2;
};
static_assert(sizeof(RawRecord) + sizeof(RawFork) == kWordsOfRecord * kWord);
static_assert(sizeof(RawFork) == sizeof(RawExit));

}  // namespace

struct BatchView::State {
  State(const std::byte* at, std::size_t bytes, bool fresh, ReadTables& all)
      : message(at), size(bytes), raw(RawMessage::open(at, bytes)), tables(all) {
    if (!findRecords()) findRecordsSlowly();
    if (fresh) {
      tables.clear();
    } else if (tables.strings.empty()) {
      throw BadMessage("it continues tables that are not there");
    }
    const std::size_t before = tables.strings.size();
    if (!takeStrings()) {
      tables.strings.resize(before);
      for (const auto string : slow().batch.getStrings()) {
        tables.strings.emplace_back(reinterpret_cast<const char*>(string.begin()), string.size());
      }
    }
    if (onlyStrings) return;
    const PartDecoder decoder(tables);
    const auto files = slow().batch.getFiles();
    requireWords(files.size(), kWordsOfFile, words(), "files");
    for (const auto file : files) decoder.file(file, tables.files.add());
    const auto contexts = slow().batch.getContexts();
    requireWords(contexts.size(), kWordsOfContext, words(), "contexts");
    for (const auto context : contexts) decoder.context(context, tables.contexts.add());
  }

  // False: they have to be found by Cap'n Proto.
  bool findRecords() {
    if (!raw) return false;
    const auto batch = raw->structAt(raw->root());
    if (!batch || batch->pointers < kPointersOfBatch) return false;
    const auto found = raw->structsAt(batch->pointer(kRecords));
    if (!found) return false;
    setRecords(found->count, found->first.data, found->first.dataWords * kWord,
               found->first.pointers);
    stringsAt = batch->pointer(kStrings);
    onlyStrings = true;
    for (std::uint32_t other = kRecords + 1; other < kPointersOfBatch; ++other) {
      onlyStrings = onlyStrings && loadRaw<std::uint64_t>(batch->pointer(other)) == 0;
    }
    return true;
  }

  void findRecordsSlowly() {
    const auto& list = slow().records;
    if (list.size() == 0) return;
    const capnp::AnyStruct::Reader first(list[0]);
    const auto data = first.getDataSection();
    setRecords(list.size(), reinterpret_cast<const std::byte*>(data.begin()), data.size(),
               first.getPointerSection().size());
  }

  // Elements of a list of structs lie one after the other. Each has at least the size it has in
  // this version, as fields are only ever added.
  void setRecords(std::size_t number, const std::byte* at, std::size_t bytes,
                  std::size_t pointers) {
    if (number != 0 && (bytes < kWordsOfRecord * kWord || pointers == 0)) {
      throw BadMessage("records of " + std::to_string(bytes) + " bytes and " +
                       std::to_string(pointers) + " pointers");
    }
    count = number;
    records = at;
    dataSize = bytes;
    stride = bytes + pointers * kWord;
  }

  bool takeStrings() {
    if (stringsAt == nullptr) return false;
    const auto strings = raw->listAt(stringsAt, RawMessage::ElementSize::kPointer);
    if (!strings) return false;
    for (std::uint32_t i = 0; i < strings->count; ++i) {
      const auto bytes = raw->listAt(strings->elements + i * kWord, RawMessage::ElementSize::kByte);
      if (!bytes) return false;
      tables.strings.emplace_back(reinterpret_cast<const char*>(bytes->elements), bytes->count);
    }
    return true;
  }

  void decode(std::size_t index, Record& out);

  std::size_t words() const { return size / kWord; }

  struct Slow {
    Slow(const std::byte* message, std::size_t size)
        : reader(asWords(message, size), readerOptions(size)),
          batch(reader.getRoot<schema::Batch>()),
          records(batch.getRecords()) {}

    capnp::FlatArrayMessageReader reader;
    schema::Batch::Reader batch;
    // Found once: every further look at a pointer would count against the traversal limit.
    capnp::List<schema::Record>::Reader records;
  };

  // Cap'n Proto's view of the message, for what is rare.
  Slow& slow() {
    if (!slow_) slow_.emplace(message, size);
    return *slow_;
  }

  const std::byte* message;
  std::size_t size;
  std::optional<RawMessage> raw;
  const std::byte* stringsAt = nullptr;
  bool onlyStrings = false;  // neither files nor contexts
  std::size_t count = 0;
  const std::byte* records = nullptr;
  std::size_t dataSize = 0;
  std::size_t stride = 0;
  ReadTables& tables;
  std::optional<Slow> slow_;
};

void BatchView::State::decode(std::size_t index, Record& out) {
  const std::byte* at = records + index * stride;
  const auto in = loadRaw<RawRecord>(at);
  const PartDecoder decoder(tables);
  __builtin_prefetch(at + kAhead * stride);  // beside what it leads to, the caches lose sight of it
  // Cap'n Proto stores a field as its difference from the default, which is 0 here.
  out.timeNs = in.timeNs;
  out.cpu = in.cpu;
  out.origin = in.origin;
  const auto setImage = [&in](ImageId& image) {
    image.tgid = in.tgid;
    image.execNumber = in.execNumber;
    image.startNs = in.startNs;
  };
  switch (in.kind) {
    case schema::Record::FORK: {
      const auto body = loadRaw<RawFork>(at + sizeof in);
      auto& fork = bodyAs<Fork>(out, tables.spareArguments);
      setImage(fork.creator);
      fork.child.tgid = body.childTgid;
      fork.child.execNumber = body.childExecNumber;
      fork.child.startNs = body.childStartNs;
      fork.childComm = decoder.bytes(body.childComm);
      return;
    }
    case schema::Record::EXEC: {
      if (!raw) break;
      auto& exec = bodyAs<Exec>(out, tables.spareArguments);
      const RawResult result = decodeRawExec(*raw, at + dataSize, decoder, exec);
      if (result == RawResult::kOther) break;
      setImage(exec.image.id);
      if (result == RawResult::kHasNotes) {
        PartDecoder::notes(slow().records[static_cast<unsigned>(index)].getExec(), exec);
      }
      return;
    }
    case schema::Record::EXIT: {
      if (loadRaw<std::uint64_t>(at + dataSize) != 0) break;  // notes
      const auto body = loadRaw<RawExit>(at + sizeof in);
      auto& exit = bodyAs<Exit>(out, tables.spareArguments);
      setImage(exit.image);
      exit.status.value = body.status;
      exit.status.evidence.evidenceClass =
          classFrom(static_cast<schema::EvidenceClass>(body.evidence));
      exit.status.evidence.errorNumber = 0;
      exit.status.evidence.afterGap = false;
      exit.status.evidence.originalLength = 0;
      return;
    }
    default:
      break;
  }
  decodeBody(slow().records[static_cast<unsigned>(index)], decoder, words(), tables.spareArguments,
             out);
}

BatchView::BatchView() = default;
BatchView::~BatchView() = default;
BatchView::BatchView(BatchView&&) noexcept = default;
BatchView& BatchView::operator=(BatchView&&) noexcept = default;

BatchView BatchView::open(const std::byte* message, std::size_t size, bool fresh,
                          ReadTables& tables) {
  BatchView view;
  guarded([&] { view.state_ = std::make_unique<State>(message, size, fresh, tables); });
  return view;
}

std::size_t BatchView::size() const { return state_ ? state_->count : 0; }

void BatchView::decode(std::size_t index, Record& record) const {
  guarded([&] { state_->decode(index, record); });
}

}  // namespace exectrail::trace
