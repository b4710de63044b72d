#include "analyzer/sinks/webhook_sink.h"

#include <algorithm>
#include <utility>

#include "trace/errors.h"

namespace exectrail::analyzer {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBatchMessages = 100;
constexpr std::size_t kBatchBytes = std::size_t{1} << 20;
constexpr milliseconds kFirstDelay{200};
constexpr milliseconds kLongestDelay{60'000};
constexpr milliseconds kLongestWait{300'000};  // that an answer may ask for
constexpr milliseconds kSpoolDelay{1'000};     // what arrives while nobody takes it, together

}  // namespace

WebhookSink::WebhookSink(SinkSpec spec)
    : Sink(std::move(spec)), post_(this->spec(), stop_), random_(std::random_device()()) {
  if (!this->spec().spool.empty()) {
    spool_.emplace(this->spec().spool);
    state_.spooledBytes = spool_->bytes();
  }
  // Signals stay with the thread that began: the mask is inherited.
  thread_ = std::thread([this] { run(); });
}

WebhookSink::~WebhookSink() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

SinkState WebhookSink::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void WebhookSink::put(std::string line, Severity, std::int64_t, const std::string&) {
  line += '\n';
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kMostMessages || bytes_ + line.size() > kMostBytes) {
      ++state_.dropped;
      return;
    }
    bytes_ += line.size();
    ++state_.waiting;
    queue_.push_back(std::move(line));
  }
  changed_.notify_all();
}

void WebhookSink::tell(bool failing, const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (failing && !state_.failing) ++state_.failures;
  state_.failing = failing;
  if (!why.empty()) state_.why = why;
  state_.spooledBytes = spool_ ? spool_->bytes() : 0;
}

void WebhookSink::run() {
  while (!stop_) {
    if (Clock::now() < again_) {
      // Nobody takes anything now; what arrives meanwhile is safe on disk.
      if (Clock::now() >= spooledLast_ + kSpoolDelay) spoolQueue();
      std::unique_lock lock(mutex_);
      const bool spools = spool_ && !queue_.empty();
      const auto until = spools ? std::min(again_, spooledLast_ + kSpoolDelay) : again_;
      const bool hadQueue = !queue_.empty();
      changed_.wait_until(lock, until,
                          [&] { return stop_ || (spool_ && !hadQueue && !queue_.empty()); });
    } else if (nextBatch()) {
      sendBatch();
    } else {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    }
  }
  spoolQueue();
}

// What is in the spool is older than what is in the queue.
bool WebhookSink::nextBatch() {
  while (!batch_ && spool_ && !spool_->empty()) {
    if (auto body = spool_->oldest()) {
      const auto messages = static_cast<std::size_t>(std::count(body->begin(), body->end(), '\n'));
      batch_ = Batch{std::move(*body), messages, true, 0};
    } else {
      const std::lock_guard lock(mutex_);
      ++state_.dropped;  // nobody knows how many were in it
      state_.spooledBytes = spool_->bytes();
    }
  }
  if (!batch_) {
    Batch taken = takeQueue();
    if (taken.messages > 0) batch_ = std::move(taken);
  }
  return batch_.has_value();
}

WebhookSink::Batch WebhookSink::takeQueue() {
  Batch batch;
  const std::lock_guard lock(mutex_);
  while (!queue_.empty() && batch.messages < kBatchMessages) {
    if (batch.messages > 0 && batch.body.size() + queue_.front().size() > kBatchBytes) break;
    bytes_ -= queue_.front().size();
    batch.body += queue_.front();
    queue_.pop_front();
    ++batch.messages;
  }
  return batch;
}

void WebhookSink::sendBatch() {
  const PostResult result = post_.post(batch_->body);
  switch (result.kind) {
    case PostResult::Kind::kTaken:
      finished(result);
      return;
    case PostResult::Kind::kRefused:
      dead(result);
      return;
    case PostResult::Kind::kFailed:
      if (++batch_->tries >= spec().tries) {
        dead(result);
        return;
      }
      later(result);
      return;
    case PostResult::Kind::kAway:
      later(result);
      return;
    case PostResult::Kind::kStopped:
      return;
  }
}

// Of batch_, whatever has become of it.
void WebhookSink::finished(const PostResult& result) {
  const bool taken = result.kind == PostResult::Kind::kTaken;
  if (batch_->spooled) spool_->removeOldest();
  {
    const std::lock_guard lock(mutex_);
    if (taken) state_.sent += batch_->messages;
    if (!batch_->spooled) state_.waiting -= batch_->messages;
  }
  batch_.reset();
  if (taken) failures_ = 0;
  tell(!taken, taken ? "" : result.why);
}

void WebhookSink::later(const PostResult& result) {
  const auto longest = kFirstDelay * (1U << std::min(failures_, 16U));
  ++failures_;
  const auto delay = std::min<milliseconds>(longest, kLongestDelay);
  // Between half of it and all.
  const auto half = delay.count() / 2;
  const milliseconds jittered(half + static_cast<long>(random_()) % (half + 1));
  const auto asked = std::min<milliseconds>(result.waitFor, kLongestWait);
  again_ = Clock::now() + std::max<milliseconds>(jittered, asked);
  tell(true, result.why);
  spoolBatch();
}

void WebhookSink::dead(const PostResult& result) {
  bool kept = false;
  try {
    kept = spool_ && spool_->addDead(batch_->body);
  } catch (const EnvironmentError& error) {
    again_ = Clock::now() + kSpoolDelay;
    tell(true, error.what());
    return;  // it stays what is to be sent
  }
  {
    const std::lock_guard lock(mutex_);
    (kept ? state_.dead : state_.dropped) += batch_->messages;
  }
  finished(result);
}

// False if the disk refuses it; it stays what is to be sent.
bool WebhookSink::spoolBatch() {
  if (!spool_ || !batch_ || batch_->spooled) return true;
  const bool first = spool_->empty();
  bool kept = false;
  try {
    kept = spool_->add(batch_->body);
  } catch (const EnvironmentError& error) {
    tell(true, error.what());
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    if (!kept) state_.dropped += batch_->messages;
    state_.waiting -= batch_->messages;
    state_.spooledBytes = spool_->bytes();
  }
  // What is sent next is the oldest one.
  batch_->spooled = kept && first;
  if (!batch_->spooled) batch_.reset();
  return true;
}

// Behind what is there.
void WebhookSink::spoolQueue() {
  if (!spool_) return;
  spooledLast_ = Clock::now();
  if (!spoolBatch()) return;
  while (true) {
    Batch taken = takeQueue();
    if (taken.messages == 0) return;
    std::optional<Batch> oldest = std::exchange(batch_, std::move(taken));
    if (!spoolBatch()) return;
    if (oldest) batch_ = std::move(oldest);
  }
}

}  // namespace exectrail::analyzer
