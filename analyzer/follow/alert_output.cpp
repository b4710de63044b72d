#include "analyzer/follow/alert_output.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <utility>

#include "analyzer/follow/host_clock.h"
#include "trace/daemon/quantity.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_lock.h"

namespace exectrail::analyzer {
namespace {

constexpr std::int64_t kRetainNs = 60'000'000'000;  // ages are looked at so often

std::int64_t nanoseconds(std::int64_t seconds, std::int64_t rest) {
  return seconds * 1'000'000'000 + rest;
}

// When the file was made, or, where nobody knows that, changed.
std::int64_t begunNs(int fd) {
  struct statx status {};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_BTIME | STATX_MTIME, &status) != 0) {
    return realtimeNowNs();
  }
  const auto& time = (status.stx_mask & STATX_BTIME) != 0 ? status.stx_btime : status.stx_mtime;
  return nanoseconds(time.tv_sec, time.tv_nsec);
}

std::string folderOf(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "./" : path.substr(0, slash + 1);
}

std::string finishedName(const std::string& path, std::uint64_t number) {
  char digits[24];
  std::snprintf(digits, sizeof digits, ".%06llu", static_cast<unsigned long long>(number));
  return path + digits;
}

std::vector<std::string> parts(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t begin = 0;;) {
    const std::size_t comma = text.find(',', begin);
    all.push_back(text.substr(begin, comma - begin));
    if (comma == std::string::npos) return all;
    begin = comma + 1;
  }
}

}  // namespace

void parseOutputRotate(const std::string& text, OutputSettings& settings) {
  constexpr std::uint64_t kLeast = 4096;
  for (const std::string& part : parts(text)) {
    const trace::SizeOrTime quantity = trace::parseSizeOrTime(part);
    if (quantity.time) {
      settings.rotateAge = *quantity.time;
    } else if (quantity.bytes && *quantity.bytes >= kLeast) {
      settings.rotateBytes = *quantity.bytes;
    } else {
      throw std::invalid_argument(
          trace::quoteForTerminal(part) +
          " is neither a size of at least 4k nor a time, with its unit; for "
          "example 64M,1d");
    }
  }
}

void parseOutputRetain(const std::string& text, OutputSettings& settings) {
  for (const std::string& part : parts(text)) {
    std::string unit;
    const double count =
        part.starts_with("count=") ? trace::leadingNumber(part.substr(6), unit).value_or(0) : 0;
    const auto age = part.starts_with("age=") ? trace::parseDuration(part.substr(4)) : std::nullopt;
    if (unit.empty() && count >= 1 && count <= 1e6) {
      settings.keepFiles = static_cast<std::size_t>(count);
    } else if (age) {
      settings.keepAge = *age;
    } else {
      throw std::invalid_argument(trace::quoteForTerminal(part) +
                                  " is neither count=NUMBER nor age=TIME; for example "
                                  "count=14,age=30d");
    }
  }
}

std::map<std::uint64_t, std::string> finishedOutputs(const std::string& path) {
  std::map<std::uint64_t, std::string> files;
  const std::string folder = folderOf(path);
  const std::string begin = path.substr(path.rfind('/') + 1) + ".";
  const std::unique_ptr<DIR, int (*)(DIR*)> opened(::opendir(folder.c_str()), ::closedir);
  if (opened == nullptr) return files;
  while (const dirent* entry = ::readdir(opened.get())) {
    const std::string_view name = entry->d_name;
    if (!name.starts_with(begin)) continue;
    const std::string digits(name.substr(begin.size()));
    if (digits.size() < 6 || digits.size() > 18 ||
        digits.find_first_not_of("0123456789") != std::string::npos) {
      continue;
    }
    files[std::stoull(digits)] = folder + std::string(name);
  }
  return files;
}

AlertOutput::File::File(FileDescriptor opened, const std::string& name)
    : fd(std::move(opened)), sink(fd.valid() ? fd.get() : STDOUT_FILENO, name) {}

AlertOutput::AlertOutput(OutputSettings settings)
    : settings_(std::move(settings)),
      name_(isFile() ? trace::quoteForTerminal(settings_.path) : "standard output") {
  file_ = open();
  if (!isFile()) return;
  if (const auto finished = finishedOutputs(settings_.path); !finished.empty()) {
    number_ = finished.rbegin()->first;
  }
}

