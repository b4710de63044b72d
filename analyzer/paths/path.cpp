// Normalises component by component, as the kernel walks: a link is replaced as soon as it has been
// walked through, so that /var/run/../x is /x and not /var/x.
#include "analyzer/paths/path.h"

#include <algorithm>
#include <array>
#include <vector>

namespace exectrail::analyzer {
namespace {

// Links that are the same on every merged-/usr Linux (hier(7), file-hierarchy(7)).
struct Link {
  std::string_view from;
  std::string_view to;
};
constexpr std::array kLinks = {
    Link{"/var/run", "/run"},       Link{"/var/lock", "/run/lock"}, Link{"/run/shm", "/dev/shm"},
    Link{"/usr/tmp", "/var/tmp"},   Link{"/bin", "/usr/bin"},       Link{"/sbin", "/usr/sbin"},
    Link{"/lib", "/usr/lib"},       Link{"/lib32", "/usr/lib32"},   Link{"/lib64", "/usr/lib64"},
    Link{"/libx32", "/usr/libx32"},
};
constexpr std::size_t kLongestLink = 9;
static_assert(std::ranges::all_of(kLinks, [](const Link& link) {
  return link.from.size() <= kLongestLink;
}));

bool isNumber(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "self" and "thread-self" are the caller; a number may be anybody.
bool isSelf(std::string_view component) {
  return component == "self" || component == "thread-self";
}

// The entries of /proc/PID that are links only the kernel can follow, see proc(5).
struct ProcEntry {
  std::string_view name;  // "root", "cwd", "exe", "fd"; empty: the path does not name one
  bool self = false;
};

// Of a path below /proc, normalised.
ProcEntry procEntry(std::string_view path) {
  constexpr std::size_t kMost = 6;  // components
  std::vector<std::string_view> stack;
  while (!path.empty()) {
    if (stack.size() == kMost) return {};
    path.remove_prefix(1);
    stack.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(stack.back().size());
  }
  if (stack.size() < 3) return {};
  const bool self = isSelf(stack[1]);
  if (!self && !isNumber(stack[1])) return {};
  std::size_t next = 2;
  if (stack[2] == "task") {
    if (stack.size() < 5 || !isNumber(stack[3])) return {};
    next = 4;
  }
  const std::string_view entry = stack[next];
  if (stack.size() == next + 1 && (entry == "root" || entry == "cwd" || entry == "exe")) {
    return {entry, self};
  }
  if (stack.size() == next + 2 && (entry == "fd" || entry == "map_files")) return {"fd", self};
  return {};
}

class Walk {
 public:
  // What is walked along is about so long.
  Walk(std::optional<std::string_view> workingDirectory, std::size_t size)
      : cwd_(workingDirectory) {
    path_.reserve(size + 1);
  }

  // Walks `path` from where it stands. Stops at the first component nobody can follow afterwards.
  void along(std::string_view path) {
    while (kind_ == PlaceKind::kPath && !path.empty()) {
      const std::size_t slash = std::min(path.find('/'), path.size());
      step(path.substr(0, slash));
      path.remove_prefix(std::min(slash + 1, path.size()));
    }
  }

  Place place() && {
    if (kind_ != PlaceKind::kPath) return {kind_, {}};
    if (path_.empty()) path_ = "/";
    return {kind_, std::move(path_)};
  }

 private:
  void step(std::string_view component) {
    if (component.empty() || component == ".") return;
    if (component == "..") {
      if (!path_.empty()) path_.resize(path_.rfind('/'));
      return;
    }
    path_.append(1, '/').append(component);
    replaceLink();
    if (path_.starts_with("/proc/")) followProc();
    const bool openFile = (path_.starts_with("/dev/fd/") && path_.rfind('/') == 7) ||
                          path_ == "/dev/stdin" || path_ == "/dev/stdout" || path_ == "/dev/stderr";
    if (openFile) kind_ = PlaceKind::kHandle;
  }

  void replaceLink() {
    bool again = path_.size() <= kLongestLink;
    while (again) {
      again = false;
      for (const Link& link : kLinks) {
        if (path_ != link.from) continue;
        path_ = link.to;
        again = true;  // /var/run, then shm: /run/shm is a link as well
      }
    }
  }

  void followProc() {
    const ProcEntry entry = procEntry(path_);
    if (entry.name == "root") {
      // Another process may have another root: what lies below is its /proc entry's business.
      if (entry.self) path_.clear();
    } else if (entry.name == "cwd") {
      if (!entry.self || !cwd_ || !cwd_->starts_with('/')) {
        kind_ = PlaceKind::kUnknown;
      } else {
        // A working directory as the kernel prints it names no process's cwd: this ends.
        const std::string_view cwd = *cwd_;
        cwd_.reset();
        path_.clear();
        along(cwd);
        cwd_ = cwd;
      }
    } else if (!entry.name.empty()) {
      kind_ = PlaceKind::kHandle;
    }
  }

  std::optional<std::string_view> cwd_;
  std::string path_;  // where it stands; empty: the root
  PlaceKind kind_ = PlaceKind::kPath;
};

}  // namespace

Place placeOfResolved(std::string_view path, bool deleted) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (deleted && path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  // The name of a memory file may hold slashes ("/memfd:runc_cloned:/proc/self/exe"), which lead
  // nowhere.
  if (path.starts_with("memfd:")) return {PlaceKind::kPath, "/" + std::string(path)};
  if (path.starts_with("/memfd:")) return {PlaceKind::kPath, std::string(path)};
  if (path.starts_with("(unreachable)/")) return {PlaceKind::kPath, "/" + std::string(path)};
  if (!path.starts_with('/')) return {};
  Walk walk({}, path.size());
  walk.along(path);
  return std::move(walk).place();
}

Place placeOfTyped(std::string_view typed, std::optional<std::string_view> workingDirectory) {
  Walk walk(workingDirectory, typed.size() + (workingDirectory ? workingDirectory->size() : 0));
  if (!typed.starts_with('/')) {
    if (typed.empty() || !workingDirectory || !workingDirectory->starts_with('/')) return {};
    walk.along(*workingDirectory);
  }
  walk.along(typed);
  return std::move(walk).place();
}

bool isUnder(std::string_view path, std::string_view directory) {
  if (directory == "/") return path.size() > 1 && path.starts_with('/');
  return path.size() > directory.size() + 1 && path.starts_with(directory) &&
         path[directory.size()] == '/';
}

std::size_t componentCount(std::string_view path) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '/' && (i == 0 || path[i - 1] == '/')) ++count;
  }
  return count;
}

std::string_view lastComponent(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace exectrail::analyzer
