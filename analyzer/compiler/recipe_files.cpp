#include "analyzer/compiler/recipe_files.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "trace/errors.h"
#include "trace/read_stream.h"

namespace exectrail::analyzer {
namespace {

namespace fs = std::filesystem;

// The compiler refuses larger files; what is read here only has to be bounded.
constexpr std::size_t kMaxBytes = 16 << 20;

std::vector<fs::path> filesOf(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path extension = entry->path().extension();
    if (extension == ".yaml" || extension == ".yml") files.push_back(entry->path());
  }
  if (error) throwErrno(error.value(), folder.string());
  if (files.empty()) {
    throw EnvironmentError(folder.string() + ": no recipe files (*.yaml, *.yml) in this folder");
  }
  std::ranges::sort(files);
  return files;
}

RecipeSource readFile(const fs::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throwErrno(errno, path.string());
  std::string text = trace::readAtMost(file, kMaxBytes);
  if (file.bad()) throwErrno(errno, path.string());
  if (text.size() > kMaxBytes) {
    throw EnvironmentError(path.string() + ": more than 16 MiB; this is no recipe file");
  }
  return {path.string(), std::move(text)};
}

}  // namespace

std::vector<RecipeSource> loadRecipes(const std::vector<std::string>& paths) {
  std::vector<RecipeSource> sources;
  std::set<fs::path> seen;
  const auto add = [&](const fs::path& path) {
    std::error_code error;
    const fs::path identity = fs::canonical(path, error);
    if (error) throwErrno(error.value(), path.string());
    if (seen.insert(identity).second) sources.push_back(readFile(path));
  };
  for (const std::string& path : paths) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      for (const fs::path& file : filesOf(path)) add(file);
    } else {
      add(path);
    }
  }
  return sources;
}

std::string builtinRecipesFolder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) throwErrno(error.value(), "/proc/self/exe");
  const fs::path folder = program.parent_path().parent_path() / "share/exectrail/recipes";
  if (!fs::is_directory(folder, error)) {
    throw EnvironmentError(folder.string() +
                           ": the recipes shipped with this program are not there; install them, "
                           "or name recipes with --recipes PATH and --no-builtin");
  }
  return folder.string();
}

}  // namespace exectrail::analyzer
