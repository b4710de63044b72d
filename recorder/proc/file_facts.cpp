#include "recorder/proc/file_facts.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "recorder/proc/process_reader.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

using trace::EvidenceClass;
using trace::Field;

// Times of files are those of the last tick before they changed; a tick is at most this long.
constexpr std::int64_t kTickNs = 10'000'000;

constexpr std::size_t kMostRemembered = 4096;  // then all are forgotten

Field<trace::FileFacts> unknown(int errorNumber) {
  return Field<trace::FileFacts>::unreadable(static_cast<std::uint16_t>(errorNumber));
}

std::int64_t readClockNs(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Follows no link, as there are none in a path that the kernel has resolved, and asks no file
// system that does not answer at once: what has just run is in memory.
FileDescriptor openCached(const char* path, int& error) {
  open_how how{};
  how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_CACHED | RESOLVE_NO_SYMLINKS;
  FileDescriptor fd(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how)));
  if (!fd.valid()) error = errno;
  return fd;
}

enum class SameFile { kYes, kNo, kCannotTell };

// A file handle is made of inode and generation, each file system in its own way: both must be
// among its words.
SameFile compareGeneration(int fd, const trace::FileIdentity& identity) {
  if (identity.generation == 0) return SameFile::kCannotTell;
  union {
    file_handle handle;
    std::byte space[sizeof(file_handle) + MAX_HANDLE_SZ];
  } named{};
  named.handle.handle_bytes = MAX_HANDLE_SZ;
  int mountId = 0;
  if (::name_to_handle_at(fd, "", &named.handle, &mountId, AT_EMPTY_PATH) != 0) {
    return SameFile::kCannotTell;
  }
  bool inodeFound = false;
  bool generationFound = false;
  for (std::size_t at = 0; at + 4 <= named.handle.handle_bytes; at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, named.space + sizeof(file_handle) + at, sizeof word);
    if (!inodeFound && word == static_cast<std::uint32_t>(identity.inode)) {
      inodeFound = true;
    } else if (word == static_cast<std::uint32_t>(identity.generation)) {
      generationFound = true;
    }
  }
  if (!inodeFound) return SameFile::kCannotTell;
  return generationFound ? SameFile::kYes : SameFile::kNo;
}

bool sameInode(const trace::FileIdentity& identity, const trace::FileFacts& file) {
  return identity.inode == file.inode && identity.deviceMajor == file.deviceMajor &&
         identity.deviceMinor == file.deviceMinor;
}

Field<trace::FileFacts> byPath(const trace::FileIdentity& identity, const char* path,
                               std::uint64_t execNs, bool& certain) {
  int error = 0;
  const FileDescriptor fd = openCached(path, error);
  if (!fd.valid()) return unknown(error);
  Field<trace::FileFacts> file = statFile(fd.get(), "");
  if (!file.known()) return file;
  if (!sameInode(identity, file.value)) return unknown(ESTALE);
  const SameFile same = compareGeneration(fd.get(), identity);
  certain = same == SameFile::kYes;
  if (certain) return file;
  if (same == SameFile::kNo) return unknown(ESTALE);
  // An inode that was given to another file has changed since then.
  const std::int64_t execRealtimeNs = static_cast<std::int64_t>(execNs) +
                                      readClockNs(CLOCK_REALTIME) - readClockNs(CLOCK_MONOTONIC);
  if (file.value.changeTimeNs + kTickNs > execRealtimeNs) return unknown(ESTALE);
  return file;
}

}  // namespace

Field<trace::FileFacts> statFile(int directory, const char* file, std::uint64_t* mountId) {
  struct statx facts {};
  if (::statx(directory, file, AT_STATX_DONT_SYNC | AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID,
              &facts) != 0) {
    return unknown(errno);
  }
  if (mountId != nullptr && (facts.stx_mask & STATX_MNT_ID) != 0) *mountId = facts.stx_mnt_id;
  trace::FileFacts found;
  found.deviceMajor = facts.stx_dev_major;
  found.deviceMinor = facts.stx_dev_minor;
  found.inode = facts.stx_ino;
  found.mode = facts.stx_mode;
  found.uid = facts.stx_uid;
  found.gid = facts.stx_gid;
  found.sizeBytes = facts.stx_size;
  found.linkCount = facts.stx_nlink;
  found.changeTimeNs = facts.stx_ctime.tv_sec * 1'000'000'000 + facts.stx_ctime.tv_nsec;
  return {found, EvidenceClass::kProcfs};
}

FileFactsReader::FileFactsReader() {
  struct statx facts {};
  if (::statx(AT_FDCWD, "/proc/self/ns/mnt", AT_STATX_DONT_SYNC, STATX_INO, &facts) == 0) {
    mountNamespace_ = facts.stx_ino;
  }
}

Field<trace::FileFacts> FileFactsReader::read(const trace::FileIdentity& identity,
                                              const std::string& path, std::uint64_t execNs,
                                              const Field<trace::FileFacts>& throughProcess) {
  Field<trace::FileFacts> file = throughProcess;
  // It may be that of another exec of the process by now. Device numbers need not be alike.
  if (file.known() && file.value.inode != identity.inode) file = unknown(ESTALE);
  if (file.known()) {
    remember(identity, file.value, 0);
    return file;
  }
  const auto known = known_.find(identity);
  if (path.starts_with('/')) {
    if (known != known_.end() && known->second.readNs > execNs && known->second.path == path) {
      return {known->second.file, EvidenceClass::kProcfs};
    }
    const std::uint64_t beginNs = monotonicNowNs();
    bool certain = false;
    file = byPath(identity, path.c_str(), execNs, certain);
    if (file.known()) {
      remember(identity, file.value, certain ? beginNs : 0).path = path;
      return file;
    }
  }
  if (known == known_.end()) return file;
  Field<trace::FileFacts> remembered(known->second.file, EvidenceClass::kInferred);
  remembered.evidence.errorNumber = file.evidence.errorNumber;
  return remembered;
}

const std::string* FileFactsReader::pathTo(const trace::FileIdentity& identity) const {
  const auto known = known_.find(identity);
  return known == known_.end() || known->second.path.empty() ? nullptr : &known->second.path;
}

void FileFactsReader::seen(const trace::FileIdentity& identity, const std::string& path) {
  if (const auto known = known_.find(identity); known != known_.end()) known->second.path = path;
}

FileFactsReader::Known& FileFactsReader::remember(const trace::FileIdentity& identity,
                                                  const trace::FileFacts& file,
                                                  std::uint64_t readNs) {
  if (known_.size() >= kMostRemembered && !known_.contains(identity)) known_.clear();
  Known& known = known_[identity];
  known.file = file;
  known.readNs = readNs;
  return known;
}

}  // namespace exectrail::recorder
