// Where alerts go: a file of which we know how much belongs to a checkpoint, or standard output, of
// which nobody can know what has arrived.
//
// A file that is large or old enough is renamed to PATH.000001, PATH.000002 …, and a new one begun;
// an alert is in one of them, whole. Number and size name a place that a checkpoint can go back to
// over any number of these steps, and from the middle of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "analyzer/follow/output_settings.h"
#include "trace/container/byte_sink.h"
#include "trace/file_descriptor.h"

namespace exectrail::analyzer {

// Finished files of an output, by their numbers.
std::map<std::uint64_t, std::string> finishedOutputs(const std::string& path);

class AlertOutput {
 public:
  // A file is made if it is not there (0640). Throws EnvironmentError.
  explicit AlertOutput(OutputSettings settings);

  bool isFile() const { return !settings_.path.empty(); }

  // Takes back what was written after the checkpoint. False, and goes on at its end, if that is not
  // there: somebody has changed it.
  bool resumeAt(std::uint64_t number, std::uint64_t bytes);

  // At an alert's beginning: the file is finished before what does not fit any more. Throws
  // trace::ReaderGone if nobody reads standard output any more, and it was not to go on `unread`.
  void write(const std::string& text);

  // So much more would be too much for it.
  bool wouldFill(std::size_t more) const {
    return settings_.rotateBytes != 0 && bytes_ + more > settings_.rotateBytes;
  }

  // What was written is on disk, unless the policy is never. Also while another thread writes.
  void sync();

  // Removes finished files that are too many or too old. Only those that no checkpoint needs: up to
  // `number`, that of the checkpoint which is on disk. From the thread that syncs.
  void retain(std::uint64_t number);

  std::uint64_t number() const { return number_; }  // of files finished before this one
  std::uint64_t bytes() const { return bytes_; }    // of the file, or written so far
  bool begun() const { return number_ + bytes_ > 0; }

 private:
  struct File {
    File(FileDescriptor opened, const std::string& name);
    FileDescriptor fd;  // not valid: standard output
    trace::FdSink sink;
  };

  std::shared_ptr<File> open();
  bool due(std::size_t more) const;
  void rotate();

  OutputSettings settings_;
  std::string name_;
  std::uint64_t number_ = 0;
  std::uint64_t bytes_ = 0;
  std::int64_t begunNs_ = 0;  // CLOCK_REALTIME
  std::shared_ptr<File> file_;

  std::mutex syncing_;  // one at a time, the outer one of the two
  std::mutex mutex_;    // guards the following, and file_ against being exchanged
  std::vector<std::shared_ptr<File>> finished_;  // and not synced yet
  bool unsynced_ = false;
  bool renamed_ = false;         // the folder has to be synced as well
  std::int64_t retainedNs_ = 0;  // when retain() looked last; of its thread
  std::uint64_t retained_ = 0;   // and up to which number
};

}  // namespace exectrail::analyzer
