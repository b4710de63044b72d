// Finds and reads files of rules. A file that cannot be read is an entry of the account, because
// folders of thousands of files come from somewhere else.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "analyzer/rules/rule_set.h"
#include "trace/errors.h"
#include "trace/read_stream.h"

namespace exectrail::analyzer {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = 1 << 20;  // what the YAML reader takes

bool isYaml(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

struct Below {
  std::vector<fs::path> files;
  std::vector<RuleFile> closed;  // folders
};

// Not one iterator for all: at a folder that it may not read, it ends, or says nothing.
Below filesBelow(const fs::path& top) {
  Below found;
  std::vector<fs::path> folders = {top};
  while (!folders.empty()) {
    const fs::path folder = std::move(folders.back());
    folders.pop_back();
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      std::error_code unknown;
      const bool directory = entry->is_directory(unknown);
      if (directory && !entry->is_symlink(unknown)) folders.push_back(entry->path());
      if (isYaml(entry->path()) && !directory) found.files.push_back(entry->path());
    }
    if (error && folder == top) throwErrno(error.value(), top.string());
    if (error) found.closed.push_back({folder.string(), {}, error.message()});
  }
  if (found.files.empty() && found.closed.empty()) {
    throw EnvironmentError(top.string() + ": no rule files (*.yaml, *.yml) in this folder");
  }
  std::ranges::sort(found.files);
  std::ranges::sort(found.closed, {}, &RuleFile::path);
  return found;
}

RuleFile readFile(const fs::path& path) {
  RuleFile result{path.string(), {}, {}};
  std::error_code error;
  // A pipe or a device would wait or never end.
  if (!fs::is_regular_file(path, error)) {
    result.problem = error ? error.message() : "not a file";
    return result;
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    result.problem = std::strerror(errno);
    return result;
  }
  result.text = trace::readAtMost(file, kMaxBytes);
  if (file.bad()) result.problem = "cannot be read";
  if (result.text.size() > kMaxBytes) {
    result.problem = "more than 1 MiB; split the file";
    result.text.clear();
  }
  return result;
}

}  // namespace

std::vector<RuleFile> loadRuleFiles(const std::vector<std::string>& paths, std::size_t maxBytes) {
  std::vector<RuleFile> files;
  std::size_t bytes = 0;
  std::set<fs::path> seen;
  const auto add = [&](const fs::path& path) {
    std::error_code error;
    const fs::path identity = fs::weakly_canonical(path, error);
    if (!seen.insert(error ? path : identity).second) return;
    const std::string tooMany =
        "not read: the files before it have " + std::to_string(maxBytes >> 20) + " MiB together";
    files.push_back(bytes > maxBytes ? RuleFile{path.string(), {}, tooMany} : readFile(path));
    bytes += files.back().text.size();
  };
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::exists(path, error)) throwErrno(error ? error.value() : ENOENT, path);
    if (fs::is_directory(path, error)) {
      Below below = filesBelow(path);
      for (const fs::path& file : below.files) add(file);
      std::ranges::move(below.closed, std::back_inserter(files));
    } else {
      add(path);
    }
  }
  return files;
}

}  // namespace exectrail::analyzer
