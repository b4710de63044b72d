#include "recorder/proc/mount_watcher.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "recorder/proc/proc_files.h"
#include "recorder/proc/process_reader.h"
#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

constexpr std::size_t kMostTextBytes = std::size_t{16} << 20;
constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::uint64_t kCreditOfOneNs = kSecondNs / MountWatcher::kPerSecond;

// A table that takes long to read is read less often: not more than this part of our time.
constexpr std::uint64_t kShare = 20;

// In the data of epoll, beside a namespace's inode number: about the process, not the table.
constexpr std::uint64_t kProcessBit = std::uint64_t{1} << 63;

// All of it, from the beginning. A seq_file gives some lines with each read(2).
bool readAgain(int fd, std::string& text) {
  constexpr std::size_t kStep = std::size_t{64} << 10;
  if (::lseek(fd, 0, SEEK_SET) != 0) return false;
  std::size_t held = 0;
  while (held < kMostTextBytes) {
    if (text.size() < held + kStep) text.resize(held + kStep);
    const ssize_t got = ::read(fd, text.data() + held, text.size() - held);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    held += static_cast<std::size_t>(got);
  }
  text.resize(held);
  return true;
}

// 0: not known.
std::uint64_t mountNamespaceOf(int directory) {
  struct statx facts {};
  if (::statx(directory, "ns/mnt", AT_STATX_DONT_SYNC, STATX_INO, &facts) != 0) return 0;
  return facts.stx_ino;
}

}  // namespace

// What is open of a namespace. Having its mountinfo open keeps the namespace and everything that is
// mounted there in place: never longer than a process of it lives.
struct MountWatcher::Watch {
  std::uint64_t inode = 0;  // 0: could not be opened
  bool chrooted = false;    // sees only a part of the mounts
  FileDescriptor mounts;
  std::int32_t pid = 0;
  FileDescriptor process;  // a pidfd of it; readable when it has ended
};

struct MountWatcher::Namespace {
  Watch watch;
  MountList list;
  bool told = false;    // its table has been emitted
  bool pinned = false;  // our own, and process 1's
  bool dirty = false;
  std::optional<MountList> untold;  // as it was asked for since then
  std::uint32_t leftOut = 0;        // as told
  std::uint64_t seenNs = 0;
  std::uint64_t pauseUntilNs = 0;
  std::uint64_t calmNs = 0;  // when kChangesAtOnce are free again
};

MountWatcher::MountWatcher(Emit emit)
    : emit_(std::move(emit)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_.valid()) throwErrno(errno, "cannot create an epoll descriptor");
}

MountWatcher::~MountWatcher() = default;

