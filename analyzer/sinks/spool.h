// What a webhook has not been able to send, in a folder: batches as files in the order of their
// numbers, and one file for those that nobody takes. A batch is on disk, whole, or it is not there.
// One analyzer at a time has the folder.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "trace/file_descriptor.h"

namespace exectrail::analyzer {

class Spool {
 public:
  // Makes the folder if it is not there. Throws EnvironmentError, here and below, if the disk
  // refuses.
  explicit Spool(std::string folder);

  // False, and nothing is kept, if there is no room left for it.
  bool add(std::string_view batch);

  bool empty() const { return batches_.empty(); }
  std::uint64_t bytes() const { return bytes_; }

  // The oldest one; nothing, and it is left out from then on, if it cannot be read.
  std::optional<std::string> oldest();
  void removeOldest();

  // To the end of the file for those that nobody takes. False if that has reached its limit.
  bool addDead(std::string_view batch) const;

  static constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;
  static constexpr std::uint64_t kMostDeadBytes = std::uint64_t{64} << 20;

 private:
  struct Batch {
    std::uint64_t number = 0;
    std::uint64_t bytes = 0;
  };

  std::string pathOf(std::uint64_t number) const;

  std::string folder_;
  FileDescriptor lock_;
  std::deque<Batch> batches_;
  std::uint64_t next_ = 1;
  std::uint64_t bytes_ = 0;
};

}  // namespace exectrail::analyzer
