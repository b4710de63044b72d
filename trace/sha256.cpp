#include "trace/sha256.h"

#include <sodium.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#include <cstring>
#endif

namespace exectrail::trace {

Sha256 portableSha256(std::string_view bytes) {
  Sha256 digest;
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
  return digest;
}

#if defined(__x86_64__)
namespace {

constexpr std::size_t kBlock = 64;

// FIPS 180-4, 4.2.2.
alignas(16) constexpr std::array<std::uint32_t, 64> kRoundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

bool hasInstructions() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (b & bit_SHA) == 0) return false;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_1) != 0;
}

// The words of the state as the instructions want them, the first of the name highest.
struct State {
  __m128i abef;
  __m128i cdgh;
};

__attribute__((target("sha,sse4.1"))) void addBlock(State& state, const char* at) {
  const __m128i bigEndian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i words[4];  // the last sixteen
  for (std::size_t i = 0; i < 4; ++i) {
    words[i] =
        _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16 * i)), bigEndian);
  }
  State now = state;
  for (std::size_t i = 0; i < 16; ++i) {
    __m128i& four = words[i % 4];
    if (i >= 4) {
      const __m128i last = words[(i + 3) % 4];
      const __m128i seventh = _mm_alignr_epi8(last, words[(i + 2) % 4], 4);
      const __m128i begun = _mm_add_epi32(_mm_sha256msg1_epu32(four, words[(i + 1) % 4]), seventh);
      four = _mm_sha256msg2_epu32(begun, last);
    }
    const __m128i constants =
        _mm_load_si128(reinterpret_cast<const __m128i*>(&kRoundConstants[4 * i]));
    __m128i added = _mm_add_epi32(four, constants);
    for (int half = 0; half < 2; ++half) {
      const __m128i next = _mm_sha256rnds2_epu32(now.cdgh, now.abef, added);
      now = {next, now.abef};
      added = _mm_shuffle_epi32(added, 0x0e);
    }
  }
  state = {_mm_add_epi32(state.abef, now.abef), _mm_add_epi32(state.cdgh, now.cdgh)};
}

Sha256 quickSha256(std::string_view bytes) {
  State state = {_mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f,
                               static_cast<int>(0x9b05688c)),
                 _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19)};
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (; bytes.size() >= kBlock; bytes.remove_prefix(kBlock)) addBlock(state, bytes.data());
  // A one, zeros, and the size in bits at the end of a block.
  std::array<char, 2 * kBlock> rest{};
  if (!bytes.empty()) std::memcpy(rest.data(), bytes.data(), bytes.size());
  rest[bytes.size()] = static_cast<char>(0x80);
  const std::size_t end = bytes.size() + 9 <= kBlock ? kBlock : 2 * kBlock;
  for (std::size_t i = 0; i < 8; ++i) rest[end - 1 - i] = static_cast<char>(bits >> (8 * i));
  for (std::size_t at = 0; at < end; at += kBlock) addBlock(state, &rest[at]);
  std::array<std::uint32_t, 4> high;  // F E B A
  std::array<std::uint32_t, 4> low;   // H G D C
  std::memcpy(high.data(), &state.abef, sizeof high);
  std::memcpy(low.data(), &state.cdgh, sizeof low);
  const std::array<std::uint32_t, 8> words = {high[3], high[2], low[3], low[2],
                                              high[1], high[0], low[1], low[0]};
  Sha256 digest;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(words[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  static const bool quick = hasInstructions();
  return quick ? quickSha256(bytes) : portableSha256(bytes);
}
#else
Sha256 sha256(std::string_view bytes) { return portableSha256(bytes); }
#endif

}  // namespace exectrail::trace
