#include "recorder/output/housekeeper.h"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

#include "trace/container/pack.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::recorder {
namespace {

// Others fill the disk, too: we look even if nothing was finished.
constexpr std::chrono::seconds kLookEvery{30};
// Messages that nobody takes are not kept for ever.
constexpr std::size_t kMostMessages = 64;
// Little of the disk, little of the processors; the packs are those of a finished plain trace.
constexpr trace::PackSettings kPack{3, std::size_t{1} << 20};
constexpr int kNice = 19;
// So many segments may wait to be packed before retention looks at them as they are.
constexpr std::size_t kMostWaiting = 8;

std::uint64_t realtimeNowNs() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

Housekeeper::Housekeeper(SegmentFolder& folder, const Retention& retention)
    : folder_(folder), retention_(retention), toOwner_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!toOwner_.valid()) throwErrno(errno, "cannot make an eventfd");
}

Housekeeper::~Housekeeper() {
  abandon();
  close({});
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::start() {
  thread_ = std::thread([this] { run(); });
}

void Housekeeper::rotated(const std::string& finished, const std::string& current) {
  const std::lock_guard lock(mutex_);
  finished_.push_back(finished);
  current_ = current;
  changed_.notify_one();
}

void Housekeeper::close(const std::string& finished) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (!finished.empty()) finished_.push_back(finished);
  closed_ = true;
  if (!thread_.joinable()) done_ = true;
  changed_.notify_one();
}

void Housekeeper::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  changed_.notify_one();
}

bool Housekeeper::done() const {
  const std::lock_guard lock(mutex_);
  return done_;
}

std::vector<std::string> Housekeeper::takeMessages() {
  if (!told_.exchange(false, std::memory_order_acquire)) return {};
  eventfd_t count = 0;
  ::eventfd_read(toOwner_.get(), &count);
  const std::lock_guard lock(mutex_);
  return std::exchange(messages_, {});
}

void Housekeeper::say(const std::string& message) {
  const std::lock_guard lock(mutex_);
  if (messages_.size() < kMostMessages) messages_.push_back(message);
  tell();
}

void Housekeeper::tell() {
  ::eventfd_write(toOwner_.get(), 1);
  told_.store(true, std::memory_order_release);
}

void Housekeeper::run() {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
  std::unique_lock lock(mutex_);
  while (true) {
    std::string next;
    if (!finished_.empty() && !abandoned_) {
      next = finished_.front();
      finished_.pop_front();
    }
    const std::size_t waiting = finished_.size();
    lock.unlock();
    if (!next.empty()) pack(next);
    // What will be packed in a moment takes less room then; but if that falls behind, room counts.
    if (waiting == 0 || waiting > kMostWaiting) retain();
    lock.lock();
    if (closed_ && (finished_.empty() || abandoned_)) break;
    if (finished_.empty()) {
      changed_.wait_for(lock, kLookEvery, [this] { return closed_ || !finished_.empty(); });
    }
  }
  done_ = true;
  tell();
}

void Housekeeper::pack(const std::string& name) {
  const std::string shown = trace::quoteForTerminal(folder_.pathOf(name));
  if (::access(folder_.pathOf(name).c_str(), F_OK) != 0) return;  // retention was faster
  {
    const std::lock_guard lock(mutex_);
    packing_ = name;
  }
  try {
    const trace::PackReport report = trace::packFile(folder_.pathOf(name), kPack);
    if (!report.kept.empty()) {
      say(shown + " was not compressed: " + trace::escapeForTerminal(report.kept));
    }
  } catch (const EnvironmentError& e) {
    say(shown + " was not compressed: " + e.what());
  }
  const std::lock_guard lock(mutex_);
  packing_.clear();
  if (std::exchange(removed_, false)) folder_.remove(name);
}

void Housekeeper::retain() {
  std::string current;
  {
    const std::lock_guard lock(mutex_);
    current = current_;
  }
  try {
    for (const Removal& removal :
         removable(folder_.list(), current, retention_, folder_.room(), realtimeNowNs())) {
      const std::string shown = trace::quoteForTerminal(folder_.pathOf(removal.name));
      const bool gone = folder_.remove(removal.name);
      say((gone ? "removed " : "could not remove ") + shown + ": " + removal.why);
      if (!gone) return;
    }
  } catch (const EnvironmentError& e) {
    say(e.what());
  }
}

bool Housekeeper::makeRoom() {
  std::string current;
  {
    const std::lock_guard lock(mutex_);
    current = current_;
  }
  for (const SegmentFile& file : folder_.list()) {
    if (file.name >= current) return false;
    {
      // Its packed form would take its place after it is gone, with a hole behind it.
      const std::lock_guard lock(mutex_);
      removed_ = removed_ || file.name == packing_;
    }
    if (!folder_.remove(file.name)) continue;
    say("removed " + trace::quoteForTerminal(folder_.pathOf(file.name)) + ": the disk is full");
    return true;
  }
  return false;
}

}  // namespace exectrail::recorder
