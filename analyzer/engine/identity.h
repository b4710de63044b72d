// The name of an alert, which is the same wherever and whenever a trace is analysed, and after it
// was cut, merged or written in other batches. Made like those of images, see trace/identity.h, of:
//   "exectrail alert 1", boot id, tgid, process start, exec number, attempt number (4), recipe
//   name, recipe version, further
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "trace/identity.h"

namespace exectrail::analyzer {

// Ids of images, each hashed once as long as it is among the latest: the images of an alert are
// mostly in others, too.
class EntityIds {
 public:
  // Valid until the next call.
  const std::string& of(const trace::Uuid& bootId, const trace::ImageId& image);

 private:
  struct Known {
    trace::Uuid bootId{};
    trace::ImageId image;
    std::string id;  // empty: nothing is known here
  };
  static constexpr std::size_t kKnown = 64;
  std::array<Known, kKnown> known_;
};

// `attemptNumber` is 0 for what ran. `further` tells apart what else an image may have several of:
// the path of a mapping, the time of a tally; nothing is hashed of it if it is empty.
std::string alertId(const trace::Uuid& bootId, const trace::ImageId& image,
                    std::uint32_t attemptNumber, std::string_view recipe, std::string_view version,
                    std::string_view further = {});

}  // namespace exectrail::analyzer
