#include "analyzer/sinks/spool.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_lock.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMostBatchBytes = std::size_t{32} << 20;  // more is none of ours
constexpr std::string_view kEnding = ".batch";

void writeAll(int fd, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throwErrno(written < 0 ? errno : ENOSPC, "cannot write " + name);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// The number in "000000000017.batch"; 0: another name.
std::uint64_t numberOf(std::string_view name) {
  if (!name.ends_with(kEnding)) return 0;
  name.remove_suffix(kEnding.size());
  if (name.size() != 12 || name.find_first_not_of("0123456789") != std::string_view::npos) return 0;
  return std::stoull(std::string(name));
}

}  // namespace

Spool::Spool(std::string folder) : folder_(std::move(folder)) {
  const std::string name = trace::quoteForTerminal(folder_);
  if (::mkdir(folder_.c_str(), 0750) != 0 && errno != EEXIST) {
    throwErrno(errno, "cannot make the folder " + name);
  }
  lock_ = FileDescriptor(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock_.valid()) throwErrno(errno, "cannot spool in " + name);
  if (!lockAlone(lock_.get(), name)) {
    throw EnvironmentError(name + " is the spool of another sink; each needs one of its own");
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> opened(::opendir(folder_.c_str()), ::closedir);
  if (opened == nullptr) throwErrno(errno, "cannot list " + name);
  while (const dirent* entry = ::readdir(opened.get())) {
    const std::uint64_t number = numberOf(entry->d_name);
    struct stat status {};
    if (number == 0 || ::stat(pathOf(number).c_str(), &status) != 0) continue;
    batches_.push_back({number, static_cast<std::uint64_t>(status.st_size)});
    bytes_ += batches_.back().bytes;
  }
  std::sort(batches_.begin(), batches_.end(),
            [](const Batch& a, const Batch& b) { return a.number < b.number; });
  if (!batches_.empty()) next_ = batches_.back().number + 1;
}

std::string Spool::pathOf(std::uint64_t number) const {
  char digits[24];
  std::snprintf(digits, sizeof digits, "/%012llu", static_cast<unsigned long long>(number));
  return folder_ + digits + std::string(kEnding);
}

bool Spool::add(std::string_view batch) {
  if (bytes_ + batch.size() > kMostBytes) return false;
  const std::string path = pathOf(next_);
  const std::string name = trace::quoteForTerminal(path);
  const std::string fresh = folder_ + "/new";
  const FileDescriptor fd(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (!fd.valid()) throwErrno(errno, "cannot write " + name);
  writeAll(fd.get(), batch, name);
  if (::fdatasync(fd.get()) != 0 || ::rename(fresh.c_str(), path.c_str()) != 0) {
    throwErrno(errno, "cannot write " + name);
  }
  ::fsync(lock_.get());
  batches_.push_back({next_++, batch.size()});
  bytes_ += batch.size();
  return true;
}

std::optional<std::string> Spool::oldest() {
  const Batch& batch = batches_.front();
  const FileDescriptor fd(
      ::open(pathOf(batch.number).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  std::string text;
  if (fd.valid() && batch.bytes > 0 && batch.bytes <= kMostBatchBytes) {
    text.resize(batch.bytes);
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t got = ::read(fd.get(), text.data() + done, text.size() - done);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) text.resize(done);
      if (got > 0) done += static_cast<std::size_t>(got);
    }
  }
  if (!text.empty() && text.size() == batch.bytes) return text;
  // It stays on disk for whoever wonders.
  bytes_ -= batch.bytes;
  batches_.pop_front();
  return std::nullopt;
}

void Spool::removeOldest() {
  ::unlink(pathOf(batches_.front().number).c_str());
  bytes_ -= batches_.front().bytes;
  batches_.pop_front();
}

bool Spool::addDead(std::string_view batch) const {
  const std::string path = folder_ + "/dead-letter.ndjson";
  const std::string name = trace::quoteForTerminal(path);
  const FileDescriptor fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640));
  struct stat status {};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) throwErrno(errno, "cannot write " + name);
  if (static_cast<std::uint64_t>(status.st_size) + batch.size() > kMostDeadBytes) return false;
  writeAll(fd.get(), batch, name);
  if (::fdatasync(fd.get()) != 0) throwErrno(errno, "cannot write " + name);
  return true;
}

}  // namespace exectrail::analyzer
