// The folder that a recording's segments lie in: their names, which sort as they were recorded, how
// much room there is, and which of them go first. One recorder at a time has it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recorder/notify.h"
#include "trace/file_descriptor.h"
#include "trace/metadata.h"

namespace exectrail::recorder {

struct SegmentFile {
  std::string name;  // without its folder
  std::uint64_t bytes = 0;
  std::uint64_t changedNs = 0;  // since 1970: when it was written last
};

class SegmentFolder {
 public:
  // Makes the folder (0750) if it is not there, and locks it. Throws EnvironmentError if it cannot
  // be had, or another recorder has it. A folder in which others could replace files is told to
  // `notify`.
  SegmentFolder(const std::string& path, const Notify& notify);

  // "20260304T050607.123Z-3f9c1a7e-000001.trail": when the recording began, its id, the number of
  // the segment. A recording that begins after another one in this folder sorts behind it, also if
  // the clock was set back.
  std::string nameOf(const trace::Uuid& recordingId, std::uint32_t number) const;
  void beginRecording(std::uint64_t realtimeNs);

  std::string pathOf(const std::string& name) const { return path_ + "/" + name; }

  // A new file. It may be read by the folder's group if the folder may.
  FileDescriptor make(const std::string& name) const;

  // Segments that are there, in the order of their names; other files are not looked at.
  std::vector<SegmentFile> list() const;

  // False if it is there still.
  bool remove(const std::string& name) const;

  // Half-written files of a recorder that was killed while it packed.
  void removeLeftovers() const;

  // Of the file system, in bytes.
  struct Room {
    std::uint64_t free = 0;
    std::uint64_t size = 0;
  };
  Room room() const;

 private:
  std::string path_;
  FileDescriptor fd_;
  std::uint64_t beganNs_ = 0;  // realtime of the recording, for names
};

}  // namespace exectrail::recorder
