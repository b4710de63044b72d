#include "trace/metadata.h"

namespace exectrail::trace {

std::string toString(const Uuid& id) {
  constexpr char kHexDigits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kHexDigits[id[i] >> 4];
    out += kHexDigits[id[i] & 0xf];
  }
  return out;
}

}  // namespace exectrail::trace
