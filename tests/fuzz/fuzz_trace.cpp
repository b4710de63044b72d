// Any bytes at all, read as a trace: refused with a message or read to an end with a verdict about
// it, and dumped. Never a crash, never more memory than there are bytes for. Bytes that were
// changed by chance never have the right digests; so they are read a second time with digests,
// sizes, numbers and chain set right, as an attacker would, so that what is inside the frames is
// reached.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "trace/container/chain.h"
#include "trace/container/compression.h"
#include "trace/container/frame.h"
#include "trace/dump.h"
#include "trace/errors.h"
#include "trace/reader.h"

namespace {

using namespace exectrail::trace;
using OwnedBytes = std::vector<std::byte>;

constexpr std::size_t kMaxContent = 1 << 16;

// What a frame says it is, with nothing in it that no frame may have.
FrameCore coreOf(const std::byte* at) {
  std::array<std::byte, kCoreSize> bytes;
  std::copy_n(at, kCoreSize, bytes.begin());
  std::fill(bytes.begin() + 2, bytes.begin() + 4, std::byte{});
  return *decodeCore(bytes);
}

// Of the frames in a pack, numbered from `number` on.
void resealPack(std::span<std::byte> content, std::uint64_t& number, Chain& chain) {
  while (content.size() >= kCoreSize) {
    FrameCore core = coreOf(content.data());
    const std::size_t room = content.size() - kCoreSize;
    core.contentSize = static_cast<std::uint32_t>(std::min<std::size_t>(core.contentSize, room));
    if (paddedSize(core.contentSize) > room)
      core.contentSize = static_cast<std::uint32_t>(room & ~7U);
    core.sequence = number++;
    const CoreBytes bytes = encodeCore(core);
    std::copy(bytes.begin(), bytes.end(), content.begin());
    const std::size_t padded = paddedSize(core.contentSize);
    const auto inner = content.subspan(kCoreSize, padded);
    std::fill(inner.begin() + core.contentSize, inner.end(), std::byte{});
    chain.add(core, inner.first(core.contentSize));
    content = content.subspan(kCoreSize + padded);
  }
}

OwnedBytes resealed(OwnedBytes trace, Decompressor& decompressor) {
  const Preamble preamble = encodePreamble();
  if (trace.size() < kPreambleSize) return trace;
  std::copy(preamble.begin(), preamble.end(), trace.begin());
  Chain chain(preamble);
  std::uint64_t number = 0;
  for (std::size_t at = kPreambleSize; at + kHeadSize <= trace.size();) {
    FrameHead head;
    head.core = coreOf(&trace[at + 8]);
    head.core.sequence = number;
    head.codec = std::to_integer<std::uint8_t>(trace[at + 4]) & 1U;
    for (std::size_t i = 0; i < 4; ++i) {
      head.storedSize |= std::to_integer<std::uint32_t>(trace[at + 24 + i]) << (8 * i);
    }
    const std::size_t room = trace.size() - at - kHeadSize;
    head.storedSize =
        static_cast<std::uint32_t>(std::min<std::size_t>(head.storedSize, room & ~7U));
    const std::span<std::byte> stored(&trace[at] + kHeadSize, head.storedSize);
    OwnedBytes content(stored.begin(), stored.end());
    const bool pack = head.core.is(FrameKind::kPack);
    if (head.codec == 1) {
      content.resize(std::min<std::size_t>(head.core.contentSize, kMaxContent));
      if (!decompressor.decompress(stored, content).empty()) content.clear();
    }
    head.core.contentSize = static_cast<std::uint32_t>(content.size());
    if (pack) {
      resealPack(content, number, chain);
      if (head.codec == 0) std::copy(content.begin(), content.end(), stored.begin());
    } else {
      ++number;
      chain.add(head.core, content);
    }
    head.storedDigest = digest(stored);
    head.chain = chain.head();
    const HeadBytes bytes = encodeHead(head);
    std::copy(bytes.begin(), bytes.end(), trace.begin() + static_cast<std::ptrdiff_t>(at));
    const std::size_t next = at + kHeadSize + paddedSize(head.storedSize);
    const std::size_t padding = std::min(next, trace.size());
    std::fill(trace.begin() + static_cast<std::ptrdiff_t>(at + kHeadSize + head.storedSize),
              trace.begin() + static_cast<std::ptrdiff_t>(padding), std::byte{});
    at = next;
  }
  return trace;
}

std::string read(const OwnedBytes& trace, Ahead ahead) {
  try {
    const auto reader = openTraceBytes({reinterpret_cast<const char*>(trace.data()), trace.size()},
                                       "fuzz", Checks::kDigestsAndChain, ahead);
    std::ostringstream out;
    dumpText(*reader, out);
    const bool whole = reader->state().completeness == Completeness::kComplete;
    if (whole != reader->state().problem.empty() || (whole && !reader->end())) std::abort();
    return out.str() + reader->state().problem;
  } catch (const exectrail::EnvironmentError& error) {
    return error.what();
  }
}

// A second thread changes nothing; it takes its time, so not each input is read with one.
void read(const OwnedBytes& trace) {
  const std::string alone = read(trace, Ahead::kNever);
  if (trace.size() % 8 == 0 && read(trace, Ahead::kAlways) != alone) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Decompressor decompressor;
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const OwnedBytes trace(begin, begin + size);
  read(trace);
  read(resealed(trace, decompressor));
  return 0;
}
