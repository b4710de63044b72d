// Ed25519 keys that sign traces: making them, their files, and what a seal in a trace says.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "trace/container/frame.h"

namespace exectrail::trace {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

// The content of a seal: who says so, and the signature over what the chain was before this frame.
inline constexpr std::size_t kSealSize = sizeof(PublicKey) + sizeof(Signature);

// Holds the secret in memory that is neither swapped nor dumped, and wipes it.
class SigningKey {
 public:
  // From a file made by makeKeyFiles(). Throws EnvironmentError if it cannot be read, is not such a
  // file, or if others than its owner may read it.
  explicit SigningKey(const std::string& path);
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;

  const PublicKey& publicKey() const;

  // The content of a seal frame with this number, in a trace whose chain has this head before it.
  std::array<std::byte, kSealSize> seal(const Digest256& head, std::uint64_t sequence) const;

 private:
  struct Secret;
  std::unique_ptr<Secret> secret_;
};

struct Seal {
  PublicKey publicKey{};
  bool valid = false;  // the signature is that key's, over this head and number
};

// Nothing if `content` is not a seal.
std::optional<Seal> checkSeal(ByteSpan content, const Digest256& head, std::uint64_t sequence);

// Writes a new secret key to `path` (mode 0600) and its public half to `path`.pub; neither may
// exist. Returns the public key. Throws EnvironmentError.
PublicKey makeKeyFiles(const std::string& path);

// From a file, `path`.pub of makeKeyFiles(). Throws EnvironmentError.
PublicKey readPublicKey(const std::string& path);

}  // namespace exectrail::trace
