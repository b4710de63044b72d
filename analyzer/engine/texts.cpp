#define XXH_INLINE_ALL  // most texts are short: a call would cost more than the hash
#include "analyzer/engine/texts.h"

#include <xxhash.h>

#include <cstdlib>
#include <limits>
#include <new>

namespace exectrail::analyzer {

void* Text::Memory::place(std::size_t whole) {
  const std::size_t which = (whole - 1) / kStep;
  if (which >= kSizes) return nullptr;
  if (Place* first = free_[which]; first != nullptr) {
    free_[which] = first->next;
    return first;
  }
  const std::size_t rounded = (which + 1) * kStep;
  if (left_ < rounded) {
    if (blocks_.size() >= kMostBlocks) return nullptr;
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(kBlock));
    left_ = kBlock;
  }
  left_ -= rounded;
  return blocks_.back().get() + (kBlock - left_ - rounded);
}

Text* Text::Memory::make(trace::Bytes bytes) {
  const std::size_t whole = sizeof(Text) + bytes.size();
  void* own = place(whole);
  void* memory = own != nullptr ? own : std::malloc(whole);
  if (memory == nullptr) throw std::bad_alloc();
  Text* text = new (memory) Text;
  text->size = static_cast<std::uint32_t>(bytes.size());
  text->placed = own != nullptr;
  if (!bytes.empty()) std::memcpy(text + 1, bytes.data(), bytes.size());
  return text;
}

void Text::Memory::free(Text* text) {
  const std::size_t which = (sizeof(Text) + text->size - 1) / kStep;
  const bool own = text->placed;
  text->~Text();
  if (!own) return std::free(text);
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
