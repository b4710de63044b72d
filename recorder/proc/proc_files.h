// Small pieces of /proc: reading a file or a link below an open directory, and texts that many of
// them share. What is in the files is for others to take apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace exectrail::recorder {

struct ReadResult {
  std::string bytes;
  int errorNumber = 0;     // 0: read
  bool truncated = false;  // there was more than the limit
};

// Reads at most `limit` bytes of a file. `directory` is a descriptor or AT_FDCWD.
ReadResult readFileAt(int directory, const char* file, std::size_t limit);

// The same with memory that is used again and again, and no more system calls than it takes: for
// files that the kernel makes up in one go, so that a read(2) that does not fill the buffer was the
// last one. Files of many records, such as mountinfo, are not of this kind.
class FileBuffer {
 public:
  // `capacity`: of the largest file to be read.
  explicit FileBuffer(std::size_t capacity)
      : capacity_(capacity), bytes_(std::make_unique_for_overwrite<char[]>(capacity + 1)) {}

  struct Result {
    std::string_view bytes;  // valid until the next call
    int errorNumber = 0;
    bool truncated = false;
  };

  // At most `limit` bytes, or the capacity.
  Result readFileAt(int directory, const char* file, std::size_t limit = ~std::size_t{0});
  Result readLinkAt(int directory, const char* link);

 private:
  std::size_t capacity_;
  std::unique_ptr<char[]> bytes_;  // one more than the capacity tells whether there is more
};

// The target of a symbolic link, up to PATH_MAX bytes.
ReadResult readLinkAt(int directory, const char* link);

// proc_pid_cmdline(5): arguments end in NUL; a last one without is kept.
std::vector<std::string> splitArguments(std::string_view bytes);

// A number that fills the whole text (but for a final newline).
std::optional<std::uint64_t> parseNumber(std::string_view text);

}  // namespace exectrail::recorder
