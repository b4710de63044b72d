#include "analyzer/engine/contexts.h"

#include <deque>
#include <string>

namespace exectrail::analyzer {
namespace {

struct OwnedContext {
  trace::Context context;
  std::deque<std::string> bytes;

  explicit OwnedContext(const trace::Context& from) : context(from) {
    own(context.cgroup.value);
    own(context.containerId.value);
    for (trace::Bytes& variable : context.environment.value) own(variable);
  }

  void own(trace::Bytes& view) { view = bytes.emplace_back(view); }
};

}  // namespace

std::shared_ptr<const trace::Context> Contexts::keep(const trace::Context* context) {
  const auto found = kept_.find(context);
  if (found != kept_.end() && *found->second == *context) return found->second;
  if (kept_.size() >= kMax) kept_.clear();
  auto owned = std::make_shared<const OwnedContext>(*context);
  std::shared_ptr<const trace::Context> kept(owned, &owned->context);
  kept_[context] = kept;
  return kept;
}

}  // namespace exectrail::analyzer
