#include "analyzer/follow/folder_watch.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

constexpr std::uint32_t kNames = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;

}  // namespace

FolderWatch::FolderWatch(const std::string& folder) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = FileDescriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  events_ = FileDescriptor(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!signals_.valid() || !events_.valid()) throwErrno(errno, "cannot watch for changes");
  folder_ = ::inotify_add_watch(events_.get(), folder.c_str(), kNames | IN_MODIFY | IN_ONLYDIR);
  if (folder_ < 0) throwErrno(errno, "cannot watch " + trace::quoteForTerminal(folder));
}

// Editors replace files, so the folder of a file is watched and not the file.
void FolderWatch::watchRecipes(const std::string& path) {
  std::string folder = path;
  if (!isFolder(path)) {
    const auto slash = path.rfind('/');
    folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  }
  ::inotify_add_watch(events_.get(), folder.c_str(),
                      IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE);
}

void FolderWatch::wait(int milliseconds) {
  pollfd polled[] = {{signals_.get(), POLLIN, 0}, {events_.get(), POLLIN, 0}, {other_, POLLIN, 0}};
  if (::poll(polled, 3, milliseconds) < 0 && errno != EINTR) {
    throwErrno(errno, "cannot wait for traces");
  }
  readSignals();
  readEvents();
}

void FolderWatch::readSignals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGHUP) {
      reload_ = true;
    } else {
      stopped_ = true;
    }
  }
}

void FolderWatch::readEvents() {
  alignas(inotify_event) char buffer[16384];
  while (true) {
    const ssize_t got = ::read(events_.get(), buffer, sizeof buffer);
    if (got <= 0) return;
    for (ssize_t at = 0; at < got;) {
      inotify_event event{};
      std::memcpy(&event, buffer + at, sizeof event);
      at += static_cast<ssize_t>(sizeof event + event.len);
      const bool ours = event.wd == folder_ || event.wd < 0;  // -1: some were lost
      if (ours && (event.wd < 0 || (event.mask & kNames) != 0)) folderChanged_ = true;
      if (!ours) reload_ = true;
    }
  }
}

bool FolderWatch::takeReload() { return std::exchange(reload_, false); }

bool FolderWatch::takeFolderChanged() { return std::exchange(folderChanged_, false); }

std::vector<std::string> tracesIn(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> opened(::opendir(folder.c_str()), ::closedir);
  if (opened == nullptr) throwErrno(errno, "cannot list " + trace::quoteForTerminal(folder));
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(opened.get())) {
    if (std::string_view(entry->d_name).ends_with(".trail")) names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool isBegunTrace(const std::string& path) {
  constexpr off_t kShortest = 96;
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && status.st_size >= kShortest;
}

bool isFolder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace exectrail::analyzer