MountWatcher::Watch MountWatcher::open(const char* folder) {
  Watch watch;
  const FileDescriptor directory(::open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return watch;
  // Asked before and after the opening: it is the namespace of what was opened.
  const std::uint64_t before = mountNamespaceOf(directory.get());
  watch.mounts = FileDescriptor(::openat(directory.get(), "mountinfo", O_RDONLY | O_CLOEXEC));
  if (!watch.mounts.valid() || mountNamespaceOf(directory.get()) != before) return watch;
  watch.chrooted = readLinkAt(directory.get(), "root").bytes != "/";
  watch.inode = before;
  return watch;
}

void MountWatcher::start(std::uint64_t nowNs) {
  creditNs_ = kBurst * kCreditOfOneNs;
  creditAtNs_ = nowNs;
  Watch own = open("/proc/self");
  if (own.inode == 0) throw EnvironmentError("cannot read /proc/self/mountinfo: mount proc");
  const std::uint64_t inode = own.inode;
  attach(inode, std::move(own), true, nowNs);
  Watch first = open("/proc/1");
  if (first.inode == 0) {
    ++counts_.unreadable;  // where even root may not look into it
  } else if (first.inode != inode) {
    const std::uint64_t firstInode = first.inode;
    attach(firstInode, std::move(first), true, nowNs);
  }
}

void MountWatcher::seen(std::uint64_t mountNamespace, std::int32_t pid, std::uint64_t nowNs) {
  if (mountNamespace == 0 || mountNamespace == lastSeen_) return;
  const auto known = namespaces_.find(mountNamespace);
  if (known != namespaces_.end()) {
    known->second.seenNs = nowNs;
    if (known->second.watch.mounts.valid()) {
      lastSeen_ = mountNamespace;
      return;
    }
  }
  if (!affords(nowNs)) {
    ++counts_.postponed;
    return;
  }
  const std::string folder = "/proc/" + std::to_string(pid);
  FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  Watch watch = process.valid() ? open(folder.c_str()) : Watch();
  watch.process = std::move(process);
  watch.pid = pid;
  const bool better = known == namespaces_.end() || !known->second.told || !watch.chrooted;
  if (watch.inode != mountNamespace || !better) {
    if (better) ++counts_.unreadable;
    return;
  }
  leave(pid);
  attach(mountNamespace, std::move(watch), false, nowNs);
}

// The process lives in another namespace now, and may have been the last one of this.
void MountWatcher::leave(std::int32_t pid) {
  for (auto& [inode, space] : namespaces_) {
    if (!space.pinned && space.watch.pid == pid) close(space);
  }
}

// The list stays, to tell later what has changed.
void MountWatcher::close(Namespace& space) {
  space.watch = Watch();  // which takes its descriptors out of epoll
  space.dirty = false;
  space.untold.reset();
  lastSeen_ = 0;
}

// Credit grows with time, up to kBurst tables.
bool MountWatcher::affords(std::uint64_t nowNs) {
  creditNs_ = std::min(creditNs_ + (nowNs - creditAtNs_), kBurst * kCreditOfOneNs);
  creditAtNs_ = nowNs;
  if (creditNs_ < kCreditOfOneNs) return false;
  creditNs_ -= kCreditOfOneNs;
  return true;
}

void MountWatcher::attach(std::uint64_t inode, Watch&& watch, bool pinned, std::uint64_t nowNs) {
  if (!namespaces_.contains(inode)) makeRoom();
  Namespace& space = namespaces_[inode];
  space.watch = std::move(watch);
  space.pinned = pinned;
  space.seenNs = nowNs;
  listen(inode, space);
  read(inode, space, nowNs);
  if (space.watch.process.valid()) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = inode | kProcessBit;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, space.watch.process.get(), &event);
  }
}

// The file is always readable; edge-triggered, it is told anew with each change of a mount.
void MountWatcher::listen(std::uint64_t inode, Namespace& space) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = inode;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, space.watch.mounts.get(), &event);
  collect(inode);  // the first time is about nothing
}

void MountWatcher::collect(std::uint64_t ignoredInode) {
  std::array<epoll_event, 32> events;
  for (int got = static_cast<int>(events.size()); got == static_cast<int>(events.size());) {
    got = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < got; ++i) {
      const std::uint64_t data = events[static_cast<std::size_t>(i)].data.u64;
      const auto found = namespaces_.find(data & ~kProcessBit);
      if (found == namespaces_.end()) continue;
      Namespace& space = found->second;
      if ((data & kProcessBit) != 0) {
        close(space);
      } else if (data != ignoredInode) {
        // Not to be woken by it any more until it has been read.
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, space.watch.mounts.get(), nullptr);
        space.dirty = true;
      }
    }
  }
}

std::uint64_t MountWatcher::dueNs() const {
  std::uint64_t due = kNever;
  for (const auto& [inode, space] : namespaces_) {
    if (space.dirty) due = std::min(due, space.pauseUntilNs);
  }
  return due;
}

void MountWatcher::step(std::uint64_t nowNs) {
  collect(0);
  for (auto& [inode, space] : namespaces_) refresh(inode, space, nowNs);
}

// Reads what has changed, unless its pause is not over.
void MountWatcher::refresh(std::uint64_t inode, Namespace& space, std::uint64_t nowNs) {
  if (!space.dirty || space.pauseUntilNs > nowNs) return;
  space.dirty = false;
  space.untold.reset();
  listen(inode, space);  // before reading: what changes in between is told
  if (space.watch.mounts.valid()) read(inode, space, nowNs);
}

