#include "recorder/events/event.h"

namespace exectrail::recorder {

// Out of line: inlined, GCC 12 believes that moving the variant reads members of other
// alternatives.
Event lossEvent(std::uint64_t untilNs, std::uint16_t cpu, const LossEvent& loss) {
  return {untilNs, cpu, loss};
}

}  // namespace exectrail::recorder
