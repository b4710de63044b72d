// What orchestrators know of containers and traces do not: namespace, pod, labels, image. Given as
// a file, by container id. A stated input of an analysis: which policy is asked about which
// container, and what alerts say of it, hang on it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace exectrail::analyzer {

struct Workload {
  std::string containerId;  // at least its first twelve characters
  std::string container;    // its name within the pod
  std::string image;
  std::string space;  // Kubernetes' namespace
  std::string pod;
  std::string ownerKind;  // "Deployment"
  std::string ownerName;
  std::map<std::string, std::string> labels;
  std::optional<bool> privileged;  // nothing: nobody said
};

class Workloads {
 public:
  // `text` is JSON: an object by container id, or what `kubectl get pods -A -o json` prints. Null,
  // and a sentence in `problem`, if it is neither.
  static std::shared_ptr<const Workloads> parse(std::string_view text, std::string& problem);

  // Null if nothing is said of that container.
  std::shared_ptr<const Workload> find(std::string_view containerId) const;

  const std::vector<std::shared_ptr<const Workload>>& all() const { return all_; }

  // False if there is one of that id already.
  bool add(Workload workload);

 private:
  std::vector<std::shared_ptr<const Workload>> all_;
  std::map<std::string, std::shared_ptr<const Workload>, std::less<>> byId_;
  std::set<std::size_t> lengths_;  // of ids
};

}  // namespace exectrail::analyzer
