// Byte strings of the records, each kept once: what the process tree remembers, and what was found
// out about a text (does a pattern match it?), is there for all that have the same text.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "analyzer/engine/counted.h"
#include "analyzer/engine/interned.h"
#include "trace/evidence.h"

namespace exectrail::analyzer {

// Stands in front of its bytes.
struct Text {
  std::uint64_t hash = 0;
  std::uint64_t id = 0;  // never given twice: what is remembered by it cannot be about another
  std::uint32_t uses = 0;
  std::uint32_t size = 0;
  std::uint32_t hits = 0;  // of argument_tests.h: what may be true of it; 0: not asked
  bool placed = false;     // by Memory

  trace::Bytes bytes() const { return {reinterpret_cast<const char*>(this + 1), size}; }

  // Texts come and go in great numbers: one that goes leaves its place to one of about its size. Of
  // places there are not many, so that not much is kept for sizes that do not come again; the
  // other texts are the allocator's.
  class Memory {
   public:
    Memory() = default;
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    // What stands in front of the bytes is to be filled in.
    Text* make(trace::Bytes bytes);
    void free(Text* text);

   private:
    static constexpr std::size_t kStep = 16;
    static constexpr std::size_t kSizes = 16;
    static constexpr std::size_t kBlock = 32'768;
    static constexpr std::size_t kMostBlocks = 128;

    struct Place {
      Place* next;
    };
    void* place(std::size_t whole);  // null: there is none

    std::array<Place*, kSizes> free_{};
    std::vector<std::unique_ptr<std::byte[]>> blocks_;
    std::size_t left_ = 0;  // of the last block
  };
};

inline void unused(Text* /*text*/) {}  // the next sweep takes it

using TextRef = Counted<Text>;

std::uint64_t hashOf(trace::Bytes bytes);

class Texts {
 public:
  Text* intern(trace::Bytes bytes);

  std::size_t size() const { return texts_.size(); }

 private:
  static constexpr std::size_t kLeastLimit = 4096;

  Text* kept(trace::Bytes bytes);

  Interned<Text> texts_{kLeastLimit};
  std::uint64_t lastId_ = 0;

  // By where the bytes were that asked for it: a batch has each text at one place, so that most of
  // them need no hash. It is a guess, the bytes are compared.
  struct Guess {
    const char* data = nullptr;
    Text* text = nullptr;
  };
  std::array<Guess, 1024> guesses_{};
};

}  // namespace exectrail::analyzer
