#include "recorder/assembly/shell_fallback.h"

#include <limits.h>

#include <string_view>

#include "recorder/events/stack_reading.h"

namespace exectrail::recorder {
namespace {

std::string_view lastComponent(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// /bin/sh (the C library's execvp, dash, zsh, tcsh, fish), or busybox, which runs itself as "ash".
bool isShell(std::string_view typed, std::string_view name) {
  if (lastComponent(name) == "sh") return lastComponent(typed) == "sh";
  return name == "ash" && (typed == "/proc/self/exe" || lastComponent(typed) == "busybox");
}

}  // namespace

trace::Field<trace::Bytes> refusedBefore(const ExecEvent* exec) {
  const StackReading* const stack = exec == nullptr ? nullptr : exec->stack.get();
  if (stack == nullptr || !stack->arguments.known()) return {};
  const std::vector<std::string>& arguments = stack->arguments.value;
  // The last one that is there of a head that was cut may be cut itself.
  const bool whole = stack->arguments.evidence.truncated() ? stack->argumentShape.value.tail > 2
                                                           : arguments.size() > 1;
  if (!whole || arguments.size() < 2 || !isShell(exec->filename, arguments[0])) return {};
  const std::string& path = arguments[1];
  const bool option = path.starts_with('-') || path.starts_with('+');
  if (path.empty() || option || path.size() >= PATH_MAX) return {};
  return {path, trace::EvidenceClass::kInferred};
}

}  // namespace exectrail::recorder
