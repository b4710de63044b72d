// Byte strings of the records, each kept once: what the process tree remembers, and what was found
// out about a text (does a pattern match it?), is there for all that have the same text.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

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

  trace::Bytes bytes() const { return {reinterpret_cast<const char*>(this + 1), size}; }
  static void destroy(Text* text);
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
