#include "replay/commands/recipe_set.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "analyzer/compiler/recipe_files.h"
#include "replay/support/temporary.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::replay {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostOutput = std::size_t{64} << 20;

// Reads to the end. What is beyond the limit is read and dropped, so that git can end.
std::string readAll(int fd) {
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t size = ::read(fd, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    if (text.size() < kMostOutput) text.append(buffer, static_cast<std::size_t>(size));
  }
}

bool isRecipeFile(const std::string& name) {
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

// Names of the files in a tree of git's; empty if `object` is a file.
std::vector<std::string> filesIn(const std::string& object) {
  if (runGit({"cat-file", "-t", object}) != "tree\n") return {};
  const std::string names = runGit({"ls-tree", "-z", "--name-only", object});
  std::vector<std::string> files;
  for (std::size_t from = 0; from < names.size();) {
    const std::size_t end = names.find('\0', from);
    const std::string name = names.substr(from, end - from);
    if (isRecipeFile(name)) files.push_back(name);
    if (end == std::string::npos) break;
    from = end + 1;
  }
  if (files.empty()) {
    throw EnvironmentError(trace::quoteForTerminal(object) + " holds no recipe files (*.yaml)");
  }
  return files;
}

std::vector<analyzer::RecipeSource> ofRevision(const std::string& object) {
  std::vector<analyzer::RecipeSource> sources;
  const std::vector<std::string> files = filesIn(object);
  if (files.empty()) return {{object, runGit({"cat-file", "blob", object})}};
  const std::string folder = object.ends_with(':') || object.ends_with('/') ? object : object + "/";
  for (const std::string& name : files) {
    sources.push_back({folder + name, runGit({"cat-file", "blob", folder + name})});
  }
  return sources;
}

}  // namespace

std::string runGit(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"git"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) throwErrno(errno, "pipe");
  const OwnedFd reading(pipe[0]);
  pid_t child = 0;
  int error = 0;
  {
    const OwnedFd writing(pipe[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
    error = ::posix_spawnp(&child, "git", &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
  }
  if (error != 0) throwErrno(error, "cannot run git");
  const std::string output = readAll(reading.get());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw EnvironmentError("git " + trace::escapeForTerminal(arguments.front()) + " failed for " +
                           trace::quoteForTerminal(arguments.back()) +
                           ", which is neither a file nor a folder nor REVISION:FOLDER");
  }
  if (output.size() >= kMostOutput) throw EnvironmentError("git printed more than 64 MiB");
  return output;
}

std::vector<analyzer::RecipeSource> recipeSet(const std::string& spec) {
  std::error_code ignored;
  if (fs::exists(spec, ignored)) return analyzer::loadRecipes({spec});
  if (spec == "shipped") return analyzer::loadRecipes({analyzer::builtinRecipesFolder()});
  // git would take what begins with a hyphen for an option.
  if (spec.find(':') == std::string::npos || spec.starts_with("-")) {
    throw EnvironmentError(trace::quoteForTerminal(spec) +
                           ": no such file or folder, and not REVISION:FOLDER of git's");
  }
  return ofRevision(spec);
}

std::unique_ptr<const analyzer::Program> compileSets(const std::vector<std::string>& specs,
                                                     analyzer::Diagnostics& diagnostics) {
  std::vector<analyzer::RecipeSource> sources;
  for (const std::string& spec : specs) {
    for (analyzer::RecipeSource& source : recipeSet(spec)) sources.push_back(std::move(source));
  }
  return analyzer::compile(sources, diagnostics);
}

}  // namespace exectrail::replay
