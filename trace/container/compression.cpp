#include "trace/container/compression.h"

#define ZSTD_STATIC_LINKING_ONLY  // for literalCompressionMode, which shared libraries take too
#include <zstd.h>

#include <new>
#include <stdexcept>

namespace exectrail::trace {

struct Compressor::State {
  explicit State(int level) : context(ZSTD_createCCtx()) {
    if (context == nullptr) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0);  // frames have digests of their own
  }
  ~State() { ZSTD_freeCCtx(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ZSTD_CCtx* context;
};

Compressor::Compressor(int level) : state_(std::make_unique<State>(level)) {}
Compressor::~Compressor() = default;

void Compressor::compress(ByteSpan content, Effort effort, std::vector<std::byte>& out) {
  // Should a version of zstd not know one of these, its output is larger or slower to read, not
  // wrong.
  const bool quick = effort == Effort::kQuickToRead;
  ZSTD_CCtx_setParameter(state_->context, ZSTD_c_literalCompressionMode,
                         quick ? ZSTD_ps_disable : ZSTD_ps_auto);
  ZSTD_CCtx_setParameter(state_->context, ZSTD_c_minMatch, quick ? 6 : 0);
  out.resize(ZSTD_compressBound(content.size()));
  const std::size_t size =
      ZSTD_compress2(state_->context, out.data(), out.size(), content.data(), content.size());
  if (ZSTD_isError(size) != 0) {
    throw std::runtime_error(std::string("zstd cannot compress: ") + ZSTD_getErrorName(size));
  }
  out.resize(size);
}

struct Decompressor::State {
  State() : context(ZSTD_createDCtx()) {
    if (context == nullptr) throw std::bad_alloc();
  }
  ~State() { ZSTD_freeDCtx(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ZSTD_DCtx* context;
};

Decompressor::Decompressor() : state_(std::make_unique<State>()) {}
Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;

std::string Decompressor::decompress(ByteSpan stored, std::span<std::byte> out) {
  const unsigned long long claimed = ZSTD_getFrameContentSize(stored.data(), stored.size());
  if (claimed == ZSTD_CONTENTSIZE_ERROR) return "it is not a zstd frame";
  if (claimed == ZSTD_CONTENTSIZE_UNKNOWN) return "its zstd frame does not state its size";
  if (claimed != out.size()) {
    return "its zstd frame claims " + std::to_string(claimed) + " bytes, its head " +
           std::to_string(out.size());
  }
  const std::size_t frame = ZSTD_findFrameCompressedSize(stored.data(), stored.size());
  if (ZSTD_isError(frame) != 0 || frame != stored.size()) {
    return "its zstd frame is cut off, or not alone";
  }
  const std::size_t size =
      ZSTD_decompressDCtx(state_->context, out.data(), out.size(), stored.data(), stored.size());
  if (ZSTD_isError(size) != 0) return std::string("zstd: ") + ZSTD_getErrorName(size);
  if (size != out.size()) return "its zstd frame holds less than it claims";
  return {};
}

}  // namespace exectrail::trace
