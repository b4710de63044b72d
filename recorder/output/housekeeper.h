// Looks after finished segments in a thread of low priority, so that neither the kernel's buffers
// nor what is being written ever waits for it: packs them, and removes those that have been kept
// long enough. What it did and could not do is for the owner to say.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "recorder/output/retention.h"
#include "recorder/output/segment_folder.h"

namespace exectrail::recorder {

class Housekeeper {
 public:
  Housekeeper(SegmentFolder& folder, const Retention& retention);
  ~Housekeeper();  // does not begin anything new
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  // `current` is about to be written, and older ones may go. Before start().
  void writing(const std::string& current) { current_ = current; }

  void start();

  // From the writer's thread. `finished` is complete; from now on `current` is being written.
  void rotated(const std::string& finished, const std::string& current);

  // From the writer's thread, when the disk is full: removes the oldest segment at once. False if
  // there is none but the current one.
  bool makeRoom();

  // Nothing more comes. done() becomes true when all is looked after; `abandon`: very soon.
  void close(const std::string& finished);
  void abandon();
  bool done() const;

  int descriptor() const { return toOwner_.get(); }  // readable: messages, or done
  std::vector<std::string> takeMessages();
  void say(const std::string& message);  // from any thread

 private:
  void run();
  void pack(const std::string& name);
  void retain();
  void tell();

  SegmentFolder& folder_;
  Retention retention_;
  FileDescriptor toOwner_;
  std::atomic<bool> told_{false};  // saves the owner, who looks often, a lock and a system call
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> finished_;  // not yet packed
  std::string current_;
  std::string packing_;   // empty: none
  bool removed_ = false;  // and that one was removed meanwhile
  std::vector<std::string> messages_;
  bool closed_ = false;
  bool abandoned_ = false;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace exectrail::recorder
