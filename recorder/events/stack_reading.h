// What a program was started with, from a copy of its first stack, taken by the kernel before its
// first instruction: class `image`. Bytes are its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace/record.h"

namespace exectrail::recorder {

struct StackReading {
  std::uint64_t endNs = 0;                           // when the last part was read
  trace::Field<std::vector<std::string>> arguments;  // head and tail of argv
  trace::Field<trace::ArgumentShape> argumentShape;
  trace::Field<std::vector<std::string>> environment;  // "NAME=value" of the wanted names
  trace::Field<bool> secure;                           // AT_SECURE
  trace::Field<trace::Credentials> credentials;        // AT_UID …, as its user namespace has them
  trace::Field<std::string> typedPath;                 // AT_EXECFN
};

}  // namespace exectrail::recorder
