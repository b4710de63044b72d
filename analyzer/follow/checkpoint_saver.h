// Brings alerts to disk and then writes the checkpoint that vouches for them, in a thread: a disk
// that takes its time delays no alert.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "analyzer/follow/alert_output.h"
#include "analyzer/follow/checkpoint.h"

namespace exectrail::analyzer {

class CheckpointSaver {
 public:
  // `path` empty: the output is synced, and no checkpoint written. `output` must outlive this.
  CheckpointSaver(AlertOutput& output, std::string path);
  ~CheckpointSaver();  // what is under way is done to its end
  CheckpointSaver(const CheckpointSaver&) = delete;
  CheckpointSaver& operator=(const CheckpointSaver&) = delete;

  // Still at the one before. Throws what went wrong with it.
  bool busy();

  // Everything that the checkpoint claims has been written to the output. Not while busy().
  void save(const Checkpoint& checkpoint);

  // The same at once, after what is under way. Throws EnvironmentError.
  void saveNow(const Checkpoint& checkpoint);

 private:
  void run();
  void write(const Checkpoint& checkpoint);

  AlertOutput& output_;
  std::string path_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Checkpoint> next_;  // taken away when it has been written
  std::exception_ptr failure_;
  bool ending_ = false;
  std::thread thread_;  // from the first save() on
};

}  // namespace exectrail::analyzer
