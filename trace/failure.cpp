#include "trace/failure.h"

#include <filesystem>

#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail {

std::string describeFailure(const std::exception& failure) {
  if (const auto* refused = dynamic_cast<const std::filesystem::filesystem_error*>(&failure)) {
    return trace::quoteForTerminal(refused->path1().string()) + ": " + refused->code().message();
  }
  if (dynamic_cast<const EnvironmentError*>(&failure) != nullptr) return failure.what();
  return std::string("internal error: ") + failure.what();
}

}  // namespace exectrail
