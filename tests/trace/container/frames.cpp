#include "tests/trace/container/frames.h"

namespace exectrail::test {
namespace {

template <typename Bytes>
std::string text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string preamble() { return text(trace::encodePreamble()); }

std::string storedFrame(const trace::FrameCore& core, trace::Codec codec, const std::string& stored,
                        const trace::Digest256& chain) {
  trace::FrameHead head;
  head.core = core;
  head.codec = static_cast<std::uint8_t>(codec);
  head.storedSize = static_cast<std::uint32_t>(stored.size());
  head.storedDigest = trace::digest(bytesOf(stored));
  head.chain = chain;
  std::vector<std::byte> out;
  trace::encodeFrame(head, bytesOf(stored), out);
  return text(out);
}

std::string frame(trace::FrameKind kind, std::uint64_t sequence, const std::string& content,
                  std::uint8_t flags) {
  return storedFrame({static_cast<std::uint8_t>(kind), flags,
                      static_cast<std::uint32_t>(content.size()), sequence},
                     trace::Codec::kNone, content);
}

std::string packed(trace::FrameKind kind, std::uint64_t sequence, const std::string& content) {
  std::string out = text(trace::encodeCore({static_cast<std::uint8_t>(kind), trace::kFresh,
                                            static_cast<std::uint32_t>(content.size()), sequence}));
  out += content;
  out.resize(trace::paddedSize(out.size()));
  return out;
}

std::string compressed(const std::string& content) {
  std::vector<std::byte> out;
  trace::Compressor(3).compress(bytesOf(content), trace::Effort::kSmall, out);
  return text(out);
}

ReadFrames readFrames(const std::string& bytes, trace::FrameReader::Checks checks,
                      trace::Ahead ahead) {
  ReadFrames result;
  trace::FrameReader reader(trace::readBytes(bytesOf(bytes)), "t.trail", checks, ahead);
  trace::Frame taken;
  while ((result.status = reader.next(taken)) == trace::FrameStatus::kFrame) {
    result.contents.push_back(text(taken.content));
  }
  result.problem = reader.problem();
  result.offset = reader.offset();
  result.head = reader.head();
  result.sequence = reader.sequence();
  result.lastKind = reader.lastKind();
  result.ended = reader.ended();
  return result;
}

}  // namespace exectrail::test
