#include "recorder/proc/entry_reader.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "recorder/proc/caller_files.h"
#include "recorder/proc/proc_files.h"
#include "recorder/proc/process_reader.h"

namespace exectrail::recorder {
namespace {

using trace::EvidenceClass;
using trace::Field;

constexpr std::size_t kPageSize = 4096;
constexpr std::size_t kMaxArguments = 1024;

// Reads up to `size` bytes; stops at the first page that is not there. Returns the bytes read, or a
// negative errno when there are none.
ssize_t readMemory(pid_t tid, std::uint64_t address, void* to, std::size_t size) {
  // Page by page, so that a string that ends just before an unmapped page can be read.
  std::array<iovec, 10> remote{};
  std::size_t count = 0;
  std::size_t left = size;
  std::uint64_t at = address;
  while (left > 0 && count < remote.size()) {
    const std::size_t toPageEnd = kPageSize - at % kPageSize;
    const std::size_t part = std::min(left, toPageEnd);
    // An address of the other process: nothing of ours to optimise.
    remote[count++] = {reinterpret_cast<void*>(at), part};  // NOLINT(performance-no-int-to-ptr)
    at += part;
    left -= part;
  }
  const iovec local = {to, size - left};
  const ssize_t got = ::process_vm_readv(tid, &local, 1, remote.data(), count, 0);
  return got < 0 ? -errno : got;
}

Field<std::string> readString(pid_t tid, std::uint64_t address, std::size_t limit) {
  std::string bytes(limit, '\0');
  const ssize_t got = readMemory(tid, address, bytes.data(), bytes.size());
  if (got <= 0) {
    return Field<std::string>::unreadable(static_cast<std::uint16_t>(got < 0 ? -got : EFAULT));
  }
  bytes.resize(static_cast<std::size_t>(got));
  const auto end = bytes.find('\0');
  Field<std::string> field(bytes.substr(0, end), EvidenceClass::kEntry);
  if (end == std::string::npos) field.evidence.originalLength = bytes.size() + 1;
  return field;
}

// Addresses of the arguments, and whether these are all. What is in memory by now counts only if
// it begins with what was there during the call: a failed call's argv may have been freed.
struct Pointers {
  std::vector<std::uint64_t> addresses;
  bool ended = false;
  int errorNumber = 0;
};

Pointers readPointers(pid_t tid, std::uint64_t address, const CopiedArguments& part) {
  Pointers copied{part.addresses, part.ended};
  if (part.ended) return copied;
  Pointers read;
  read.addresses.resize(kMaxArguments);
  const ssize_t got =
      readMemory(tid, address, read.addresses.data(), kMaxArguments * sizeof(std::uint64_t));
  if (got < static_cast<ssize_t>(sizeof(std::uint64_t))) {
    if (copied.addresses.empty()) copied.errorNumber = got < 0 ? static_cast<int>(-got) : EFAULT;
    return copied;
  }
  read.addresses.resize(static_cast<std::size_t>(got) / sizeof(std::uint64_t));
  const auto end = std::find(read.addresses.begin(), read.addresses.end(), 0U);
  read.ended = end != read.addresses.end();
  read.addresses.erase(end, read.addresses.end());
  const bool same =
      read.addresses.size() >= part.addresses.size() &&
      std::equal(part.addresses.begin(), part.addresses.end(), read.addresses.begin());
  return same ? read : copied;
}

Field<std::vector<std::string>> readArguments(pid_t tid, std::uint64_t address,
                                              const CopiedArguments& part) {
  Field<std::vector<std::string>> field({}, EvidenceClass::kEntry);
  if (address == 0) return field;  // a null argv is an empty one
  const Pointers pointers = readPointers(tid, address, part);
  if (pointers.errorNumber != 0) {
    return Field<std::vector<std::string>>::unreadable(
        static_cast<std::uint16_t>(pointers.errorNumber));
  }
  std::size_t bytes = 0;
  bool cut = !pointers.ended;
  for (std::size_t i = 0; i < pointers.addresses.size(); ++i) {
    cut = cut || bytes >= kMaxArgumentBytes;
    if (bytes >= kMaxArgumentBytes) break;
    const bool copied = i < part.strings.size() && part.strings[i].has_value();
    Field<std::string> argument = copied
                                      ? Field<std::string>(*part.strings[i], EvidenceClass::kEntry)
                                      : readString(tid, pointers.addresses[i], kPageSize);
    if (!argument.known()) {
      // Nothing can be said about the arguments from here on.
      return Field<std::vector<std::string>>::unreadable(argument.evidence.errorNumber);
    }
    bytes += argument.value.size() + 1;
    field.value.push_back(std::move(argument.value));
    if (argument.evidence.truncated()) {
      cut = true;
      break;
    }
  }
  if (cut) field.evidence.originalLength = bytes + 1;  // at least: the end was not reached
  return field;
}

Field<std::string> printable(const std::string& text) {
  Field<std::string> field(text, EvidenceClass::kEntry);
  constexpr std::string_view kMore = "...";
  if (text.ends_with(kMore)) {
    field.value.resize(text.size() - kMore.size());
    field.evidence.originalLength = text.size();  // at least
  }
  return field;
}

}  // namespace

std::string asKernelNames(std::int32_t directoryFd, std::string path) {
  if (directoryFd == AT_FDCWD || path.starts_with('/')) return path;
  // alloc_bprm() in fs/exec.c.
  const std::string named = "/dev/fd/" + std::to_string(directoryFd);
  return path.empty() ? named : named + "/" + path;
}

EntryReading readEntry(const EnterEvent& event) {
  EntryReading reading;
  if (event.reading) reading = *event.reading;
  if (!reading.typedPath.known()) {
    reading.typedPath = readString(event.tid, event.filenameAddress, PATH_MAX);
    if (!reading.typedPath.known() && event.printableFilename) {
      reading.typedPath = printable(*event.printableFilename);
      reading.pathCopied = true;
    }
    if (reading.typedPath.known() && event.systemCall == trace::SystemCall::kExecveat) {
      reading.typedPath.value =
          asKernelNames(event.directoryFd, std::move(reading.typedPath.value));
    }
  }
  if (!reading.arguments.known() || reading.arguments.evidence.truncated()) {
    // Of arguments that were copied in part, memory may hold the rest.
    auto arguments = readArguments(event.tid, event.argvAddress, reading.part);
    if (arguments.known() || !reading.arguments.known()) {
      reading.arguments = std::move(arguments);
      reading.argumentsCopied = false;
    }
  }
  // Memory first, and by then it has been read: the caller's next call may be an exec.
  reading.endNs = monotonicNowNs();
  const std::string link = "/proc/" + std::to_string(event.tid) + "/cwd";
  const ReadResult cwd = readLinkAt(AT_FDCWD, link.c_str());
  reading.workingDirectory =
      cwd.errorNumber == 0
          ? Field<std::string>(cwd.bytes, EvidenceClass::kProcfs)
          : Field<std::string>::unreadable(static_cast<std::uint16_t>(cwd.errorNumber));
  if (reading.typedPath.known()) {
    reading.targetExists = existsFor(event.tid, reading.typedPath.value);
  }
  return reading;
}

}  // namespace exectrail::recorder
