// SHA-256 of the files that run. What was hashed before is known by device, inode, time of change
// and size; anything else is hashed by a thread and told later, in a record of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "recorder/proc/hash_worker.h"
#include "trace/record.h"

namespace exectrail::recorder {

struct HashCounts {
  std::uint64_t hashed = 0;
  std::uint64_t known = 0;      // execs of files hashed before, or being hashed
  std::uint64_t failed = 0;     // the record says why
  std::uint64_t refused = 0;    // too many at once, too large, or gone
  std::uint64_t unclaimed = 0;  // results that nobody named an image for in time
};

class FileHasher {
 public:
  static constexpr std::uint64_t kMostFileBytes = std::uint64_t{256} << 20;

  explicit FileHasher(std::uint64_t mostFileBytes = kMostFileBytes);
  ~FileHasher();

  struct Answer {
    // The digest; or unknown, with the errno that says why: EINPROGRESS if a record comes later,
    // ENOENT and ESRCH the process has gone, ESTALE it runs another file by now, EFBIG the file is
    // too large, ENOBUFS too many wait.
    trace::Field<std::string> sha256;
    std::uint64_t ticket = 0;  // not 0: to be named
  };

  // To be asked at once when process `pid` has called exec. `file`: what statx(2) says of its
  // executable, or unknown. Takes some 10 µs at most; the first time that something is hashed, the
  // thread starts with the rights of the caller.
  Answer ask(std::int32_t pid, const trace::Field<trace::FileFacts>& file);

  // The same for a process that is known to have ended: ESRCH.
  Answer ofNone();

  // Of a file that was hashed before and has not changed since; else unknown.
  trace::Field<std::string> remembered(const trace::FileFacts& file) const;

  // The image whose exec got the ticket; or that there is no record of it.
  void name(std::uint64_t ticket, const trace::ImageId& image);
  void forget(std::uint64_t ticket);

  // Readable when collect() is wanted; -1 as long as nothing has been hashed.
  int descriptor() const { return worker_ ? worker_->descriptor() : -1; }

  // Visits the results whose images are known. The record's bytes live as long as the call.
  void collect(const std::function<void(const trace::FileHash&)>& visit);

  // Results that collect() has still to expect.
  std::size_t waiting() const { return pending_.size(); }

  const HashCounts& counts() const { return counts_; }

 private:
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint64_t, std::int64_t, std::uint64_t>;
  struct Pending {
    Key key;
    bool named = false;
    trace::ImageId image;
    bool done = false;
    HashResult result;
  };

  static Key keyOf(const trace::FileFacts& file);
  bool answerFromCache(const Key& key, Answer& answer);
  void take(const HashResult& result);

  std::uint64_t mostFileBytes_;
  std::unique_ptr<HashWorker> worker_;
  std::map<Key, Sha256> known_;
  std::map<Key, std::uint64_t> inWork_;       // ticket by file
  std::map<std::uint64_t, Pending> pending_;  // by ticket
  std::uint64_t lastTicket_ = 0;
  HashCounts counts_;
};

}  // namespace exectrail::recorder
