#include "trace/identity.h"

#include <sodium.h>

#include <array>

namespace exectrail::trace {
namespace {

constexpr std::size_t kIdBytes = 16;

}  // namespace

IdentityLayout::IdentityLayout(std::string_view tag) { bytes_.append(tag).push_back('\0'); }

template <typename Number>
void IdentityLayout::add(Number value) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    bytes_ += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
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
  bytes_.append(bootId.begin(), bootId.end());
  add(id.tgid);
  add(id.startNs);
  add(id.execNumber);
  return *this;
}

std::string IdentityLayout::hash() const {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(bytes_.data()),
                     bytes_.size());
  std::array<char, 2 * kIdBytes + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), kIdBytes);
  return hex.data();
}

std::string entityId(const Uuid& bootId, const ImageId& image) {
  return IdentityLayout("exectrail image 1").image(bootId, image).hash();
}

}  // namespace exectrail::trace