std::shared_ptr<AlertOutput::File> AlertOutput::open() {
  bytes_ = 0;
  if (!isFile()) return std::make_shared<File>(FileDescriptor(), name_);
  // Appending: also if somebody else has written to it, nothing is overwritten.
  FileDescriptor fd(
      ::open(settings_.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (!fd.valid()) throwErrno(errno, "cannot write alerts to " + name_);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throwErrno(errno, "cannot look at " + name_);
  if (!S_ISREG(status.st_mode)) {
    throw EnvironmentError(name_ +
                           " is not a regular file; alerts go to one with --output, "
                           "to anything else by standard output");
  }
  if (!lockAlone(fd.get(), name_)) {
    throw EnvironmentError(
        name_ + " is being written by an analyzer that runs; each needs an output of its own");
  }
  bytes_ = static_cast<std::uint64_t>(status.st_size);
  begunNs_ = begunNs(fd.get());
  return std::make_shared<File>(std::move(fd), name_);
}

// Done again from its beginning if it was interrupted: until the next checkpoint, this one counts.
bool AlertOutput::resumeAt(std::uint64_t number, std::uint64_t bytes) {
  if (!isFile()) return true;
  auto later = finishedOutputs(settings_.path);
  later.erase(later.begin(), later.upper_bound(number));
  if (!later.empty()) {
    if (later.begin()->first != number + 1) return false;
    // The file was finished after the checkpoint. It becomes the current one again.
    file_.reset();
    ::unlink(settings_.path.c_str());
    for (auto last = later.rbegin(); last->first != number + 1; ++last) {
      ::unlink(last->second.c_str());
    }
    if (::rename(later.begin()->second.c_str(), settings_.path.c_str()) != 0) {
      throwErrno(errno, "cannot go back to the checkpoint in " + name_);
    }
    file_ = open();
  }
  number_ = number;
  if (bytes_ < bytes) return false;
  if (bytes_ == bytes) return true;
  if (::ftruncate(file_->fd.get(), static_cast<off_t>(bytes)) != 0) {
    throwErrno(errno, "cannot take back what was written to " + name_ + " after the checkpoint");
  }
  bytes_ = bytes;
  return true;
}

bool AlertOutput::due(std::size_t more) const {
  if (!isFile() || bytes_ == 0) return false;
  if (wouldFill(more)) return true;
  const std::int64_t age = settings_.rotateAge.count();
  return age != 0 && realtimeNowNs() - begunNs_ >= age;
}

// What is finished is brought to disk by whoever syncs next.
void AlertOutput::rotate() {
  const std::lock_guard lock(mutex_);
  if (::rename(settings_.path.c_str(), finishedName(settings_.path, number_ + 1).c_str()) != 0) {
    throwErrno(errno, "cannot finish " + name_ + " to begin a new one");
  }
  ++number_;
  if (unsynced_) finished_.push_back(file_);
  renamed_ = true;
  file_ = open();
}

void AlertOutput::write(const std::string& text) {
  if (due(text.size())) rotate();
  try {
    file_->sink.write(reinterpret_cast<const std::byte*>(text.data()), text.size());
  } catch (const trace::ReaderGone&) {
    if (isFile() || !settings_.unread) throw;
  }
  bytes_ += text.size();
  {
    const std::lock_guard lock(mutex_);
    unsynced_ = true;
  }
  if (settings_.syncPolicy == SyncPolicy::kBatch) sync();
}

// A failure ends the program, and the next one goes on at the checkpoint before it.
void AlertOutput::sync() {
  if (!isFile() || settings_.syncPolicy == SyncPolicy::kNever) return;
  const std::lock_guard one(syncing_);
  std::vector<std::shared_ptr<File>> files;
  bool renamed = false;
  {
    // What is written from here on counts as not synced, also if it is.
    const std::lock_guard lock(mutex_);
    files = std::exchange(finished_, {});
    if (std::exchange(unsynced_, false)) files.push_back(file_);
    renamed = std::exchange(renamed_, false);
  }
  for (const auto& file : files) file->sink.sync();
  if (!renamed) return;
  const FileDescriptor folder(
      ::open(folderOf(settings_.path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.valid()) ::fsync(folder.get());
}

void AlertOutput::retain(std::uint64_t number) {
  if (!isFile() || (settings_.keepFiles == 0 && settings_.keepAge.count() == 0)) return;
  const std::int64_t nowNs = realtimeNowNs();
  const bool looks = settings_.keepAge.count() != 0 && nowNs - retainedNs_ >= kRetainNs;
  if (retainedNs_ != 0 && number == retained_ && !looks) return;
  retainedNs_ = nowNs;
  retained_ = number;
  auto finished = finishedOutputs(settings_.path);
  finished.erase(finished.upper_bound(number), finished.end());
  std::size_t count = finished.size();
  for (const auto& [each, path] : finished) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) continue;
    const std::int64_t ageNs = nowNs - nanoseconds(status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    const bool tooMany = settings_.keepFiles != 0 && count > settings_.keepFiles;
    const bool tooOld = settings_.keepAge.count() != 0 && ageNs >= settings_.keepAge.count();
    if (!tooMany && !tooOld) return;  // the later ones are neither
    if (::unlink(path.c_str()) != 0) continue;
    --count;
    std::cerr << "exectrail: removed " + trace::quoteForTerminal(path) +
                     (tooMany ? ", more are not kept\n" : ", older ones are not kept\n");
  }
}

}  // namespace exectrail::analyzer
