// Structs and lists of a Cap'n Proto message where they lie, without its readers: for the few parts
// of a batch that are read millions of times. Knows what this project writes, which is one segment
// without far pointers, and bounds whatever it follows; all else is left to Cap'n Proto.
// https://capnproto.org/encoding.html
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "trace/batch.h"

namespace exectrail::trace {

static_assert(std::endian::native == std::endian::little, "as Cap'n Proto stores numbers");

inline constexpr std::size_t kWord = 8;  // bytes

template <typename T>
T loadRaw(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

struct RawStruct {
  const std::byte* data = nullptr;
  std::uint32_t dataWords = 0;
  std::uint32_t pointers = 0;

  const std::byte* pointer(std::uint32_t number) const {
    return data + (dataWords + number) * kWord;
  }
};

struct RawList {
  const std::byte* elements = nullptr;
  std::uint32_t count = 0;
};

struct RawStructList {
  RawStruct first;  // the others follow, each `stride` bytes after the one before
  std::uint32_t count = 0;
  std::size_t stride = 0;
};

class RawMessage {
 public:
  enum class ElementSize : std::uint32_t { kByte = 2, kFourBytes = 4, kPointer = 6 };

  // Nothing if the message has more segments than one, or claims more than there is.
  static std::optional<RawMessage> open(const std::byte* message, std::size_t size) {
    if (size < 2 * kWord || loadRaw<std::uint32_t>(message) != 0) return std::nullopt;
    const std::size_t words = loadRaw<std::uint32_t>(message + 4);
    if (words == 0 || words > size / kWord - 1) return std::nullopt;
    return RawMessage(message + kWord, words);
  }

  // What a pointer leads to; nothing if it is null, leads out of bounds, or is of another kind.
  // `at` must lie in the message.
  std::optional<RawStruct> structAt(const std::byte* at) {
    const auto pointer = loadRaw<std::uint64_t>(at);
    if ((pointer & 3) != 0 || pointer == 0) return std::nullopt;
    const RawStruct found{target(at, pointer), static_cast<std::uint16_t>(pointer >> 32),
                          static_cast<std::uint16_t>(pointer >> 48)};
    if (!holds(found.data, found.dataWords + found.pointers)) return std::nullopt;
    return found;
  }

  std::optional<RawList> listAt(const std::byte* at, ElementSize size) {
    const auto pointer = loadRaw<std::uint64_t>(at);
    if (pointer == 0) return RawList{};
    if ((pointer & 3) != 1 || (pointer >> 32 & 7) != static_cast<std::uint32_t>(size)) {
      return std::nullopt;
    }
    const RawList found{target(at, pointer), static_cast<std::uint32_t>(pointer >> 35)};
    const std::size_t bytes = size == ElementSize::kByte      ? 1
                              : size == ElementSize::kPointer ? 8
                                                              : 4;
    if (!holds(found.elements, (found.count * bytes + kWord - 1) / kWord)) return std::nullopt;
    return found;
  }

  std::optional<RawStructList> structsAt(const std::byte* at) {
    const auto pointer = loadRaw<std::uint64_t>(at);
    if (pointer == 0) return RawStructList{};
    if ((pointer & 3) != 1 || (pointer >> 32 & 7) != 7) return std::nullopt;
    const std::byte* tagAt = target(at, pointer);
    const std::size_t words = pointer >> 35;
    if (!holds(tagAt, words + 1)) return std::nullopt;
    const auto tag = loadRaw<std::uint64_t>(tagAt);
    RawStructList found{{tagAt + kWord, static_cast<std::uint16_t>(tag >> 32),
                         static_cast<std::uint16_t>(tag >> 48)},
                        static_cast<std::uint32_t>(tag) >> 2,
                        0};
    const std::size_t wordsEach = found.first.dataWords + found.first.pointers;
    if ((tag & 3) != 0 || wordsEach == 0 || found.count > words / wordsEach) return std::nullopt;
    found.stride = wordsEach * kWord;
    return found;
  }

  const std::byte* root() const { return begin_; }

 private:
  RawMessage(const std::byte* begin, std::size_t words)
      : begin_(begin), words_(words), toRead_(words * 4 + 1024) {}

  // Behind the pointer, by so many words as its 30 bits above the kind say; may be out of bounds.
  static const std::byte* target(const std::byte* at, std::uint64_t pointer) {
    const auto words = static_cast<std::int32_t>(static_cast<std::uint32_t>(pointer)) >> 2;
    const auto from = reinterpret_cast<std::uintptr_t>(at);
    const auto bytes = (std::intptr_t{words} + 1) * static_cast<std::intptr_t>(kWord);
    return reinterpret_cast<const std::byte*>(from + static_cast<std::uintptr_t>(bytes));
  }

  // Counts what is followed, as Cap'n Proto does: many pointers may lead to one large list.
  bool holds(const std::byte* begin, std::size_t words) {
    const auto offset = reinterpret_cast<std::uintptr_t>(begin) -  // wraps if it is before
                        reinterpret_cast<std::uintptr_t>(begin_);
    if (offset > words_ * kWord || words > words_ - offset / kWord) return false;
    if (words > toRead_) throw BadMessage("it leads to the same parts again and again");
    toRead_ -= words;
    return true;
  }

  const std::byte* begin_;
  std::size_t words_;
  std::size_t toRead_;  // words that may still be followed
};

}  // namespace exectrail::trace
