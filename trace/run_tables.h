// What the batches of a run share: each distinct byte string, file and context once. Writing fills
// the tables and asks for indexes; reading fills them from batches and asks for values.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "trace/arena.h"
#include "trace/record.h"

namespace exectrail::trace {

// What an image runs, and what was known about it: the same from one exec of a file to the next.
struct ExecutedFile {
  Field<Bytes> executable;
  Field<FileIdentity> identity;
  Field<FileFacts> facts;
  Field<Bytes> sha256;
  friend bool operator==(const ExecutedFile&, const ExecutedFile&) = default;
};

// Not of every field: equality decides, this only has to spread what differs in practice.
std::uint64_t hashOf(const ExecutedFile& file);
std::uint64_t hashOf(const Context& context);

// Byte strings by index. An interned string knows its index: it stands in front of its bytes, so
// that what has been interned once needs no second look-up.
class StringTable {
 public:
  StringTable() { clear(); }

  // The same bytes in memory of the table.
  Bytes intern(Bytes bytes);

  // Of what intern() has returned.
  static std::uint32_t index(Bytes interned) {
    std::uint32_t index = 0;
    if (!interned.empty()) std::memcpy(&index, interned.data() - sizeof index, sizeof index);
    return index;
  }

  const std::vector<Bytes>& all() const { return strings_; }
  std::size_t bytes() const { return bytes_; }
  void clear();

 private:
  std::unordered_set<Bytes> interned_;
  std::vector<Bytes> strings_;
  Arena arena_;
  std::size_t bytes_ = 0;
};

// Values by index, compared by content. Index 0 is the value of which nothing is known.
template <typename T>
class ValueTable {
 public:
  ValueTable() { clear(); }

  // The strings of a value not seen before are interned.
  std::uint32_t index(const T& value, StringTable& strings) {
    const std::uint64_t hash = hashOf(value);
    const auto [begin, end] = byHash_.equal_range(hash);
    for (auto candidate = begin; candidate != end; ++candidate) {
      if (values_[candidate->second] == value) return candidate->second;
    }
    const auto index = static_cast<std::uint32_t>(values_.size());
    internStrings(values_.emplace_back(value), strings);
    byHash_.emplace(hash, index);
    return index;
  }

  const std::deque<T>& all() const { return values_; }

  void clear() {
    values_.assign(1, T{});
    byHash_.clear();
    byHash_.emplace(hashOf(values_[0]), 0);
  }

 private:
  static void internStrings(ExecutedFile& file, StringTable& strings);
  static void internStrings(Context& context, StringTable& strings);

  std::deque<T> values_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> byHash_;
};

// Values that stay where they are until clear(), which keeps their memory for the next run.
template <typename T>
class ValueList {
 public:
  std::size_t size() const { return size_; }
  const T& operator[](std::size_t index) const { return blocks_[index / kBlock][index % kBlock]; }

  // Holds what was there before clear(): the caller sets all of it.
  T& add() {
    if (size_ == blocks_.size() * kBlock) blocks_.push_back(std::make_unique<T[]>(kBlock));
    T& value = blocks_[size_ / kBlock][size_ % kBlock];
    ++size_;
    return value;
  }

  void clear() {
    size_ = 0;
    if (blocks_.size() > kMostSpare) blocks_.resize(kMostSpare);
  }

 private:
  static constexpr std::size_t kBlock = 16;
  static constexpr std::size_t kMostSpare = 64;

  std::vector<std::unique_ptr<T[]>> blocks_;
  std::size_t size_ = 0;
};

// The tables of the side that reads.
struct ReadTables {
  std::vector<Bytes> strings;
  ValueList<ExecutedFile> files;
  ValueList<Context> contexts;
  Arguments spareArguments;  // nothing but memory

  void clear() {
    strings.clear();
    files.clear();
    contexts.clear();
  }
};

}  // namespace exectrail::trace
