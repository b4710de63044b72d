#include "trace/writer.h"

#include <exception>

#include "trace/container/frame_writer.h"
#include "trace/metadata_codec.h"

namespace exectrail::trace {
namespace {

// A batch is sealed at this size even if nobody asks: it bounds the memory of writer and readers.
constexpr std::size_t kSealBytes = std::size_t{256} << 10;

Header withKey(Header header, const SigningKey* key) {
  header.signingKey.reset();
  if (key != nullptr) header.signingKey = key->publicKey();
  return header;
}

}  // namespace

Writer::Writer(ByteSink& sink, const Header& header, const WriterSettings& settings)
    : sink_(sink),
      frames_(std::make_unique<FrameWriter>(sink, settings.compressionLevel, settings.key)),
      mostRunBytes_(settings.runBytes),
      policy_(settings.syncEveryNs) {
  frames_->write(FrameKind::kHeader, 0, encodeHeader(withKey(header, settings.key)));
  frames_->seal();
}

Writer::~Writer() = default;

void Writer::add(const Record& record) {
  batch_.add(record);
  if (batch_.approximateBytes() >= kSealBytes) flush();
}

void Writer::flush() {
  writePending();
  if (batch_.empty()) return;
  pendingRecords_ = batch_.records();
  pendingFresh_ = batch_.fresh();
  pending_ = batch_.seal();
  writePending();
}

void Writer::addBatch(ByteSpan content, std::uint64_t records, bool fresh) {
  writePending();
  try {
    writeBatch(content, fresh);
  } catch (const DiskFull&) {
    pending_.assign(content.begin(), content.end());
    pendingRecords_ = records;
    pendingFresh_ = fresh;
    throw;
  }
}

void Writer::writeBatch(ByteSpan content, bool fresh) {
  const std::uint64_t frame = frames_->sequence();
  frames_->write(FrameKind::kBatch, fresh ? kFresh : std::uint8_t{0}, content);
  index_.add(content, frame, fresh);
}

void Writer::writePending() {
  if (pending_.empty()) return;
  writeBatch(pending_, pendingFresh_);
  runBytes_ = (pendingFresh_ ? 0 : runBytes_) + pending_.size();
  pending_.clear();
  pendingRecords_ = 0;
  if (runBytes_ >= mostRunBytes_) batch_.startRun();
}

void Writer::tick(std::uint64_t nowNs) {
  if (!policy_.due(frames_->bytesWritten(), nowNs)) return;
  frames_->seal();
  sink_.sync();
  policy_.synced(frames_->bytesWritten());
}

// Reading goes without it as well.
void Writer::writeIndex() {
  const auto index = index_.finish();
  if (!index) return;
  try {
    frames_->write(FrameKind::kIndex, 0, encodeIndex(*index));
  } catch (const DiskFull&) {  // the end has room of its own
  }
}

void Writer::finish(const End& end) {
  End account = end;
  std::exception_ptr failure;
  try {
    flush();
  } catch (const DiskFull&) {
    failure = std::current_exception();
    account.reason = EndReason::kDiskFull;
    account.unwrittenRecords += pendingRecords_ + batch_.records();
  }
  if (!failure) writeIndex();
  sink_.closing();
  frames_->write(FrameKind::kEnd, 0, encodeEnd(account));
  frames_->seal();
  sink_.sync();
  policy_.synced(frames_->bytesWritten());
  if (failure) std::rethrow_exception(failure);
}

const Digest256& Writer::head() const { return frames_->head(); }

std::uint64_t Writer::bytesWritten() const { return frames_->bytesWritten(); }

}  // namespace exectrail::trace
