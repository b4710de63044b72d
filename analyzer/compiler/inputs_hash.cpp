// SHA-256 over what alerts depend on besides the trace. Layout, integers as 8 bytes little-endian:
//   "exectrail inputs 1" 0x00
//   for each recipe file, sorted by (name, text): size of name, name, size of text, text
// A name is the last component of the path, so that the same files hash alike on every host.
#include <sodium.h>

#include <algorithm>
#include <array>

#include "analyzer/compiler/program.h"
#include "analyzer/paths/path.h"

namespace exectrail::analyzer {
namespace {

class Hash {
 public:
  Hash() { crypto_hash_sha256_init(&state_); }

  void add(std::string_view bytes) {
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size());
  }

  void addSized(std::string_view bytes) {
    std::array<char, 8> size{};
    for (std::size_t i = 0; i < size.size(); ++i) {
      size[i] = static_cast<char>(static_cast<std::uint64_t>(bytes.size()) >> (8 * i));
    }
    add({size.data(), size.size()});
    add(bytes);
  }

  std::string hex() {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256_final(&state_, digest.data());
    std::array<char, 2 * crypto_hash_sha256_BYTES + 1> text{};
    sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
    return text.data();
  }

 private:
  crypto_hash_sha256_state state_{};
};

}  // namespace

std::string inputsSha256(const std::vector<RecipeSource>& sources) {
  std::vector<std::pair<std::string_view, std::string_view>> files;
  files.reserve(sources.size());
  for (const RecipeSource& source : sources) {
    files.emplace_back(lastComponent(source.path), source.text);
  }
  std::ranges::sort(files);
  Hash hash;
  hash.add(std::string_view("exectrail inputs 1\0", 19));
  for (const auto& [fileName, text] : files) {
    hash.addSized(fileName);
    hash.addSized(text);
  }
  return hash.hex();
}

// "exectrail inputs 2" 0x00, the hash so far, name and content of the further input.
std::unique_ptr<const Program> Program::withInput(std::string_view name,
                                                  std::string_view content) const {
  Hash hash;
  hash.add(std::string_view("exectrail inputs 2\0", 19));
  hash.addSized(inputsSha256_);
  hash.addSized(name);
  hash.addSized(content);
  return std::make_unique<const Program>(recipes_, hash.hex(), workloads_);
}

}  // namespace exectrail::analyzer
