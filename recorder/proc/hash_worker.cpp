#include "recorder/proc/hash_worker.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <string>
#include <vector>

#include "recorder/proc/file_facts.h"
#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

constexpr std::size_t kStepBytes = std::size_t{256} << 10;
constexpr std::int64_t kSettledNs = 50'000'000;  // longer than a tick of the kernel
constexpr int kEndWithinMs = 2000;

void signal(const FileDescriptor& eventFd) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t done = ::write(eventFd.get(), &one, sizeof one);
}

void clear(const FileDescriptor& eventFd) {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t done = ::read(eventFd.get(), &count, sizeof count);
}

FileDescriptor makeEventFd() {
  FileDescriptor fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd.valid()) throwErrno(errno, "cannot create an eventfd");
  return fd;
}

// Of the calling thread. What is refused stays as it is: hashing is then in somebody's way.
void takeLowPriority() {
  const sched_param none{};
  ::sched_setscheduler(0, SCHED_BATCH, &none);
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
  constexpr int kWhoProcess = 1;  // of <linux/ioprio.h>
  constexpr int kIdleClass = 3 << 13;
  ::syscall(SYS_ioprio_set, kWhoProcess, 0, kIdleClass);
}

std::int64_t realtimeNs() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

bool sameContent(const trace::FileFacts& a, const trace::FileFacts& b) {
  return a.inode == b.inode && a.deviceMajor == b.deviceMajor && a.deviceMinor == b.deviceMinor &&
         a.changeTimeNs == b.changeTimeNs && a.sizeBytes == b.sizeBytes;
}

class Hasher {
 public:
  Hasher() : context_(::EVP_MD_CTX_new(), ::EVP_MD_CTX_free), bytes_(kStepBytes) {}

  // 0 or errno.
  int hash(const HashRequest& request, const std::atomic<bool>& stop, Sha256& digest) {
    const std::string path = "/proc/self/fd/" + std::to_string(request.file.get());
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) return errno;
    const auto before = statFile(file.get(), "");
    if (!before.known()) return before.evidence.errorNumber;
    if (!sameContent(before.value, request.facts)) return ESTALE;
    if (context_ == nullptr || ::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr) != 1) {
      return ENOMEM;
    }
    std::uint64_t held = 0;
    while (true) {
      if (stop) return ECANCELED;
      const ssize_t got = ::read(file.get(), bytes_.data(), bytes_.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return errno;
      if (got == 0) break;
      held += static_cast<std::uint64_t>(got);
      if (held > request.facts.sizeBytes) return ESTALE;  // it grows
      ::EVP_DigestUpdate(context_.get(), bytes_.data(), static_cast<std::size_t>(got));
    }
    const auto after = statFile(file.get(), "");
    if (!after.known()) return after.evidence.errorNumber;
    if (held != request.facts.sizeBytes || !sameContent(after.value, request.facts)) return ESTALE;
    ::EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    return 0;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
  std::vector<char> bytes_;
};

}  // namespace

HashWorker::HashWorker() : state_(std::make_shared<State>()) {
  // A thread that had to be left alone may still be there when the process ends.
  ::OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  state_->requests = makeEventFd();
  state_->results = makeEventFd();
  // Signals are for the others.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([state = state_] { run(state); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

HashWorker::~HashWorker() {
  state_->stop = true;
  signal(state_->requests);
  pollfd polled = {state_->results.get(), POLLIN, 0};
  while (!state_->ended) {
    clear(state_->results);
    if (state_->ended) break;
    if (::poll(&polled, 1, kEndWithinMs) == 0) break;
  }
  if (state_->ended) {
    thread_.join();
  } else {
    thread_.detach();  // the state is its own too
  }
}

bool HashWorker::request(HashRequest&& request) {
  if (waiting_ == kMostWaiting || !state_->requestRing.put(std::move(request))) return false;
  ++waiting_;
  signal(state_->requests);
  return true;
}

std::optional<HashResult> HashWorker::result() {
  auto result = state_->resultRing.take();
  if (!result) {
    // One that came before this is seen by looking again; one that comes later signals again.
    clear(state_->results);
    result = state_->resultRing.take();
  }
  if (result) --waiting_;
  return result;
}

void HashWorker::run(const std::shared_ptr<State>& state) {
  takeLowPriority();
  Hasher hasher;
  pollfd polled = {state->requests.get(), POLLIN, 0};
  while (!state->stop) {
    ::poll(&polled, 1, -1);
    clear(state->requests);
    while (!state->stop) {
      auto request = state->requestRing.take();
      if (!request) break;
      HashResult result;
      result.ticket = request->ticket;
      result.facts = request->facts;
      result.settled = request->facts.changeTimeNs + kSettledNs <= realtimeNs();
      result.errorNumber = hasher.hash(*request, state->stop, result.digest);
      request->file.reset();
      state->resultRing.put(std::move(result));  // it has room: see waiting_
      signal(state->results);
    }
  }
  state->ended = true;
  signal(state->results);
}

}  // namespace exectrail::recorder
