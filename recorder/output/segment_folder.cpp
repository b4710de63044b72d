#include "recorder/output/segment_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>

#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_lock.h"

namespace exectrail::recorder {
namespace {

constexpr std::string_view kSuffix = ".trail";
constexpr std::string_view kPacking = ".trail.packing";
constexpr std::size_t kNameSize = 20 + 1 + 8 + 1 + 6 + kSuffix.size();
constexpr std::uint64_t kMillisecond = 1'000'000;

std::string stamp(std::uint64_t realtimeNs) {
  const auto seconds = static_cast<std::time_t>(realtimeNs / 1'000'000'000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char date[32];
  std::strftime(date, sizeof date, "%Y%m%dT%H%M%S", &parts);
  char text[48];
  std::snprintf(text, sizeof text, "%s.%03uZ", date,
                static_cast<unsigned>(realtimeNs / kMillisecond % 1000));
  return text;
}

// The time in a segment's name. Nothing if it is not one.
std::optional<std::uint64_t> stampOf(const std::string& name) {
  if (name.size() < kNameSize || !name.ends_with(kSuffix)) return std::nullopt;
  std::tm parts{};
  int milliseconds = 0;
  int read = 0;
  if (std::sscanf(name.c_str(), "%4d%2d%2dT%2d%2d%2d.%3dZ-%n", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &milliseconds,
                  &read) != 7 ||
      read != 21 || name[29] != '-') {
    return std::nullopt;
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  const std::time_t seconds = ::timegm(&parts);
  if (seconds < 0) return std::nullopt;
  return static_cast<std::uint64_t>(seconds) * 1'000'000'000 +
         static_cast<std::uint64_t>(milliseconds) * kMillisecond;
}

std::vector<std::string> namesIn(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (folder == nullptr) throwErrno(errno, "cannot list " + trace::quoteForTerminal(path));
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(folder.get())) names.emplace_back(entry->d_name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

SegmentFolder::SegmentFolder(const std::string& path, const Notify& notify) : path_(path) {
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
  const std::string name = trace::quoteForTerminal(path_);
  if (::mkdir(path_.c_str(), 0750) != 0 && errno != EEXIST) {
    throwErrno(errno, "cannot make the folder " + name);
  }
  fd_ = FileDescriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd_.valid()) throwErrno(errno, "cannot write segments into " + name);
  if (!lockAlone(fd_.get(), name)) {
    throw EnvironmentError("another recorder writes into " + name +
                           "; stop it, or name another folder");
  }
  struct stat status {};
  if (::fstat(fd_.get(), &status) == 0 && (status.st_mode & S_IWOTH) != 0) {
    notify("warning: everybody may write to " + name +
           " and can put files there that look like segments; use a folder of your own");
  }
}

void SegmentFolder::beginRecording(std::uint64_t realtimeNs) {
  beganNs_ = realtimeNs;
  for (const SegmentFile& file : list()) {
    beganNs_ = std::max(beganNs_, *stampOf(file.name) + kMillisecond);
  }
}

std::string SegmentFolder::nameOf(const trace::Uuid& recordingId, std::uint32_t number) const {
  char digits[16];
  std::snprintf(digits, sizeof digits, "%06u", static_cast<unsigned>(number));
  return stamp(beganNs_) + "-" + trace::toString(recordingId).substr(0, 8) + "-" + digits +
         std::string(kSuffix);
}

FileDescriptor SegmentFolder::make(const std::string& name) const {
  struct stat status {};
  const bool groupReads = ::fstat(fd_.get(), &status) == 0 && (status.st_mode & S_IRGRP) != 0;
  // Read as well: the packed form is compared with it.
  FileDescriptor fd(::openat(fd_.get(), name.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) throwErrno(errno, "cannot write " + trace::quoteForTerminal(pathOf(name)));
  if (groupReads && ::fchmod(fd.get(), 0640) != 0) {
    throwErrno(errno, "cannot let the group read " + trace::quoteForTerminal(pathOf(name)));
  }
  return fd;
}

std::vector<SegmentFile> SegmentFolder::list() const {
  std::vector<SegmentFile> files;
  for (const std::string& name : namesIn(path_)) {
    struct stat status {};
    if (!stampOf(name)) continue;
    if (::fstatat(fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(status.st_mode)) continue;
    files.push_back({name, static_cast<std::uint64_t>(status.st_size),
                     static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
                         static_cast<std::uint64_t>(status.st_mtim.tv_nsec)});
  }
  return files;
}

bool SegmentFolder::remove(const std::string& name) const {
  return ::unlinkat(fd_.get(), name.c_str(), 0) == 0 || errno == ENOENT;
}

void SegmentFolder::removeLeftovers() const {
  for (const std::string& name : namesIn(path_)) {
    if (!name.ends_with(kPacking)) continue;
    const std::string segment = name.substr(0, name.size() - (kPacking.size() - kSuffix.size()));
    if (stampOf(segment)) ::unlinkat(fd_.get(), name.c_str(), 0);
  }
}

SegmentFolder::Room SegmentFolder::room() const {
  struct statvfs status {};
  if (::fstatvfs(fd_.get(), &status) != 0) {
    throwErrno(errno, "cannot ask how much room " + trace::quoteForTerminal(path_) + " has");
  }
  return {std::uint64_t{status.f_bavail} * status.f_frsize,
          std::uint64_t{status.f_blocks} * status.f_frsize};
}

}  // namespace exectrail::recorder
