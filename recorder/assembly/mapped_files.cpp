#include "recorder/assembly/mapped_files.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace exectrail::recorder {
namespace {

constexpr std::array<std::string_view, 11> kLibraryFolders = {
    "/lib/",       "/lib32/",      "/lib64/",       "/libx32/",        "/usr/lib/",  "/usr/lib32/",
    "/usr/lib64/", "/usr/libx32/", "/usr/libexec/", "/usr/local/lib/", "/nix/store/"};

}  // namespace

bool isSystemLibrary(trace::Bytes path) {
  return std::any_of(kLibraryFolders.begin(), kLibraryFolders.end(),
                     [path](std::string_view folder) { return path.starts_with(folder); });
}

bool isLoader(trace::Bytes path) {
  const trace::Bytes name = path.substr(path.rfind('/') + 1);
  // ld-linux-x86-64.so.2, ld-musl-x86_64.so.1, ld-2.31.so, ld.so, ld64.so.1
  return name.starts_with("ld") && name.find(".so") != trace::Bytes::npos &&
         (name.starts_with("ld-") || name.starts_with("ld.so") || name.starts_with("ld64.so") ||
          name.starts_with("ld32.so"));
}

std::optional<trace::MappingRole> noteMapping(MappedFiles& files, const MapEvent& map) {
  // Anonymous and special mappings have names such as //anon and [vdso]; a path that is too long
  // has none.
  if (!map.path.starts_with('/') || map.path.starts_with("//") || map.identity.inode == 0) {
    return std::nullopt;
  }
  if (map.identity == files.executable) return std::nullopt;
  auto role = trace::MappingRole::kLibrary;
  if (files.awaitsLoaderTarget) {
    files.awaitsLoaderTarget = false;
    role = trace::MappingRole::kLoaderTarget;
  } else if (isSystemLibrary(map.path)) {
    return std::nullopt;
  }
  if (!files.reported.insert(map.identity).second) return std::nullopt;
  return role;
}

}  // namespace exectrail::recorder
