#include "trace/container/chain.h"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace exectrail::trace {
namespace {

constexpr std::string_view kDomain = "exectrail trace chain";

class Blake2b {
 public:
  Blake2b() {
    // Chooses the fastest implementation for this CPU, once.
    static const int ready = sodium_init();
    if (ready < 0) throw std::runtime_error("libsodium cannot be used");
    crypto_generichash_init(&state_, nullptr, 0, std::tuple_size_v<Digest256>);
  }

  void add(const void* data, std::size_t size) {
    crypto_generichash_update(&state_, static_cast<const unsigned char*>(data), size);
  }

  Digest256 finish() {
    Digest256 out;
    crypto_generichash_final(&state_, out.data(), out.size());
    return out;
  }

 private:
  crypto_generichash_state state_{};
};

int valueOf(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

Chain::Chain(const Preamble& preamble) {
  Blake2b hash;
  hash.add(kDomain.data(), kDomain.size());
  hash.add(preamble.data(), preamble.size());
  head_ = hash.finish();
}

void Chain::add(const FrameCore& core, ByteSpan content) {
  Blake2b hash;
  hash.add(head_.data(), head_.size());
  const CoreBytes bytes = encodeCore(core);
  hash.add(bytes.data(), bytes.size());
  hash.add(content.data(), content.size());
  head_ = hash.finish();
}

std::string toHex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xf];
  }
  return out;
}

bool fromHex(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != 2 * out.size()) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = valueOf(text[2 * i]);
    const int low = valueOf(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

}  // namespace exectrail::trace
