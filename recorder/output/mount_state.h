// The mounts of each mount namespace at one moment, from the records up to it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>

#include "recorder/output/encoded_record.h"

namespace exectrail::recorder {

class MountState {
 public:
  static constexpr std::size_t kMaxMounts = 65536;  // of all namespaces

  void apply(const trace::MountTable& table);

  // One complete table for each namespace of which one was seen.
  void emit(std::uint64_t timeNs, const std::function<void(const trace::Record&)>& emit) const;

  std::size_t bytes() const { return bytes_; }
  std::uint64_t forgotten() const { return forgotten_; }  // mounts for which there was no room

 private:
  struct Table {
    bool complete = false;
    trace::Evidence evidence;
    std::map<std::uint32_t, EncodedRecord> mounts;  // by id, each a table of one mount
  };

  void clear(Table& table);
  void remove(Table& table, std::uint32_t id);

  std::unordered_map<std::uint64_t, Table> tables_;  // by inode of the namespace
  trace::BatchBuilder builder_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace exectrail::recorder
