#include "analyzer/engine/identity.h"

#include <sodium.h>

#include <array>
#include <type_traits>

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kIdBytes = 16;

class Layout {
 public:
  void tag(std::string_view text) { bytes_.append(text).push_back('\0'); }

  template <typename Number>
  void number(Number value) {
    static_assert(std::is_unsigned_v<Number>);
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
      bytes_ += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    }
  }

  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
  }

  void image(const trace::Uuid& bootId, const trace::ImageId& id) {
    bytes_.append(bootId.begin(), bootId.end());
    number(id.tgid);
    number(id.startNs);
    number(id.execNumber);
  }

  std::string hash() const {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(bytes_.data()),
                       bytes_.size());
    std::array<char, 2 * kIdBytes + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), digest.data(), kIdBytes);
    return hex.data();
  }

 private:
  std::string bytes_;
};

}  // namespace

std::string entityId(const trace::Uuid& bootId, const trace::ImageId& image) {
  Layout layout;
  layout.tag("exectrail image 1");
  layout.image(bootId, image);
  return layout.hash();
}

std::string alertId(const trace::Uuid& bootId, const trace::ImageId& image,
                    std::uint32_t attemptNumber, std::string_view recipe, std::string_view version,
                    std::string_view further) {
  Layout layout;
  layout.tag("exectrail alert 1");
  layout.image(bootId, image);
  layout.number(attemptNumber);
  layout.text(recipe);
  layout.text(version);
  if (!further.empty()) layout.text(further);
  return layout.hash();
}

}  // namespace exectrail::analyzer
