#include "trace/container/keys.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "trace/container/chain.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_descriptor.h"

namespace exectrail::trace {
namespace {

// A key file is one line: this and the key in hexadecimal digits. The secret one holds the seed.
constexpr std::string_view kSecretMark = "exectrail-secret-key-1 ";
constexpr std::string_view kPublicMark = "exectrail-public-key-1 ";
constexpr std::string_view kSealDomain = "exectrail trace seal";

static_assert(sizeof(PublicKey) == crypto_sign_PUBLICKEYBYTES);
static_assert(sizeof(Signature) == crypto_sign_BYTES);
using Seed = std::array<std::uint8_t, crypto_sign_SEEDBYTES>;

void prepareSodium() {
  if (sodium_init() < 0) throw EnvironmentError("libsodium cannot be used on this system");
}

using SealMessage = std::array<std::uint8_t, kSealDomain.size() + sizeof(Digest256) + 8>;

SealMessage sealMessage(const Digest256& head, std::uint64_t sequence) {
  SealMessage message{};
  auto at = std::copy(kSealDomain.begin(), kSealDomain.end(), message.begin());
  at = std::copy(head.begin(), head.end(), at);
  for (int i = 0; i < 8; ++i) *at++ = static_cast<std::uint8_t>(sequence >> (8 * i));
  return message;
}

// Reads the one line of a key file into `key`.
void readKeyFile(const std::string& path, std::string_view mark, const char* kind, bool secret,
                 std::span<std::uint8_t> key) {
  const std::string name = quoteForTerminal(path);
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd.valid()) throwErrno(errno, "cannot read the key " + name);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throwErrno(errno, "cannot read the key " + name);
  std::array<char, 256> text{};
  const ssize_t size = ::read(fd.get(), text.data(), text.size());
  if (size < 0) throwErrno(errno, "cannot read the key " + name);
  std::string_view line(text.data(), static_cast<std::size_t>(size));
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  const bool good = line.starts_with(mark) && fromHex(line.substr(mark.size()), key);
  const bool otherHalf = line.starts_with(secret ? kPublicMark : kSecretMark);
  sodium_memzero(text.data(), text.size());
  if (otherHalf) {
    throw EnvironmentError(name + (secret
                                       ? " is the public half of a key; what signs is the secret "
                                         "one, the file without .pub"
                                       : " is the secret half of a key; what checks is the "
                                         "public one, the file with .pub"));
  }
  if (!good) {
    throw EnvironmentError(name + " is not a " + kind +
                           " key; make a pair with: exectrail trace keygen -o KEY");
  }
  if (secret && S_ISREG(status.st_mode) && (status.st_mode & 077) != 0) {
    sodium_memzero(key.data(), key.size());
    throw EnvironmentError("the secret key " + name + " may be read by others; chmod 600 " + name);
  }
}

void writeKeyFile(const std::string& path, mode_t mode, std::string_view text) {
  const std::string name = quoteForTerminal(path);
  const FileDescriptor fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!fd.valid()) {
    if (errno == EEXIST) throw EnvironmentError(name + " exists; name another file");
    throwErrno(errno, "cannot write the key " + name);
  }
  const ssize_t written = ::write(fd.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size()) || ::fsync(fd.get()) != 0) {
    const int errorNumber = written < 0 ? errno : ENOSPC;
    ::unlink(path.c_str());
    throwErrno(errorNumber, "cannot write the key " + name);
  }
}

}  // namespace

struct SigningKey::Secret {
  Secret() { sodium_mlock(key.data(), key.size()); }
  ~Secret() { sodium_munlock(key.data(), key.size()); }  // wipes it, too
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> key{};
  PublicKey publicKey{};
};

SigningKey::SigningKey(const std::string& path) {
  prepareSodium();
  secret_ = std::make_unique<Secret>();
  Seed seed{};
  readKeyFile(path, kSecretMark, "secret", true, seed);
  crypto_sign_seed_keypair(secret_->publicKey.data(), secret_->key.data(), seed.data());
  sodium_memzero(seed.data(), seed.size());
}

SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

const PublicKey& SigningKey::publicKey() const { return secret_->publicKey; }

std::array<std::byte, kSealSize> SigningKey::seal(const Digest256& head,
                                                  std::uint64_t sequence) const {
  const SealMessage message = sealMessage(head, sequence);
  Signature signature{};
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                       secret_->key.data());
  std::array<std::byte, kSealSize> content{};
  std::memcpy(content.data(), secret_->publicKey.data(), sizeof(PublicKey));
  std::memcpy(content.data() + sizeof(PublicKey), signature.data(), signature.size());
  return content;
}

std::optional<Seal> checkSeal(ByteSpan content, const Digest256& head, std::uint64_t sequence) {
  prepareSodium();
  if (content.size() != kSealSize) return std::nullopt;
  Seal seal;
  Signature signature{};
  std::memcpy(seal.publicKey.data(), content.data(), sizeof(PublicKey));
  std::memcpy(signature.data(), content.data() + sizeof(PublicKey), signature.size());
  const SealMessage message = sealMessage(head, sequence);
  seal.valid = crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                           seal.publicKey.data()) == 0;
  return seal;
}

PublicKey makeKeyFiles(const std::string& path) {
  prepareSodium();
  Seed seed{};
  PublicKey publicKey{};
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secretKey{};
  randombytes_buf(seed.data(), seed.size());
  crypto_sign_seed_keypair(publicKey.data(), secretKey.data(), seed.data());
  std::string text = std::string(kSecretMark) + toHex(seed) + "\n";
  sodium_memzero(seed.data(), seed.size());
  sodium_memzero(secretKey.data(), secretKey.size());
  try {
    // The public half first: if it cannot be written there is no secret that nobody knows.
    writeKeyFile(path + ".pub", 0644, std::string(kPublicMark) + toHex(publicKey) + "\n");
    try {
      writeKeyFile(path, 0600, text);
    } catch (const EnvironmentError&) {
      ::unlink((path + ".pub").c_str());
      throw;
    }
  } catch (const EnvironmentError&) {
    sodium_memzero(text.data(), text.size());
    throw;
  }
  sodium_memzero(text.data(), text.size());
  return publicKey;
}

PublicKey readPublicKey(const std::string& path) {
  PublicKey key{};
  readKeyFile(path, kPublicMark, "public", false, key);
  return key;
}

}  // namespace exectrail::trace
