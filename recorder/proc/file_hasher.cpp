#include "recorder/proc/file_hasher.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "recorder/proc/file_facts.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

using trace::EvidenceClass;
using trace::Field;

constexpr std::size_t kMostKnown = 16384;  // then all are forgotten
constexpr std::size_t kMostPending = 2048;

Field<std::string> unknown(int errorNumber) {
  return Field<std::string>::unreadable(static_cast<std::uint16_t>(errorNumber));
}

}  // namespace

FileHasher::FileHasher(std::uint64_t mostFileBytes) : mostFileBytes_(mostFileBytes) {}
FileHasher::~FileHasher() = default;

FileHasher::Key FileHasher::keyOf(const trace::FileFacts& file) {
  return {file.deviceMajor, file.deviceMinor, file.inode, file.changeTimeNs, file.sizeBytes};
}

bool FileHasher::answerFromCache(const Key& key, Answer& answer) {
  if (const auto known = known_.find(key); known != known_.end()) {
    ++counts_.known;
    answer.sha256 = {std::string(known->second.data(), known->second.size()),
                     EvidenceClass::kProcfs};
    return true;
  }
  if (!inWork_.contains(key)) return false;
  ++counts_.known;
  answer.sha256 = unknown(EINPROGRESS);
  return true;
}

Field<std::string> FileHasher::remembered(const trace::FileFacts& file) const {
  const auto known = known_.find(keyOf(file));
  if (known == known_.end()) return {};
  return {std::string(known->second.data(), known->second.size()), EvidenceClass::kProcfs};
}

FileHasher::Answer FileHasher::ofNone() {
  ++counts_.refused;
  return {unknown(ESRCH)};
}

FileHasher::Answer FileHasher::ask(std::int32_t pid, const Field<trace::FileFacts>& file) {
  Answer answer;
  if (file.known() && answerFromCache(keyOf(file.value), answer)) return answer;
  const auto refuse = [&](int errorNumber) {
    ++counts_.refused;
    answer.sha256 = unknown(errorNumber);
    return answer;
  };
  HashRequest request;
  // Opening it for reading is the thread's: a file system may let it wait.
  const std::string link = "/proc/" + std::to_string(pid) + "/exe";
  request.file = FileDescriptor(::open(link.c_str(), O_PATH | O_CLOEXEC));
  if (!request.file.valid()) return refuse(errno);
  const Field<trace::FileFacts> opened = statFile(request.file.get(), "");
  if (!opened.known()) return refuse(opened.evidence.errorNumber);
  if (file.known() && (opened.value.inode != file.value.inode ||
                       opened.value.deviceMajor != file.value.deviceMajor ||
                       opened.value.deviceMinor != file.value.deviceMinor)) {
    return refuse(ESTALE);
  }
  const Key key = keyOf(opened.value);
  if (answerFromCache(key, answer)) return answer;
  if (!S_ISREG(opened.value.mode)) return refuse(EINVAL);
  if (opened.value.sizeBytes > mostFileBytes_) return refuse(EFBIG);
  if (!worker_) worker_ = std::make_unique<HashWorker>();
  request.ticket = lastTicket_ + 1;
  request.facts = opened.value;
  if (!worker_->request(std::move(request))) return refuse(ENOBUFS);
  ++lastTicket_;
  pending_[lastTicket_].key = key;
  inWork_[key] = lastTicket_;
  answer.ticket = lastTicket_;
  answer.sha256 = unknown(EINPROGRESS);
  return answer;
}

void FileHasher::name(std::uint64_t ticket, const trace::ImageId& image) {
  const auto found = pending_.find(ticket);
  if (found == pending_.end()) return;
  found->second.named = true;
  found->second.image = image;
}

void FileHasher::forget(std::uint64_t ticket) {
  const auto found = pending_.find(ticket);
  if (found == pending_.end()) return;
  inWork_.erase(found->second.key);  // the next exec of the file asks for itself
  pending_.erase(found);
}

void FileHasher::take(const HashResult& result) {
  if (result.errorNumber == 0) {
    ++counts_.hashed;
    if (result.settled) {
      if (known_.size() >= kMostKnown) known_.clear();
      known_[keyOf(result.facts)] = result.digest;
    }
  } else {
    ++counts_.failed;
  }
  const auto found = pending_.find(result.ticket);
  if (found == pending_.end()) return;  // forgotten; what it found is known all the same
  inWork_.erase(found->second.key);
  found->second.done = true;
  found->second.result = result;
}

void FileHasher::collect(const std::function<void(const trace::FileHash&)>& visit) {
  if (!worker_) return;
  while (const auto result = worker_->result()) take(*result);
  for (auto it = pending_.begin(); it != pending_.end();) {
    const Pending& pending = it->second;
    if (!pending.done || !pending.named) {
      ++it;
      continue;
    }
    trace::FileHash record;
    record.image = pending.image;
    record.file = {pending.result.facts, EvidenceClass::kProcfs};
    if (pending.result.errorNumber == 0) {
      record.sha256 = {trace::Bytes(pending.result.digest.data(), pending.result.digest.size()),
                       EvidenceClass::kProcfs};
    } else {
      record.sha256 =
          Field<trace::Bytes>::unreadable(static_cast<std::uint16_t>(pending.result.errorNumber));
    }
    visit(record);
    it = pending_.erase(it);
  }
  while (pending_.size() > kMostPending) {
    inWork_.erase(pending_.begin()->second.key);
    pending_.erase(pending_.begin());
    ++counts_.unclaimed;
  }
}

}  // namespace exectrail::recorder
