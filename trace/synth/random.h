// Random numbers that are the same everywhere for the same seed, which those of <random>'s
// distributions are not. splitmix64, public domain by Sebastiano Vigna.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace exectrail::trace {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t value = (state_ += 0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
  }

  // 0 … bound - 1
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }
  bool oneIn(std::uint64_t n) { return below(n) == 0; }

  // Often short, now and then ten times as long.
  std::uint64_t around(std::uint64_t typical) {
    const std::uint64_t value = typical / 4 + below(typical + 1);
    return oneIn(20) ? value * 10 : value;
  }

  template <typename T>
  const T& pick(std::span<const T> from) {
    return from[static_cast<std::size_t>(below(from.size()))];
  }
  template <typename T, std::size_t kSize>
  const T& pick(const T (&from)[kSize]) {
    return from[static_cast<std::size_t>(below(kSize))];
  }

  std::string letters(std::size_t count, const char* alphabet, std::size_t size) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += alphabet[static_cast<std::size_t>(below(size))];
    return out;
  }
  std::string hex(std::size_t count) { return letters(count, "0123456789abcdef", 16); }
  std::string name(std::size_t count) {
    return letters(count, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 62);
  }

 private:
  std::uint64_t state_;
};

}  // namespace exectrail::trace
