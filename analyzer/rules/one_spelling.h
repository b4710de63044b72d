// Paths of rules in the spelling in which executions are recorded.
#pragma once

#include <string>

#include "analyzer/paths/path.h"

namespace exectrail::analyzer::rules {

// The path with the links every Linux has (/bin, /var/run) replaced. Also of the beginning of one.
inline std::string oneSpelling(const std::string& path) {
  if (!path.starts_with('/')) return path;
  Place place = placeOfResolved(path, false);
  if (place.kind != PlaceKind::kPath) return path;
  if (path.ends_with('/') && !place.path.ends_with('/')) place.path += '/';
  return place.path;
}

}  // namespace exectrail::analyzer::rules
