// Shared by the codecs: opening a Cap'n Proto message that may be hostile, and flattening one.
#pragma once

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "trace/batch.h"

namespace exectrail::trace {

inline kj::ArrayPtr<const capnp::word> asWords(const std::byte* message, std::size_t size) {
  return {reinterpret_cast<const capnp::word*>(message), size / sizeof(capnp::word)};
}

// Reading may touch each word a few times but not follow pointers that make a small message large.
inline capnp::ReaderOptions readerOptions(std::size_t size) {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = size / sizeof(capnp::word) * 4 + 1024;
  options.nestingLimit = 16;
  return options;
}

inline std::vector<std::byte> flatten(capnp::MessageBuilder& builder) {
  const kj::Array<capnp::word> words = capnp::messageToFlatArray(builder);
  const auto bytes = words.asBytes();
  std::vector<std::byte> out(bytes.size());
  std::memcpy(out.data(), bytes.begin(), bytes.size());
  return out;
}

// Runs `read` and turns what Cap'n Proto throws into BadMessage.
template <typename Function>
auto guarded(Function read) {
  try {
    return read();
  } catch (const kj::Exception& e) {
    throw BadMessage(std::string(e.getDescription().cStr()));
  }
}

}  // namespace exectrail::trace
