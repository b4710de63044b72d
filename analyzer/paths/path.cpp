// Normalises component by component, as the kernel walks: a link is replaced as soon as it has been
// walked through, so that /var/run/../x is /x and not /var/x.
#include "analyzer/paths/path.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace exectrail::analyzer {
namespace {

using Components = std::vector<std::string_view>;

// Links that are the same on every merged-/usr Linux (hier(7), file-hierarchy(7)).
struct Link {
  std::array<std::string_view, 2> from;  // one or two components
  std::array<std::string_view, 2> to;
};
constexpr std::array kLinks = {
    Link{{"var", "run"}, {"run", ""}},     Link{{"var", "lock"}, {"run", "lock"}},
    Link{{"run", "shm"}, {"dev", "shm"}},  Link{{"usr", "tmp"}, {"var", "tmp"}},
    Link{{"bin", ""}, {"usr", "bin"}},     Link{{"sbin", ""}, {"usr", "sbin"}},
    Link{{"lib", ""}, {"usr", "lib"}},     Link{{"lib32", ""}, {"usr", "lib32"}},
    Link{{"lib64", ""}, {"usr", "lib64"}}, Link{{"libx32", ""}, {"usr", "libx32"}},
};

std::span<const std::string_view> parts(const std::array<std::string_view, 2>& link) {
  return {link.data(), link[1].empty() ? 1U : 2U};
}

bool isNumber(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "self" and "thread-self" are the caller; a number may be anybody.
bool isSelf(std::string_view component) {
  return component == "self" || component == "thread-self";
}

// The entries of /proc/PID that are links only the kernel can follow, see proc(5).
struct ProcEntry {
  std::string_view name;  // "root", "cwd", "exe", "fd"; empty: `stack` does not name one
  bool self = false;
};

ProcEntry procEntry(const Components& stack) {
  if (stack.size() < 3 || stack[0] != "proc") return {};
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
  explicit Walk(std::optional<std::string_view> workingDirectory) : cwd_(workingDirectory) {}

  // Walks `path` from where it stands. Stops at the first component nobody can follow afterwards.
  void along(std::string_view path) {
    while (kind_ == PlaceKind::kPath && !path.empty()) {
      const std::size_t slash = std::min(path.find('/'), path.size());
      step(path.substr(0, slash));
      path.remove_prefix(std::min(slash + 1, path.size()));
    }
  }

  Place place() const {
    if (kind_ != PlaceKind::kPath) return {kind_, {}};
    std::string path;
    for (const std::string_view component : stack_) path.append("/").append(component);
    return {kind_, path.empty() ? "/" : std::move(path)};
  }

 private:
  void step(std::string_view component) {
    if (component.empty() || component == ".") return;
    if (component == "..") {
      if (!stack_.empty()) stack_.pop_back();
      return;
    }
    stack_.push_back(component);
    replaceLink();
    followProc();
    if (stack_.size() == 3 && stack_[0] == "dev" && stack_[1] == "fd") kind_ = PlaceKind::kHandle;
  }

  void replaceLink() {
    bool again = true;
    while (again) {
      again = false;
      for (const Link& link : kLinks) {
        const auto from = parts(link.from);
        if (!std::ranges::equal(stack_, from)) continue;
        const auto to = parts(link.to);
        stack_.assign(to.begin(), to.end());
        again = true;  // /var/run, then shm: /run/shm is a link as well
      }
    }
  }

  void followProc() {
    const ProcEntry entry = procEntry(stack_);
    if (entry.name == "root") {
      stack_.clear();
    } else if (entry.name == "cwd") {
      if (!entry.self || !cwd_ || !cwd_->starts_with('/')) {
        kind_ = PlaceKind::kUnknown;
      } else {
        // A working directory as the kernel prints it names no process's cwd: this ends.
        const std::string_view cwd = *cwd_;
        cwd_.reset();
        stack_.clear();
        along(cwd);
        cwd_ = cwd;
      }
    } else if (!entry.name.empty()) {
      kind_ = PlaceKind::kHandle;
    }
  }

  std::optional<std::string_view> cwd_;
  Components stack_;
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
  if (!path.starts_with('/')) return {};
  Walk walk({});
  walk.along(path);
  return walk.place();
}

Place placeOfTyped(std::string_view typed, std::optional<std::string_view> workingDirectory) {
  Walk walk(workingDirectory);
  if (!typed.starts_with('/')) {
    if (typed.empty() || !workingDirectory || !workingDirectory->starts_with('/')) return {};
    walk.along(*workingDirectory);
  }
  walk.along(typed);
  return walk.place();
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
