// The state of the host at one moment, from the records up to it: which images run, the images
// above them, the mounts. From it a trace can begin later than its recording did: its first records
// are those of a snapshot, with every image that somebody needs to be understood.
//
// Memory follows what is alive, not what has ever run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "recorder/output/batch_sink.h"
#include "recorder/output/encoded_record.h"
#include "recorder/output/mount_state.h"

namespace exectrail::recorder {

class TreeState {
 public:
  using Emit = std::function<void(const trace::Record&)>;

  // Ended or replaced images that are kept because running ones descend from them, at most.
  static constexpr std::size_t kMaxAncestors = 8192;

  // Goes on to the end of this batch. Batches of a run come one after the other.
  void apply(const SealedBatch& batch);

  // The state as records of the time `timeNs`: each image after its
  // creator and after those of its process before it, then the ends of what runs no longer, then
  // mounts.
  void emit(std::uint64_t timeNs, const Emit& emit) const;

  std::size_t bytes() const { return bytes_ + mounts_.bytes(); }  // about
  std::size_t images() const { return images_.size(); }

  // Ancestors and mounts that were given up for want of room.
  std::uint64_t forgotten() const { return forgotten_ + mounts_.forgotten(); }

 private:
  struct Entry {
    std::uint64_t order = 0;         // in which images came to be
    std::uint64_t processOrder = 0;  // of the first image of its process, which may be gone
    EncodedRecord snapshot;   // empty: a copy of its creator's image, which it was forked from
    std::string comm;         // of such a copy
    trace::ImageId creator;   // tgid 0: not known
    bool counted = false;     // among the users of its creator
    std::uint32_t users = 0;  // images here that name this one as their creator
    bool running = true;
    bool inBatch = false;  // no snapshot yet: it is record `index` of the batch being applied
    std::size_t index = 0;
  };
  struct IdHash {
    std::size_t operator()(const trace::ImageId& id) const;
  };

  void on(const trace::Image& image, std::size_t index);
  void on(const trace::Fork& fork);
  void on(const trace::Exit& exit);
  Entry& add(const trace::ImageId& id, const trace::ImageId& creator,
             const trace::ImageId& replaced);
  std::vector<trace::ImageId> inOrder() const;
  void end(const trace::ImageId& id);
  void dropUnused(trace::ImageId id);
  void erase(std::unordered_map<trace::ImageId, Entry, IdHash>::iterator at);
  void boundAncestors();
  void keepSnapshots(const trace::BatchView& batch);
  void emitImage(const trace::ImageId& id, const Entry& entry, std::uint64_t timeNs,
                 const Emit& emit) const;

  std::unordered_map<trace::ImageId, Entry, IdHash> images_;
  std::unordered_map<std::uint32_t, trace::ImageId> running_;  // by tgid
  std::vector<trace::ImageId> fresh_;                          // in the batch being applied
  trace::ReadTables runTables_;
  std::vector<std::shared_ptr<const std::vector<std::byte>>> runContents_;  // those point into it
  MountState mounts_;
  trace::BatchBuilder builder_;
  std::uint64_t nextOrder_ = 0;
  std::size_t ancestors_ = 0;  // entries that do not run
  std::size_t bytes_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace exectrail::recorder
