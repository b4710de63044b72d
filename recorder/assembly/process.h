// What the recorder keeps of one process while it lives.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "trace/record.h"

namespace exectrail::recorder {

// Failed attempts of the running image.
struct Failures {
  struct Tally {
    std::uint64_t count = 0;
    std::uint64_t fromNs = 0;
    std::uint64_t toNs = 0;
  };
  std::uint32_t kept = 0;
  std::uint64_t windowNs = 0;  // begin of the second that `keptInWindow` counts
  std::uint32_t keptInWindow = 0;
  std::map<std::pair<std::uint16_t, trace::TallyReason>, Tally> notKept;  // by errno and reason
};

// Files that the running image has mapped, as far as they matter.
struct MappedFiles {
  trace::FileIdentity executable;
  bool unreachable = false;         // the executable's mount is attached nowhere
  bool awaitsLoaderTarget = false;  // the image is a dynamic loader, started as a program
  std::set<trace::FileIdentity> reported;
};

struct Process {
  trace::ImageId image;  // the one that runs
  trace::Evidence startEvidence;
  trace::Field<trace::Creator> creator;
  trace::Field<trace::Namespaces> namespaces;
  trace::Field<trace::Login> login;  // as last read, of this process or of its creators
  std::vector<std::int32_t> tids;
  bool inScope = false;
  std::optional<trace::Source> reportedBy;  // its fork, by one transport alone so far
  std::uint64_t replacedNs = 0;  // when the running image was executed; 0: it was not, or before
  Failures failures;
  MappedFiles files;
};

using ProcessPtr = std::shared_ptr<Process>;

}  // namespace exectrail::recorder