std::optional<bool> MountWatcher::holds(std::uint64_t mountNamespace, std::int32_t pid,
                                        std::uint64_t mountId, std::uint64_t nowNs) {
  collect(0);
  for (auto& [inode, space] : namespaces_) {
    const bool asked = inode == mountNamespace || space.pinned;
    if (!asked || !space.watch.mounts.valid()) continue;
    refresh(inode, space, nowNs);
    if (upToDate(space).contains(mountId)) return true;
  }
  return lookInto(mountNamespace, pid, mountId);
}

// What was told may be of before: while a pause lasts, nothing more is. But a mount is taken off
// in a moment, and the kernel gives its id to another.
const MountList& MountWatcher::upToDate(Namespace& space) {
  if (!space.dirty) return space.list;
  pollfd polled = {space.watch.mounts.get(), POLLPRI, 0};
  const bool changed = ::poll(&polled, 1, 0) != 0;  // since it was asked last
  if (!space.untold || changed) {
    space.untold.emplace();
    if (readAgain(space.watch.mounts.get(), text_)) space.untold->update(text_);
  }
  return *space.untold;
}

// Through the process itself: what is watched may be seen from a root that is not the namespace's
// any more (pivot_root), the namespace may be new, and where events were lost it is another one.
std::optional<bool> MountWatcher::lookInto(std::uint64_t mountNamespace, std::int32_t pid,
                                           std::uint64_t mountId) {
  const Watch watch = open(("/proc/" + std::to_string(pid)).c_str());
  const bool all = watch.inode == mountNamespace && !watch.chrooted;
  if (!all || !readAgain(watch.mounts.get(), text_)) return std::nullopt;
  MountList list;
  const bool whole = list.update(text_).leftOut == 0;
  if (list.contains(mountId)) return true;
  return whole ? std::optional(false) : std::nullopt;
}

void MountWatcher::read(std::uint64_t inode, Namespace& space, std::uint64_t nowNs) {
  const std::uint64_t beginNs = monotonicNowNs();
  if (!readAgain(space.watch.mounts.get(), text_)) {
    ++counts_.unreadable;
    return;
  }
  const MountChanges changes = space.list.update(text_);
  const std::uint64_t costNs = monotonicNowNs() - beginNs;
  space.calmNs = std::max(space.calmNs, nowNs) + kPauseNs;
  const bool storm = space.calmNs > nowNs + kChangesAtOnce * kPauseNs;
  space.pauseUntilNs = nowNs + std::max(storm ? kPauseNs : 0, kShare * costNs);
  counts_.badLines += changes.badLines;
  if (!space.told || !changes.empty() || changes.leftOut != space.leftOut) {
    emit(inode, changes, !space.told);
  }
  space.told = true;
  space.leftOut = changes.leftOut;
}

// A large table becomes several records, the first of which begins it anew.
void MountWatcher::emit(std::uint64_t inode, const MountChanges& changes, bool complete) {
  trace::MountTable table;
  table.mountNamespace = inode;
  table.complete = complete;
  table.evidence = {trace::EvidenceClass::kProcfs};
  table.removedIds = changes.removedIds;
  table.leftOut = changes.leftOut;
  for (const MountLine& mount : changes.mounts) {
    if (table.mounts.size() == kMountsPerRecord) {
      emit_(table);
      table.complete = false;
      table.mounts.clear();
      table.removedIds.clear();
    }
    table.mounts.push_back(mount.view());
  }
  emit_(table);
}

void MountWatcher::makeRoom() {
  if (namespaces_.size() < kMostNamespaces) return;
  auto oldest = namespaces_.end();
  for (auto it = namespaces_.begin(); it != namespaces_.end(); ++it) {
    if (it->second.pinned) continue;
    if (oldest == namespaces_.end() || it->second.seenNs < oldest->second.seenNs) oldest = it;
  }
  if (oldest == namespaces_.end()) return;
  ++counts_.evicted;
  if (lastSeen_ == oldest->first) lastSeen_ = 0;
  namespaces_.erase(oldest);
}

}  // namespace exectrail::recorder
