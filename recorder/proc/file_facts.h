// Owner, mode, size, links and change of an executable: through the process that runs it, or when
// that has gone, by the path the kernel gave, if what is there now is certainly the same file.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "trace/record.h"

namespace exectrail::recorder {

// Of `file` below an open directory; "exe" of /proc/PID is the file that runs, whatever its path
// names by now. What the kernel holds in memory: asking a server or a FUSE daemon could take for
// ever. `mountId`: where the id of its mount goes, as mountinfo has it; 0: the kernel does not say
// (before Linux 5.8).
trace::Field<trace::FileFacts> statFile(int directory, const char* file,
                                        std::uint64_t* mountId = nullptr);

class FileFactsReader {
 public:
  FileFactsReader();

  // Of the file that ran as the kernel named it at time `execNs` (CLOCK_MONOTONIC), `path` being
  // how it is seen from the root of its process:
  //   throughProcess, if it is known: class as it has
  //   by path in our mount namespace, the file of the same device, inode and generation, or one
  //   that has not changed since before the exec: class `procfs`. What was read of the former since
  //   the exec, for another one, is not read again.
  //   what an earlier exec of the same file gave: class `inferred`
  // otherwise unknown, with the errno of the second or, without path, the first. File systems whose
  // statx(2) tells another device than their mappings (btrfs, overlayfs) are found in the first and
  // third way only.
  trace::Field<trace::FileFacts> read(const trace::FileIdentity& identity, const std::string& path,
                                      std::uint64_t execNs,
                                      const trace::Field<trace::FileFacts>& throughProcess);

  // Of a file that read() has found: the path that was last seen to lead to it from our root, when
  // it was read by path, or what seen() says of it. Null: none was.
  const std::string* pathTo(const trace::FileIdentity& identity) const;
  void seen(const trace::FileIdentity& identity, const std::string& path);

  // The mount namespace in which paths are looked up here, by its inode; 0: not known.
  std::uint64_t mountNamespace() const { return mountNamespace_; }

 private:
  struct Known {
    trace::FileFacts file;
    std::uint64_t readNs = 0;  // of this identity for certain, all of it; 0: not for certain
    std::string path;          // that led to it; empty: none is known
  };
  Known& remember(const trace::FileIdentity& identity, const trace::FileFacts& file,
                  std::uint64_t readNs);

  std::map<trace::FileIdentity, Known> known_;
  std::uint64_t mountNamespace_ = 0;
};

}  // namespace exectrail::recorder
