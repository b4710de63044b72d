#include "trace/identity.h"

#include <sodium.h>

#include <array>

namespace exectrail::trace {
namespace {

constexpr std::size_t kIdBytes = 16;

}  // namespace

IdentityLayout::IdentityLayout(std::string_view tag) {
  constexpr std::size_t kMostly = 128;  // bytes
  bytes_.reserve(kMostly);
  bytes_.append(tag).push_back('\0');
}

template <typename Number>
void IdentityLayout::add(Number value) {
  std::array<char, sizeof(Number)> bytes{};
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    bytes[i] = static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
  bytes_.append(bytes.data(), bytes.size());
}

IdentityLayout& IdentityLayout::number(std::uint32_t value) {
  add(value);
  return *this;
}

IdentityLayout& IdentityLayout::text(std::string_view value) {
  add(static_cast<std::uint32_t>(value.size()));
  bytes_ += value;
  return *this;
}

IdentityLayout& IdentityLayout::image(const Uuid& bootId, const ImageId& id) {
  bytes_.append(reinterpret_cast<const char*>(bootId.data()), bootId.size());
  add(id.tgid);
  add(id.startNs);
  add(id.execNumber);
  return *this;
}

std::string IdentityLayout::hash() const {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(bytes_.data()),
                     bytes_.size());
  // What is no secret need not take the same time whatever it is, as sodium_bin2hex() does.
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex(2 * kIdBytes, '0');
  for (std::size_t i = 0; i < kIdBytes; ++i) {
    hex[2 * i] = kDigits[digest[i] >> 4];
    hex[2 * i + 1] = kDigits[digest[i] & 15];
  }
  return hex;
}

std::string entityId(const Uuid& bootId, const ImageId& image) {
  return IdentityLayout("exectrail image 1").image(bootId, image).hash();
}

}  // namespace exectrail::trace
