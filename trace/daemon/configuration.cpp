#include "trace/daemon/configuration.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <set>

#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/read_stream.h"

namespace exectrail::trace {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

std::string readAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throwErrno(errno, "cannot read " + quoteForTerminal(path));
  std::string text = readAtMost(file, kMostBytes);
  if (file.bad()) throw EnvironmentError("cannot read " + quoteForTerminal(path));
  if (text.size() > kMostBytes) {
    throw EnvironmentError(quoteForTerminal(path) + " is larger than a configuration, 1 MB");
  }
  return text;
}

[[noreturn]] void refuse(const std::string& path, const YAML::Mark& mark, const std::string& why) {
  throw ConfigurationError(quoteForTerminal(path) + ":" + std::to_string(mark.line + 1) + ":" +
                           std::to_string(mark.column + 1) + ": " + why);
}

bool isName(const std::string& name) {
  return !name.empty() && name != "config" && name.front() != '-' &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c == '-' || (c >= 'a' && c <= 'z'); });
}

void addValue(const std::string& path, const std::string& option, const YAML::Node& value,
              std::vector<std::string>& words) {
  if (!value.IsScalar()) refuse(path, value.Mark(), "a plain value is needed here");
  const std::string& text = value.Scalar();
  // A quoted "true" is a text.
  const bool plain = value.Tag() != "!";
  if (plain && text == "false") return;
  if (plain && text == "true") {
    words.push_back(option);
    return;
  }
  words.push_back(option + "=" + text);
}

}  // namespace

std::vector<std::string> configurationWords(const std::string& path) {
  YAML::Node root;
  try {
    root = YAML::Load(readAll(path));
  } catch (const YAML::Exception& e) {
    refuse(path, e.mark, e.msg);
  }
  std::vector<std::string> words;
  if (root.IsNull()) return words;
  if (!root.IsMap()) refuse(path, root.Mark(), "a map of options to values is needed");
  std::set<std::string> seen;
  for (const auto& entry : root) {
    const YAML::Node& key = entry.first;
    const YAML::Node& value = entry.second;
    const std::string name = key.IsScalar() ? key.Scalar() : "";
    if (!isName(name)) {
      refuse(path, key.Mark(), quoteForTerminal(name) + " is not the name of an option");
    }
    if (!seen.insert(name).second) refuse(path, key.Mark(), name + " is here for the second time");
    if (value.IsNull()) continue;
    const std::string option = "--" + name;
    if (!value.IsSequence()) {
      addValue(path, option, value, words);
      continue;
    }
    for (const auto& element : value) addValue(path, option, element, words);
  }
  return words;
}

std::vector<std::string> withConfiguration(const std::vector<std::string>& words,
                                           const std::map<std::string, std::string>& shortNames) {
  const std::string option = "--config";
  std::vector<std::string> configured;
  std::vector<std::string> typed;
  std::set<std::string> names;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string name = words[i].substr(0, words[i].find('='));
    if (name == option && name != words[i]) {
      for (auto& word : configurationWords(words[i].substr(option.size() + 1))) {
        configured.push_back(word);
      }
    } else if (name == option && i + 1 < words.size()) {
      for (auto& word : configurationWords(words[++i])) configured.push_back(word);
    } else {
      typed.push_back(words[i]);
      names.insert(name);
      // "-oFILE" is "-o FILE".
      const auto other = shortNames.find(words[i].substr(0, 2));
      if (other != shortNames.end() && !name.starts_with("--")) names.insert(other->second);
    }
  }
  std::vector<std::string> all;
  for (const std::string& word : configured) {
    if (!names.contains(word.substr(0, word.find('=')))) all.push_back(word);
  }
  all.insert(all.end(), typed.begin(), typed.end());
  return all;
}

}  // namespace exectrail::trace
