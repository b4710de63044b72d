#define XXH_INLINE_ALL  // most texts are short: a call would cost more than the hash
#include "analyzer/engine/texts.h"

#include <xxhash.h>

#include <cstdlib>
#include <limits>
#include <new>

namespace exectrail::analyzer {

Text* Text::Memory::make(trace::Bytes bytes) {
  const std::size_t whole = sizeof(Text) + bytes.size();
  const std::size_t which = (whole - 1) / kStep;
  void* memory = nullptr;
  if (which >= kSizes) {
    memory = std::malloc(whole);
    if (memory == nullptr) throw std::bad_alloc();
  } else if (free_[which] != nullptr) {
    memory = free_[which];
    free_[which] = free_[which]->next;
  } else {
    const std::size_t rounded = (which + 1) * kStep;
    if (left_ < rounded) {
      blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(kBlock));
      left_ = kBlock;
    }
    memory = blocks_.back().get() + (kBlock - left_);
    left_ -= rounded;
  }
  Text* text = new (memory) Text;
  text->size = static_cast<std::uint32_t>(bytes.size());
  if (!bytes.empty()) std::memcpy(text + 1, bytes.data(), bytes.size());
  return text;
}

void Text::Memory::free(Text* text) {
  const std::size_t which = (sizeof(Text) + text->size - 1) / kStep;
  text->~Text();
  if (which >= kSizes) return std::free(text);
  free_[which] = new (text) Place{free_[which]};
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
  text = texts_.memory().make(bytes);
  text->hash = hash;
  text->id = ++lastId_;
  if (texts_.insert(text)) guesses_ = {};
  return text;
}

}  // namespace exectrail::analyzer
