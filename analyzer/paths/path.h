// Where a path leads, decided from its bytes alone: no file system is asked, because the trace may
// be years old and from another host. Joins what was typed to the working directory, removes `//`,
// `.` and `..`, and replaces the links every Linux has (/var/run -> /run, /bin -> /usr/bin, ...),
// so that each place has one spelling. Links made by users stay: only the kernel could resolve
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace exectrail::analyzer {

enum class PlaceKind : std::uint8_t {
  kPath,     // `path` is absolute and normalised
  kHandle,   // names an open file (/dev/fd/3, /proc/self/exe), not a place: what is behind it
             // decides
  kUnknown,  // relative to a directory that is not known
};

struct Place {
  PlaceKind kind = PlaceKind::kUnknown;
  std::string path;
};

// The place of an absolute path as the kernel resolved it. A path of a memory file
// (memfd_create(2)) is "/memfd:NAME". `deleted` says that the file had no link left: only then is a
// trailing " (deleted)" the kernel's remark (d_path() in fs/d_path.c) and not part of the name.
Place placeOfResolved(std::string_view path, bool deleted);

// The place of a path as passed to execve(2), relative to `workingDirectory` if it is known.
Place placeOfTyped(std::string_view typed, std::optional<std::string_view> workingDirectory);

// Whether `path` lies below `directory`, by whole components: /tmp/a is under /tmp, /tmpx/a and
// /tmp itself are not. Both must be normalised.
bool isUnder(std::string_view path, std::string_view directory);

// Number of components: 2 for "/var/tmp", 0 for "/".
std::size_t componentCount(std::string_view path);

// What follows the last slash.
std::string_view lastComponent(std::string_view path);

}  // namespace exectrail::analyzer
