// The mount tables of the host's mount namespaces, and their changes, as records. Own namespace and
// that of process 1 from the start; others from the first exec that is seen there. A mount storm
// must not flood the trace: after some changes at once, those of 100 ms become one record.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "recorder/proc/mount_table.h"
#include "trace/file_descriptor.h"
#include "trace/record.h"

namespace exectrail::recorder {

struct MountCounts {
  std::uint64_t unreadable = 0;  // namespaces whose processes had gone before they could be asked
  std::uint64_t postponed = 0;   // new namespaces not asked: too many at once; the next exec asks
  std::uint64_t evicted = 0;     // namespaces forgotten to make room; the next exec asks again
  std::uint64_t badLines = 0;    // lines of mountinfo that were not understood
};

class MountWatcher {
 public:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  static constexpr std::uint64_t kPauseNs = 100'000'000;
  // Changes of a namespace that are told without that pause; each pause brings one back.
  static constexpr std::uint32_t kChangesAtOnce = 16;
  static constexpr std::size_t kMostNamespaces = 64;
  static constexpr std::size_t kMountsPerRecord = 500;
  // New namespaces that are asked at once, and then each second.
  static constexpr std::uint64_t kBurst = 64;
  static constexpr std::uint64_t kPerSecond = 10;

  // The record's bytes live as long as the call.
  using Emit = std::function<void(const trace::MountTable&)>;
  explicit MountWatcher(Emit emit);
  ~MountWatcher();

  // Whole tables of our own mount namespace and of process 1's. Throws EnvironmentError without
  // /proc/self/mountinfo.
  void start(std::uint64_t nowNs);

  // Process `pid` has called exec in a mount namespace, told by its inode number. Costs next to
  // nothing if the namespace is being watched; otherwise its table, or what has changed since it
  // was watched last, is emitted at once, as far as kBurst and kPerSecond allow. It is watched as
  // long as that process lives.
  void seen(std::uint64_t mountNamespace, std::int32_t pid, std::uint64_t nowNs);

  // Whether a mount that process `pid` of this namespace uses now is one of the namespace's, or of
  // ours or process 1's. Not, if it is attached nowhere (open_tree, a lazy umount) or elsewhere.
  // Nothing if that cannot be told for certain.
  std::optional<bool> holds(std::uint64_t mountNamespace, std::int32_t pid, std::uint64_t mountId,
                            std::uint64_t nowNs);

  // Readable (POLLIN) when step() is wanted.
  int descriptor() const { return epoll_.get(); }

  // When step() is wanted in any case, CLOCK_MONOTONIC; kNever: not at all.
  std::uint64_t dueNs() const;

  // Emits changes of the namespaces whose pause is over.
  void step(std::uint64_t nowNs);

  const MountCounts& counts() const { return counts_; }

 private:
  struct Namespace;
  struct Watch;

  static Watch open(const char* folder);
  void attach(std::uint64_t inode, Watch&& watch, bool pinned, std::uint64_t nowNs);
  void leave(std::int32_t pid);
  void close(Namespace& space);
  void collect(std::uint64_t ignoredInode);
  void listen(std::uint64_t inode, Namespace& space);
  void read(std::uint64_t inode, Namespace& space, std::uint64_t nowNs);
  const MountList& upToDate(Namespace& space);
  std::optional<bool> lookInto(std::uint64_t mountNamespace, std::int32_t pid,
                               std::uint64_t mountId);
  void refresh(std::uint64_t inode, Namespace& space, std::uint64_t nowNs);
  void emit(std::uint64_t inode, const MountChanges& changes, bool complete);
  bool affords(std::uint64_t nowNs);
  void makeRoom();

  Emit emit_;
  FileDescriptor epoll_;
  std::unordered_map<std::uint64_t, Namespace> namespaces_;  // by inode number
  std::uint64_t lastSeen_ = 0;                               // watched for certain
  std::string text_;
  MountCounts counts_;
  std::uint64_t creditNs_ = 0;  // 1 s / kPerSecond buys a new namespace
  std::uint64_t creditAtNs_ = 0;
};

}  // namespace exectrail::recorder
