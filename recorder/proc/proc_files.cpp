#include "recorder/proc/proc_files.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "trace/file_descriptor.h"

namespace exectrail::recorder {

ReadResult readFileAt(int directory, const char* file, std::size_t limit) {
  ReadResult result;
  const FileDescriptor fd(::openat(directory, file, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    result.errorNumber = errno;
    return result;
  }
  constexpr std::size_t kStep = 4096;
  std::size_t held = 0;
  // One byte more than the limit tells whether there is more.
  while (held <= limit) {
    const std::size_t wanted = std::min(kStep, limit + 1 - held);
    result.bytes.resize(held + wanted);
    const ssize_t got = ::read(fd.get(), result.bytes.data() + held, wanted);
    if (got < 0) {
      if (errno == EINTR) continue;
      result.errorNumber = errno;
      held = 0;
      break;
    }
    if (got == 0) break;
    held += static_cast<std::size_t>(got);
  }
  result.truncated = held > limit;
  result.bytes.resize(std::min(held, limit));
  return result;
}

FileBuffer::Result FileBuffer::readFileAt(int directory, const char* file, std::size_t limit) {
  Result result;
  limit = std::min(limit, capacity_);
  const FileDescriptor fd(::openat(directory, file, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    result.errorNumber = errno;
    return result;
  }
  ssize_t got = 0;
  do {
    got = ::read(fd.get(), bytes_.get(), limit + 1);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    result.errorNumber = errno;
    return result;
  }
  const auto held = static_cast<std::size_t>(got);
  result.truncated = held > limit;
  result.bytes = {bytes_.get(), std::min(held, limit)};
  return result;
}

FileBuffer::Result FileBuffer::readLinkAt(int directory, const char* link) {
  Result result;
  const ssize_t length = ::readlinkat(directory, link, bytes_.get(), capacity_ + 1);
  if (length < 0) {
    result.errorNumber = errno;
    return result;
  }
  const auto held = static_cast<std::size_t>(length);
  result.truncated = held > capacity_;
  result.bytes = {bytes_.get(), std::min(held, capacity_)};
  return result;
}

ReadResult readLinkAt(int directory, const char* link) {
  ReadResult result;
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlinkat(directory, link, target.data(), target.size());
  if (length < 0) {
    result.errorNumber = errno;
    return result;
  }
  result.bytes.assign(target.data(), static_cast<std::size_t>(length));
  result.truncated = result.bytes.size() == target.size();
  return result;
}

std::optional<std::uint64_t> parseNumber(std::string_view text) {
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> splitArguments(std::string_view bytes) {
  std::vector<std::string> arguments;
  while (!bytes.empty()) {
    const auto length = std::min(bytes.find('\0'), bytes.size());
    arguments.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(std::min(length + 1, bytes.size()));
  }
  return arguments;
}

}  // namespace exectrail::recorder
