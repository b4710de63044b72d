#include "recorder/wake_latency.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "trace/errors.h"

namespace exectrail::recorder {
namespace {

constexpr const char* kDevice = "/dev/cpu_dma_latency";

}  // namespace

WakeLatency::WakeLatency(std::int32_t microseconds)
    : request_(::open(kDevice, O_WRONLY | O_CLOEXEC)) {
  if (!request_.valid() ||
      ::write(request_.get(), &microseconds, sizeof microseconds) != sizeof microseconds) {
    throw EnvironmentError(
        std::string("--wake-latency cannot be asked of ") + kDevice + " (" + std::strerror(errno) +
        "); it takes root, that device, and a kernel built with CONFIG_CPU_IDLE");
  }
}

}  // namespace exectrail::recorder
