#include "analyzer/confinement.h"

#include <filesystem>
#include <iostream>

#include "analyzer/compiler/recipe_files.h"
#include "trace/errors.h"

// Sanitizers ask the kernel for more than a program does.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EXECTRAIL_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define EXECTRAIL_SANITIZED 1
#endif
#endif

namespace exectrail::analyzer {
namespace {

namespace fs = std::filesystem;

#ifdef EXECTRAIL_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

std::string folderOf(const std::string& path) { return fs::absolute(path).parent_path().string(); }

// Of a link that leads somewhere.
void addTarget(const fs::path& path, std::vector<std::string>& read) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return;
  const fs::path there = fs::canonical(path, error);
  if (!error) read.push_back(folderOf(there));
}

// Editors put another file in the place of one, so the folder is what counts; and links in it lead
// elsewhere.
void addEdited(const std::string& path, std::vector<std::string>& read) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    read.push_back(folderOf(path));
    return addTarget(path, read);
  }
  read.push_back(path);
  for (fs::recursive_directory_iterator it(path, error), end; !error && it != end;
       it.increment(error)) {
    addTarget(it->path(), read);
  }
}

void addSink(const SinkSpec& sink, SandboxNeeds& needs) {
  if (sink.kind != SinkSpec::Kind::kWebhook) return;
  needs.network = true;
  // Names of hosts, certificates, libraries: what a connection takes.
  for (const char* path : {"/etc", "/usr", "/lib", "/lib64", "/run", "/dev/urandom"}) {
    needs.read.emplace_back(path);
  }
  for (const std::string& path : {sink.key, sink.ca}) {
    if (!path.empty()) needs.read.push_back(folderOf(path));
  }
  if (!sink.spool.empty()) {
    needs.write.push_back(folderOf(sink.spool));
    needs.write.push_back(sink.spool);
  }
}

SandboxNeeds needsOf(const AnalyzeOptions& options) {
  SandboxNeeds needs;
  for (const std::string& trace : options.traces) {
    if (trace != "-") needs.read.push_back(trace);
  }
  if (options.recipes.builtin) needs.read.push_back(builtinRecipesFolder());
  for (const std::string& path : options.recipes.paths) addEdited(path, needs.read);
  for (const std::string& path : options.recipes.rules) addEdited(path, needs.read);
  for (const std::string& path : {options.recipes.workloads, options.baseline}) {
    if (!path.empty()) addEdited(path, needs.read);
  }
  // Its own size, for --metrics; whether a recording is of this run of the host.
  for (const char* path : {"/proc/self/statm", "/proc/sys/kernel/random/boot_id"}) {
    needs.read.emplace_back(path);
  }
  for (const std::string& path : {options.output.path, options.checkpoint, options.operations,
                                  options.metrics, options.profileJson}) {
    if (!path.empty()) needs.write.push_back(folderOf(path));
  }
  for (const SinkSpec& sink : options.sinks) addSink(sink, needs);
  return needs;
}

}  // namespace

std::optional<Sandbox> confine(const AnalyzeOptions& options) {
  if (options.sandbox == SandboxWish::kOff) return std::nullopt;
  if (kSanitized) {
    if (options.sandbox == SandboxWish::kAuto) return std::nullopt;
    throw EnvironmentError(
        "--sandbox on: this program was built with sanitizers, which it would stop");
  }
  Sandbox sandbox(needsOf(options));
  if (sandbox.why().empty()) return sandbox;
  if (options.sandbox == SandboxWish::kOn) {
    throw EnvironmentError("--sandbox on: " + sandbox.why() +
                           "; --sandbox auto analyses with what this kernel has");
  }
  if (options.follow) std::cerr << "exectrail: warning: " << sandbox.why() << '\n';
  return sandbox;
}

}  // namespace exectrail::analyzer
