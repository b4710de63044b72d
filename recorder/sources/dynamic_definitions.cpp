#include "recorder/sources/dynamic_definitions.h"

namespace exectrail::recorder {
namespace {

std::string entryFetch() {
  std::string fetch = "filename=$filename:x64 argv=$argv:x64 pointers=+0($argv):x64[" +
                      std::to_string(kCopiedArguments + 1) + "] file=+0($filename):ustring";
  for (std::size_t i = 0; i < kCopiedArguments; ++i) {
    fetch += " a" + std::to_string(i) + "=+0(+" + std::to_string(i * 8) + "($argv)):ustring";
  }
  return fetch;
}

}  // namespace

std::string DynamicDefinition::line(const std::string& group) const {
  const std::string kind = system.empty() ? "p:" : "e:";
  const std::string from = system.empty() ? target : system + "." + target;
  return kind + group + "/" + name + " " + from + " " + fetch;
}

std::vector<DynamicDefinition> entryDefinitions() {
  return {
      {kExecveCopy, "syscalls", "sys_enter_execve", entryFetch()},
      {kExecveatCopy, "syscalls", "sys_enter_execveat",
       "fd=$fd:s32 flags=$flags:s32 " + entryFetch()},
  };
}

DynamicDefinition openDefinition() {
  // do_open_execat(int fd, struct filename *name, …) of fs/exec.c; the first member of a struct
  // filename points to the name.
  return {kOpen, "", "do_open_execat", "fd=$arg1:s32 file=+0(+0($arg2)):string"};
}

}  // namespace exectrail::recorder
