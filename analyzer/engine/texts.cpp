#define XXH_INLINE_ALL  // most texts are short: a call would cost more than the hash
#include "analyzer/engine/texts.h"

#include <xxhash.h>

#include <cstdlib>
#include <limits>
#include <new>

namespace exectrail::analyzer {

void Text::destroy(Text* text) {
  text->~Text();
  std::free(text);
}

std::uint64_t hashOf(trace::Bytes bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

Text* Texts::intern(trace::Bytes bytes) {
  // No batch holds a text of that size; a caller's own could.
  bytes = bytes.substr(0, std::numeric_limits<std::uint32_t>::max());
  const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
  Guess& guess = guesses_[(address * 0x9e3779b97f4a7c15U) >> 54];
  if (guess.data != bytes.data() || guess.text == nullptr || guess.text->bytes() != bytes) {
    Text* text = kept(bytes);  // may make all guesses void
    guess = {bytes.data(), text};
  }
  return guess.text;
}

Text* Texts::kept(trace::Bytes bytes) {
  const std::uint64_t hash = hashOf(bytes);
  Text* text = texts_.find(hash, [bytes](const Text& other) { return other.bytes() == bytes; });
  if (text != nullptr) return text;
  void* memory = std::malloc(sizeof(Text) + bytes.size());
  if (memory == nullptr) throw std::bad_alloc();
  text = new (memory) Text{hash, ++lastId_, 0, static_cast<std::uint32_t>(bytes.size())};
  if (!bytes.empty()) std::memcpy(text + 1, bytes.data(), bytes.size());
  if (texts_.insert(text)) guesses_ = {};
  return text;
}

}  // namespace exectrail::analyzer
