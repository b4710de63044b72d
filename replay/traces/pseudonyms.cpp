#include "replay/traces/pseudonyms.h"

#include <algorithm>

namespace exectrail::replay {
namespace {

constexpr std::size_t kCommLength = 15;  // of TASK_COMM_LEN, without the zero
constexpr std::size_t kMostDigits = 4;   // of numbers that stay: modes, ports, durations
constexpr std::size_t kMostBundled = 4;  // "-rlf": longer ones may hold a value, "-psecret"

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t from = 0;;) {
    const std::size_t end = text.find(separator, from);
    parts.emplace_back(text.substr(from, end - from));
    if (end == std::string_view::npos) return parts;
    from = end + 1;
  }
}

std::string join(const std::vector<std::string>& parts, char separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += separator;
    text += parts[i];
  }
  return text;
}

// The index of the first component below a home directory: /home/user/… and /root/…; 0: none.
std::size_t belowHome(const std::vector<std::string>& parts) {
  if (parts.size() > 2 && parts[0].empty() && parts[1] == "home") return 3;
  if (parts.size() > 1 && parts[0].empty() && parts[1] == "root") return 2;
  return 0;
}

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool isNumber(std::string_view text) {
  const auto digits = std::count_if(text.begin(), text.end(), isDigit);
  const auto dots = std::count(text.begin(), text.end(), '.');
  return digits > 0 && digits <= static_cast<std::ptrdiff_t>(kMostDigits) && dots <= 1 &&
         digits + dots == static_cast<std::ptrdiff_t>(text.size());
}

// "-x", "-rf", "--long-name": no room for a value.
bool isOption(std::string_view text) {
  if (text.starts_with("--")) {
    return std::all_of(text.begin() + 2, text.end(),
                       [](char c) { return isLetter(c) || isDigit(c) || c == '-' || c == '_'; });
  }
  return text.size() <= kMostBundled && text.starts_with("-") &&
         std::all_of(text.begin() + 1, text.end(), isLetter);
}

// Of names with a meaning of their own.
bool isDots(const std::string& text) { return text.empty() || text == "." || text == ".."; }

}  // namespace

void Pseudonyms::addUser(const std::string& name) {
  // What every system has says nothing.
  if (name.empty() || name == "root") return;
  if (!known_.contains(name)) known_[name] = pseudonym("user", name);
}

void Pseudonyms::addHost(const std::string& name) {
  if (!name.empty() && !known_.contains(name)) known_[name] = pseudonym("host", name);
}

std::string Pseudonyms::pseudonym(const char* kind, const std::string& text) {
  if (keep_.contains(text)) return text;
  const auto found = names_.find(text);
  if (found != names_.end()) return found->second;
  return names_[text] = std::string(kind) + "-" + std::to_string(++numbers_[kind]);
}

std::string Pseudonyms::component(const std::string& text) {
  if (isDots(text) || keep_.contains(text)) return text;
  if (const auto known = known_.find(text); known != known_.end()) return known->second;
  // Hidden files stay hidden, and an ending may tell a script.
  const std::string front = text.front() == '.' ? "." : "";
  const std::string name = text.substr(front.size());
  const std::size_t dot = name.rfind('.');
  const std::string ending =
      dot != std::string::npos && dot > 0 && name.size() - dot <= 5 ? name.substr(dot) : "";
  return front + pseudonym("name", name.substr(0, name.size() - ending.size())) + ending;
}

void Pseudonyms::learnPath(std::string_view path) {
  const std::vector<std::string> parts = split(path, '/');
  const std::size_t below = belowHome(parts);
  if (below == 3) addUser(parts[2]);
  for (std::size_t i = below; below > 0 && i < parts.size(); ++i) {
    if (!isDots(parts[i])) private_.insert(parts[i]);
  }
}

void Pseudonyms::enter(std::string_view directory) {
  inPrivateDirectory_ = directory.empty() || belowHome(split(directory, '/')) > 0;
}

std::string Pseudonyms::relative(std::string_view text, bool everything) {
  std::vector<std::string> parts = split(text, '/');
  for (std::string& part : parts) {
    if (everything || private_.contains(part) || known_.contains(part)) part = component(part);
  }
  return join(parts, '/');
}

std::string Pseudonyms::path(std::string_view text) {
  if (!text.starts_with("/")) return relative(text, inPrivateDirectory_);
  learnPath(text);
  std::vector<std::string> parts = split(text, '/');
  const std::size_t below = belowHome(parts);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if ((below > 0 && i >= below) || known_.contains(parts[i])) parts[i] = component(parts[i]);
  }
  return join(parts, '/');
}

std::string Pseudonyms::argument(std::string_view text, bool first) {
  const std::string word(text);
  if (word.empty() || keep_.contains(word)) return word;
  const bool slash = word.find('/') != std::string::npos;
  if (first) return slash ? path(text) : relative(text, false);  // a name, found in PATH
  if (isNumber(text) || isOption(text)) return word;
  const std::size_t equals = word.find('=');
  if (word.front() == '-' && equals != std::string::npos && isOption(text.substr(0, equals))) {
    return word.substr(0, equals + 1) + argument(text.substr(equals + 1), false);
  }
  const bool plain = word.find_first_of(" \t\n;|&<>:@") == std::string::npos;
  if (plain && slash) return path(text);
  if (private_.contains(word) || known_.contains(word)) return component(word);
  return pseudonym("word", word);
}

std::string Pseudonyms::variable(std::string_view nameAndValue) {
  const std::size_t equals = nameAndValue.find('=');
  if (equals == std::string_view::npos) return pseudonym("word", std::string(nameAndValue));
  std::vector<std::string> parts = split(nameAndValue.substr(equals + 1), ':');
  for (std::string& part : parts) part = argument(part, false);
  return std::string(nameAndValue.substr(0, equals + 1)) + join(parts, ':');
}

std::string Pseudonyms::comm(std::string_view name) {
  const std::string word(name);
  if (private_.contains(word)) return component(word).substr(0, kCommLength);
  if (word.size() < kCommLength) return word;
  const auto cut = std::find_if(private_.begin(), private_.end(),
                                [&](const std::string& each) { return each.starts_with(word); });
  return cut == private_.end() ? word : component(*cut).substr(0, kCommLength);
}

std::string Pseudonyms::mountOptions(std::string_view options) {
  std::vector<std::string> parts = split(options, ',');
  for (std::string& part : parts) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos) continue;
    const std::string value = part.substr(equals + 1);
    // What is no number and no word of a kernel's may be a server, a user, a directory.
    const bool path = value.starts_with("/");
    const std::string name = part.substr(0, equals);
    const bool personal = name == "username" || name == "user" || name == "domain" ||
                          name == "addr" || name == "unc" || name == "clientaddr" ||
                          name == "mountaddr" || name == "password";
    if (path) part = name + "=" + this->path(value);
    if (personal) part = name + "=" + pseudonym("word", value);
  }
  return join(parts, ',');
}

std::string Pseudonyms::mountSource(std::string_view source) {
  if (source.starts_with("//") || source.find(':') != std::string_view::npos) {
    return pseudonym("server", std::string(source));
  }
  return path(source);
}

}  // namespace exectrail::replay
