#include "replay/scenario/corpus.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "replay/scenario/scenario_parser.h"
#include "trace/errors.h"

namespace exectrail::replay {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "scenario.yaml";

// Folders of scenarios at or below `path`, spelt as `path` is, so that messages can be pasted.
std::vector<fs::path> scenarioFolders(const std::string& given) {
  fs::path path = fs::path(given).lexically_normal();
  if (path.filename().empty() && path.has_parent_path()) path = path.parent_path();
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw EnvironmentError(given + ": no such file or folder");
  if (!fs::is_directory(status)) {
    if (path.filename() != kFileName) {
      throw EnvironmentError(given + " is neither a folder nor a " + kFileName);
    }
    return {path.has_parent_path() ? path.parent_path() : fs::path(".")};
  }
  std::vector<fs::path> found;
  if (fs::exists(path / kFileName)) found.push_back(path);
  const auto options = fs::directory_options::skip_permission_denied;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path, options)) {
    if (entry.path().filename() == kFileName) found.push_back(entry.path().parent_path());
  }
  if (found.empty()) throw EnvironmentError(given + " holds no scenario (a " + kFileName + ")");
  return found;
}

std::optional<Scenario> load(const fs::path& folder, analyzer::Diagnostics& diagnostics) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  const std::string category = whole.parent_path().filename().string();
  ScenarioSource source;
  source.file = (folder / kFileName).lexically_normal().string();
  source.directory = folder.string();
  source.name = category + "/" + whole.filename().string();
  source.text = readAll(folder / kFileName);
  if (category != "attack" && category != "evasion" && category != "benign") {
    diagnostics.addSource(source.file, source.text);
    diagnostics.error(analyzer::DiagnosticCode::kNotHere, {source.file, 1, 1},
                      "a scenario lives in attack/NAME, evasion/NAME or benign/NAME, not in '" +
                          source.name + "'");
    return std::nullopt;
  }
  return parseScenario(source, diagnostics);
}

}  // namespace

std::string readAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) throw EnvironmentError(path.string() + " cannot be read");
  return text.str();
}

Corpus loadCorpus(const std::vector<std::string>& paths, analyzer::Diagnostics& diagnostics) {
  Corpus corpus;
  std::set<fs::path> seen;  // a scenario named twice is replayed once
  for (const std::string& path : paths) {
    for (const fs::path& folder : scenarioFolders(path)) {
      if (!seen.insert(fs::canonical(folder)).second) continue;
      if (std::optional<Scenario> scenario = load(folder, diagnostics)) {
        corpus.push_back(std::make_unique<const Scenario>(std::move(*scenario)));
      }
    }
  }
  std::sort(corpus.begin(), corpus.end(), [](const auto& a, const auto& b) {
    return std::tie(a->name, a->directory) < std::tie(b->name, b->directory);
  });
  return corpus;
}

}  // namespace exectrail::replay
