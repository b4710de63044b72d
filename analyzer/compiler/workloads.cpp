#include "analyzer/compiler/workloads.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace exectrail::analyzer {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxBytes = 64 << 20;
constexpr std::size_t kMaxContainers = 100'000;
constexpr std::size_t kShortId = 12;  // characters, as container runtimes shorten one
constexpr std::size_t kMaxId = 128;

struct Bad {
  std::string problem;
};

// Empty if there is none; anything but text is a mistake.
std::string textOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  if (!found->is_string()) throw Bad{std::string("'") + key + "' is no text"};
  return found->get<std::string>();
}

const Json& objectOf(const Json& object, const char* key) {
  static const Json kNone = Json::object();
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return kNone;
  if (!found->is_object()) throw Bad{std::string("'") + key + "' is no object"};
  return *found;
}

std::map<std::string, std::string> labelsOf(const Json& object) {
  std::map<std::string, std::string> labels;
  for (const auto& [key, value] : objectOf(object, "labels").items()) {
    if (!value.is_string()) throw Bad{"the label '" + key.substr(0, kMaxId) + "' is no text"};
    labels[key] = value.get<std::string>();
  }
  return labels;
}

// Whether it may do all that root may do on the host; nothing: it does not say.
std::optional<bool> privilegedOf(const Json& object) {
  const auto found = object.find("privileged");
  if (found == object.end() || found->is_null()) return std::nullopt;
  if (!found->is_boolean()) throw Bad{"'privileged' is neither true nor false"};
  return found->get<bool>();
}

// The same of a container in a pod's specification, where what is not said is false.
std::optional<bool> privilegedIn(const Json& pod, const std::string& container) {
  const Json& spec = objectOf(pod, "spec");
  for (const char* key : {"containers", "initContainers", "ephemeralContainers"}) {
    const auto list = spec.find(key);
    if (list == spec.end() || !list->is_array()) continue;
    for (const Json& each : *list) {
      if (!each.is_object() || textOf(each, "name") != container) continue;
      return privilegedOf(objectOf(each, "securityContext")).value_or(false);
    }
  }
  return std::nullopt;
}

// "containerd://548176..." -> the id.
std::string idOf(std::string id) {
  const std::size_t scheme = id.find("://");
  if (scheme != std::string::npos) id.erase(0, scheme + 3);
  const bool plain = std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
  if (id.size() < kShortId || id.size() > kMaxId || !plain) {
    throw Bad{"'" + id.substr(0, kMaxId) + "' is no container's id of at least 12 characters"};
  }
  return id;
}

void addTo(Workloads& workloads, Workload workload) {
  const std::string id = workload.containerId;
  if (!workloads.add(std::move(workload))) throw Bad{"the container " + id + " is there twice"};
  if (workloads.all().size() > kMaxContainers) throw Bad{"more than 100,000 containers"};
}

void readById(const Json& document, Workloads& workloads) {
  for (const auto& [id, value] : document.items()) {
    if (!value.is_object()) throw Bad{"'" + id.substr(0, kMaxId) + "' is no object"};
    Workload workload;
    workload.containerId = idOf(id);
    workload.space = textOf(value, "namespace");
    workload.pod = textOf(value, "pod");
    workload.container = textOf(value, "name");
    workload.image = textOf(value, "image");
    workload.labels = labelsOf(value);
    workload.privileged = privilegedOf(value);
    const Json& owner = objectOf(value, "owner");
    workload.ownerKind = textOf(owner, "kind");
    workload.ownerName = textOf(owner, "name");
    addTo(workloads, std::move(workload));
  }
}

// The image with its digest, where the runtime says both.
std::string imageOf(const Json& status) {
  const std::string image = textOf(status, "image");
  const std::string id = textOf(status, "imageID");
  const std::size_t digest = id.find("@sha256:");
  if (digest == std::string::npos || image.find('@') != std::string::npos) return image;
  return image + id.substr(digest);
}

void readPod(const Json& pod, Workloads& workloads) {
  if (!pod.is_object()) throw Bad{"an item that is no object"};
  const Json& metadata = objectOf(pod, "metadata");
  Workload workload;
  workload.space = textOf(metadata, "namespace");
  workload.pod = textOf(metadata, "name");
  workload.labels = labelsOf(metadata);
  const auto owners = metadata.find("ownerReferences");
  if (owners != metadata.end() && owners->is_array() && !owners->empty() &&
      owners->front().is_object()) {
    workload.ownerKind = textOf(owners->front(), "kind");
    workload.ownerName = textOf(owners->front(), "name");
  }
  const Json& status = objectOf(pod, "status");
  for (const char* key :
       {"initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"}) {
    const auto list = status.find(key);
    if (list == status.end() || !list->is_array()) continue;
    for (const Json& each : *list) {
      if (!each.is_object()) throw Bad{std::string("an entry of '") + key + "' is no object"};
      const std::string id = textOf(each, "containerID");
      if (id.empty()) continue;  // it has not begun
      Workload one = workload;
      one.containerId = idOf(id);
      one.container = textOf(each, "name");
      one.image = imageOf(each);
      one.privileged = privilegedIn(pod, one.container);
      addTo(workloads, std::move(one));
    }
  }
}

}  // namespace

bool Workloads::add(Workload workload) {
  const std::size_t length = workload.containerId.size();
  auto owned = std::make_shared<const Workload>(std::move(workload));
  if (!byId_.emplace(owned->containerId, owned).second) return false;
  lengths_.insert(length);
  all_.push_back(std::move(owned));
  return true;
}

std::shared_ptr<const Workload> Workloads::find(std::string_view containerId) const {
  for (const std::size_t length : lengths_) {
    if (length > containerId.size()) break;
    const auto found = byId_.find(containerId.substr(0, length));
    if (found != byId_.end()) return found->second;
  }
  return nullptr;
}

std::shared_ptr<const Workloads> Workloads::parse(std::string_view text, std::string& problem) {
  if (text.size() > kMaxBytes) {
    problem = "it is larger than 64 MiB";
    return nullptr;
  }
  const Json document = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!document.is_object()) {
    problem = document.is_discarded() ? "it is no JSON" : "it is no JSON object";
    return nullptr;
  }
  auto workloads = std::make_shared<Workloads>();
  try {
    const auto items = document.find("items");
    if (items != document.end() && items->is_array()) {
      for (const Json& pod : *items) readPod(pod, *workloads);
    } else if (document.find("kind") != document.end()) {
      readPod(document, *workloads);
    } else {
      readById(document, *workloads);
    }
  } catch (const Bad& bad) {
    problem = bad.problem;
    return nullptr;
  }
  return workloads;
}

}  // namespace exectrail::analyzer
