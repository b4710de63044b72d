#include "trace/run_tables.h"

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
  void add(const Evidence& evidence) {
    add(static_cast<std::uint64_t>(evidence.evidenceClass) << 32 | evidence.errorNumber);
  }
  void add(const Field<Bytes>& field) {
    add(std::hash<Bytes>()(field.value));
    add(field.evidence);
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

}  // namespace

std::uint64_t hashOf(const ExecutedFile& file) {
  Hash hash;
  hash.add(file.executable);
  hash.add(file.identity.value.inode ^ file.identity.value.generation << 32);
  hash.add(file.identity.evidence);
  hash.add(file.facts.value.inode);
  hash.add(file.facts.value.sizeBytes ^ std::uint64_t{file.facts.value.linkCount} << 48);
  hash.add(static_cast<std::uint64_t>(file.facts.value.changeTimeNs));
  hash.add(file.facts.evidence);
  hash.add(file.sha256);
  return hash.value();
}

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

Bytes StringTable::intern(Bytes bytes) {
  if (bytes.empty()) return {};
  const auto found = interned_.find(bytes);
  if (found != interned_.end()) return *found;
  const auto index = static_cast<std::uint32_t>(strings_.size());
  char* memory = arena_.allocate(sizeof index + bytes.size());
  std::memcpy(memory, &index, sizeof index);
  std::memcpy(memory + sizeof index, bytes.data(), bytes.size());
  const Bytes interned(memory + sizeof index, bytes.size());
  interned_.insert(interned);
  strings_.push_back(interned);
  bytes_ += bytes.size();
  return interned;
}

void StringTable::clear() {
  interned_.clear();
  strings_.assign(1, Bytes());
  arena_.clear();
  bytes_ = 0;
}

template <typename T>
void ValueTable<T>::internStrings(ExecutedFile& file, StringTable& strings) {
  file.executable.value = strings.intern(file.executable.value);
  file.sha256.value = strings.intern(file.sha256.value);
}

template <typename T>
void ValueTable<T>::internStrings(Context& context, StringTable& strings) {
  forEachBytes(context, [&strings](Bytes& bytes) { bytes = strings.intern(bytes); });
}

template class ValueTable<ExecutedFile>;
template class ValueTable<Context>;

}  // namespace exectrail::trace
