// Refuses directories and patterns that look right but could never match, because paths are
// normalised before they are compared.
#include "analyzer/compiler/binder.h"
#include "analyzer/paths/path.h"

namespace exectrail::analyzer {
namespace {

std::optional<PathProblem> problemOfPrefix(std::string_view prefix, std::string_view whole) {
  if (!prefix.starts_with('/')) {
    return PathProblem{"'" + std::string(whole) + "' is not an absolute path",
                       "paths are compared after they were made absolute; begin with '/'"};
  }
  const Place place = placeOfTyped(prefix, std::nullopt);
  if (place.kind != PlaceKind::kPath) {
    return PathProblem{"'" + std::string(whole) + "' is not a place: the file behind it decides",
                       "memory files are /memfd:NAME"};
  }
  if (place.path != prefix) {
    return PathProblem{"'" + std::string(whole) + "' can never match: paths are normalised first",
                       "write '" + place.path + std::string(whole.substr(prefix.size())) + "'"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<PathProblem> problemOfDirectory(std::string_view directory) {
  if (directory.find_first_of("*?[{") != std::string_view::npos) {
    return PathProblem{
        "'" + std::string(directory) + "' holds a wildcard, which 'under' does not take",
        "use 'glob', or name the directory"};
  }
  return problemOfPrefix(directory, directory);
}

std::optional<PathProblem> problemOfPathGlob(std::string_view pattern) {
  if (pattern.starts_with("/memfd:")) return std::nullopt;
  // Only whole components before the first wildcard are sure to be what they seem.
  std::size_t literal = pattern.find_first_of("*?[{\\");
  if (literal == std::string_view::npos) return problemOfPrefix(pattern, pattern);
  literal = pattern.substr(0, literal).rfind('/');
  if (literal == std::string_view::npos) return problemOfPrefix({}, pattern);
  return literal == 0 ? std::nullopt : problemOfPrefix(pattern.substr(0, literal), pattern);
}

}  // namespace exectrail::analyzer
