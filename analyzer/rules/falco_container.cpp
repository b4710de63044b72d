#include "analyzer/rules/falco_container.h"

#include <re2/re2.h>

#include <algorithm>

#include "analyzer/rules/conditions.h"

namespace exectrail::analyzer::falco {
namespace {

// "docker.io/library/wordpress:4.8@sha256:..." in its parts.
struct Image {
  std::string repository;
  std::string tag;
  std::string digest;

  explicit Image(const std::string& whole) {
    const std::size_t at = std::min(whole.find('@'), whole.size());
    repository = whole.substr(0, at);
    if (at < whole.size()) digest = whole.substr(at + 1);
    const std::size_t colon = repository.rfind(':');
    const std::size_t slash = repository.rfind('/');
    if (colon == std::string::npos || (slash != std::string::npos && colon < slash)) return;
    tag = repository.substr(colon + 1);
    repository.resize(colon);
  }
};

// Nothing if it is no field of a container. A value that is not there is empty.
std::optional<std::string> valueOf(const std::string& field, const Workload& workload) {
  if (field == "container.name") return workload.container;
  if (field == "container.image") return workload.image.substr(0, workload.image.find('@'));
  if (field == "container.image.repository") return Image(workload.image).repository;
  if (field == "container.image.tag") return Image(workload.image).tag;
  if (field == "container.image.digest") return Image(workload.image).digest;
  if (field == "container.privileged") {
    return workload.privileged ? (*workload.privileged ? "true" : "false") : "";
  }
  if (field == "k8s.ns.name") return workload.space;
  if (field == "k8s.pod.name") return workload.pod;
  constexpr std::string_view kLabel = "k8s.pod.label";
  if (!field.starts_with(kLabel) || field.size() < kLabel.size() + 2) return std::nullopt;
  std::string key = field.substr(kLabel.size() + 1);  // behind '.' or '['
  if (key.ends_with(']')) key.pop_back();
  const auto found = workload.labels.find(key);
  return found == workload.labels.end() ? std::string() : found->second;
}

bool below(const std::string& text, const std::string& prefix) {
  return text == prefix || text.starts_with(prefix.ends_with('/') ? prefix : prefix + "/");
}

// As fnmatch(3) has it without flags: a star crosses directories.
std::string globRegex(const std::string& glob, bool nocase) {
  std::string regex = nocase ? "(?is)" : "(?s)";
  for (const char c : glob) {
    regex += c == '*' ? ".*" : c == '?' ? "." : re2::RE2::QuoteMeta(std::string(1, c));
  }
  return regex;
}

bool holds(const std::string& op, const std::string& text, const std::string& value) {
  if (op == "contains") return text.find(value) != std::string::npos;
  if (op == "icontains") return folded(text).find(folded(value)) != std::string::npos;
  if (op == "startswith") return text.starts_with(value);
  if (op == "endswith") return text.ends_with(value);
  if (op == "pmatch") return below(text, value);
  if (op == "regex") return re2::RE2::FullMatch(text, value);
  if (op == "glob" || op == "iglob") {
    return re2::RE2::FullMatch(text, globRegex(value, op == "iglob"));
  }
  return text == value;  // = == != in intersects
}

}  // namespace

std::optional<Condition> ofContainers(const Comparison& comparison, const Workloads& workloads) {
  if (!valueOf(comparison.field, Workload{})) return std::nullopt;
  std::vector<std::string> ids;
  for (const auto& workload : workloads.all()) {
    const std::string text = valueOf(comparison.field, *workload).value_or("");
    if (text.empty()) continue;  // what is not there compares with nothing
    const bool any = std::ranges::any_of(comparison.values, [&](const std::string& value) {
      return holds(comparison.op, text, value);
    });
    if (comparison.op == "exists" || any != (comparison.op == "!=")) {
      ids.push_back(workload->containerId);
    }
  }
  return rules::isContainer(ids);
}

}  // namespace exectrail::analyzer::falco
