#include "trace/context_table.h"

#include <functional>

#include "trace/record_bytes.h"

namespace exectrail::trace {
namespace {

class Hash {
 public:
  void add(std::uint64_t value) {
    value_ = (value_ ^ value) * 0x9e3779b97f4a7c15;
    value_ ^= value_ >> 32;
  }
  void add(const Field<Bytes>& field) {
    add(std::hash<Bytes>()(field.value));
    add(field.evidence);
  }
  void add(const Evidence& evidence) {
    add(static_cast<std::uint64_t>(evidence.evidenceClass) << 32 | evidence.errorNumber);
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

// Not of every field: equality decides, this only has to spread what differs in practice.
std::uint64_t hashOf(const Context& context) {
  Hash hash;
  const Credentials& credentials = context.credentials.value;
  hash.add(std::uint64_t{credentials.realUid} << 32 | credentials.effectiveUid);
  hash.add(std::uint64_t{credentials.realGid} << 32 | credentials.effectiveGid);
  hash.add(context.credentials.evidence);
  hash.add(std::uint64_t{context.login.value.uid} << 32 | context.login.value.sessionId);
  hash.add(std::uint64_t{context.session.value.leaderPid} << 32 | context.session.value.terminal);
  hash.add(context.session.evidence);
  hash.add(context.privileges.value.effective ^ context.privileges.value.bounding << 1);
  hash.add(context.privileges.evidence);
  hash.add(context.namespaces.value.mount << 32 ^ context.namespaces.value.net);
  hash.add(context.namespaces.evidence);
  hash.add(context.cgroup);
  hash.add(context.containerId);
  for (const Bytes variable : context.environment.value) hash.add(std::hash<Bytes>()(variable));
  hash.add(context.environment.evidence);
  return hash.value();
}

}  // namespace

ContextTable::ContextTable() { clear(); }

std::uint32_t ContextTable::index(const Context& context, Arena& arena) {
  if (&context == &kNoContext) return 0;
  const std::uint64_t hash = hashOf(context);
  const auto [begin, end] = byHash_.equal_range(hash);
  for (auto candidate = begin; candidate != end; ++candidate) {
    if (contexts_[candidate->second] == context) return candidate->second;
  }
  const auto index = static_cast<std::uint32_t>(contexts_.size());
  forEachBytes(contexts_.emplace_back(context),
               [&arena](Bytes& bytes) { bytes = arena.copy(bytes); });
  byHash_.emplace(hash, index);
  return index;
}

std::size_t ContextTable::bytesOf(std::uint32_t index) const {
  Context copy = contexts_[index];
  std::size_t total = 0;
  forEachBytes(copy, [&total](const Bytes& bytes) { total += bytes.size(); });
  return total;
}

void ContextTable::clear() {
  contexts_.clear();
  byHash_.clear();
  contexts_.emplace_back();
}

}  // namespace exectrail::trace
