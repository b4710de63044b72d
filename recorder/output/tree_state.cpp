#include "recorder/output/tree_state.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace exectrail::recorder {
namespace {

// Of an entry beside its snapshot, about: nodes and buckets of the maps.
constexpr std::size_t kEntryBytes = 256;

// Longer chains of copies of copies of an image are damage.
constexpr int kMaxCopies = 256;

// What may have changed since: it was true once, and that is all that is known by now.
template <typename T>
void age(trace::Field<T>& field) {
  if (field.known()) field.evidence.evidenceClass = trace::EvidenceClass::kInferred;
}

void age(trace::Image& image, trace::Context& context) {
  age(image.parentPid);
  age(image.workingDirectory);
  age(image.comm);
  context = *image.context;
  age(context.credentials);
  age(context.login);
  age(context.session);
  age(context.privileges);
  age(context.namespaces);
  age(context.cgroup);
  image.context = &context;
}

// The creator that an image names; none: tgid 0.
trace::ImageId creatorOf(const trace::Image& image) {
  const trace::Field<trace::Creator>& creator = image.creator;
  const bool forked = creator.known() && creator.value.edge == trace::CreatorEdge::kFork;
  if (!forked || creator.value.id.process() == image.id.process()) return {};
  return creator.value.id;
}

const trace::Image* imageOf(const trace::Record& record) {
  if (const auto* snapshot = std::get_if<trace::Snapshot>(&record.body)) return &snapshot->image;
  if (const auto* exec = std::get_if<trace::Exec>(&record.body)) return &exec->image;
  return nullptr;
}

}  // namespace

std::size_t TreeState::IdHash::operator()(const trace::ImageId& id) const {
  std::uint64_t hash = id.tgid;
  hash = hash * 0x9e3779b97f4a7c15U + id.startNs;
  return hash * 0x9e3779b97f4a7c15U + id.execNumber;
}

void TreeState::apply(const SealedBatch& batch) {
  if (batch.fresh) runContents_.clear();
  runContents_.push_back(batch.content);
  const auto& content = *batch.content;
  const auto view = trace::BatchView::open(content.data(), content.size(), batch.fresh, runTables_);
  trace::Record record;
  for (std::size_t i = 0; i < view.size(); ++i) {
    view.decode(i, record);
    if (const trace::Image* image = imageOf(record)) {
      on(*image, i);
    } else if (const auto* fork = std::get_if<trace::Fork>(&record.body)) {
      on(*fork);
    } else if (const auto* exit = std::get_if<trace::Exit>(&record.body)) {
      on(*exit);
    } else if (const auto* table = std::get_if<trace::MountTable>(&record.body)) {
      mounts_.apply(*table);
    }
  }
  keepSnapshots(view);
  boundAncestors();
}

void TreeState::on(const trace::Image& image, std::size_t index) {
  const trace::ImageId creator = creatorOf(image);
  const auto before = running_.find(image.id.tgid);
  // The image that this one replaces, or a process whose end was lost.
  const trace::ImageId replaced = before == running_.end() ? trace::ImageId{} : before->second;
  Entry& entry = add(image.id, creator, replaced);
  entry.inBatch = true;
  entry.index = index;
  fresh_.push_back(image.id);
  if (replaced.tgid != 0 && replaced != image.id) end(replaced);
  running_[image.id.tgid] = image.id;
}

void TreeState::on(const trace::Fork& fork) {
  if (fork.creator.process() == fork.child.process()) return;
  const auto before = running_.find(fork.child.tgid);
  if (before != running_.end() && before->second != fork.child) {
    const trace::ImageId lost = before->second;
    end(lost);
  }
  Entry& entry = add(fork.child, fork.creator, {});
  bytes_ += fork.childComm.size() - entry.comm.size();
  entry.comm = fork.childComm;
  running_[fork.child.tgid] = fork.child;
}

TreeState::Entry& TreeState::add(const trace::ImageId& id, const trace::ImageId& creator,
                                 const trace::ImageId& replaced) {
  const auto before = images_.find(replaced);
  const bool sameProcess = before != images_.end() && replaced.process() == id.process();
  const std::uint64_t processOrder = sameProcess ? before->second.processOrder : nextOrder_;
  const auto [at, isNew] = images_.try_emplace(id);
  Entry& entry = at->second;
  if (isNew) {
    entry.order = nextOrder_++;
    entry.processOrder = processOrder;
    bytes_ += kEntryBytes;
  } else if (!entry.running) {
    entry.running = true;
    --ancestors_;
  }
  if (!entry.counted && creator.tgid != 0) {
    entry.creator = creator;
    const auto above = images_.find(creator);
    entry.counted = above != images_.end();
    if (entry.counted) ++above->second.users;
  }
  return entry;
}

void TreeState::end(const trace::ImageId& id) {
  const auto found = images_.find(id);
  if (found == images_.end() || !found->second.running) return;
  found->second.running = false;
  ++ancestors_;
  const auto running = running_.find(id.tgid);
  if (running != running_.end() && running->second == id) running_.erase(running);
  dropUnused(id);
}

// Of the image that runs, also if an exec of the process was lost.
void TreeState::on(const trace::Exit& exit) {
  const auto running = running_.find(exit.image.tgid);
  const bool same = running != running_.end() && running->second.process() == exit.image.process();
  const trace::ImageId id = same ? running->second : exit.image;
  end(id);
}

void TreeState::erase(std::unordered_map<trace::ImageId, Entry, IdHash>::iterator at) {
  bytes_ -= kEntryBytes + at->second.snapshot.size() + at->second.comm.size();
  --ancestors_;
  images_.erase(at);
}

// And then those above it that nobody else needs.
void TreeState::dropUnused(trace::ImageId id) {
  while (true) {
    const auto found = images_.find(id);
    if (found == images_.end() || found->second.running || found->second.users > 0) return;
    const bool counted = found->second.counted;
    const trace::ImageId above = found->second.creator;
    erase(found);
    if (!counted) return;
    --images_.at(above).users;
    id = above;
  }
}

// A process that forks and ends, again and again, would leave ancestors without end.
void TreeState::boundAncestors() {
  if (ancestors_ <= kMaxAncestors) return;
  std::vector<std::pair<std::uint64_t, trace::ImageId>> oldest;
  for (const auto& [id, entry] : images_) {
    if (!entry.running) oldest.emplace_back(entry.order, id);
  }
  std::sort(oldest.begin(), oldest.end());
  oldest.resize(oldest.size() / 2);
  const std::uint64_t newestOrder = oldest.back().first;
  const auto goes = [&](const trace::ImageId& id) {
    const auto found = images_.find(id);
    return found != images_.end() && !found->second.running && found->second.order <= newestOrder;
  };
  for (auto& [id, entry] : images_) {
    if (entry.counted && goes(entry.creator)) entry.counted = false;
  }
  for (const auto& [order, id] : oldest) {
    const auto found = images_.find(id);
    const trace::ImageId above = found->second.counted ? found->second.creator : trace::ImageId{};
    erase(found);
    ++forgotten_;
    if (above.tgid == 0) continue;
    --images_.at(above).users;
    dropUnused(above);
  }
}

// Most programs are over before their batch is: only what is left is worth keeping.
void TreeState::keepSnapshots(const trace::BatchView& batch) {
  for (const trace::ImageId& id : fresh_) {
    const auto found = images_.find(id);
    if (found == images_.end() || !found->second.inBatch) continue;
    Entry& entry = found->second;
    trace::Record record;
    batch.decode(entry.index, record);
    const trace::Image image = *imageOf(record);
    bytes_ -= entry.snapshot.size();
    entry.snapshot = encodeRecord(builder_, {0, record.cpu, trace::Snapshot{image}});
    bytes_ += entry.snapshot.size();
    entry.inBatch = false;
  }
  fresh_.clear();
}

// The oldest image here of a process stands at the place where the process began: before anything
// that was created by it, and before another process has its pid. Others stand where they began.
std::vector<trace::ImageId> TreeState::inOrder() const {
  std::map<std::uint64_t, std::uint64_t> oldest;  // by processOrder
  for (const auto& [id, entry] : images_) {
    const auto [at, isNew] = oldest.try_emplace(entry.processOrder, entry.order);
    if (!isNew) at->second = std::min(at->second, entry.order);
  }
  std::vector<std::pair<std::uint64_t, trace::ImageId>> order;
  for (const auto& [id, entry] : images_) {
    const bool first = oldest.at(entry.processOrder) == entry.order;
    order.emplace_back(first ? entry.processOrder : entry.order, id);
  }
  std::sort(order.begin(), order.end());
  std::vector<trace::ImageId> ids;
  for (const auto& [place, id] : order) ids.push_back(id);
  return ids;
}

void TreeState::emit(std::uint64_t timeNs, const Emit& emit) const {
  const std::vector<trace::ImageId> ids = inOrder();
  for (const trace::ImageId& id : ids) emitImage(id, images_.at(id), timeNs, emit);
  for (const trace::ImageId& id : ids) {
    const auto running = running_.find(id.tgid);
    // A process that runs another image by now has not ended.
    const bool lives = running != running_.end() && running->second.process() == id.process();
    if (!images_.at(id).running && !lives) {
      emit({timeNs, trace::kCpuNotKnown, trace::Exit{id, {}}});
    }
  }
  mounts_.emit(timeNs, emit);
}

void TreeState::emitImage(const trace::ImageId& id, const Entry& entry, std::uint64_t timeNs,
                          const Emit& emit) const {
  const Entry* source = &entry;
  for (int i = 0; source->snapshot.empty() && i < kMaxCopies; ++i) {
    const auto above = images_.find(source->creator);
    if (above == images_.end()) break;
    source = &above->second;
  }
  std::optional<DecodedRecord> decoded;
  trace::Snapshot snapshot;
  if (!source->snapshot.empty()) {
    snapshot = std::get<trace::Snapshot>(decoded.emplace(source->snapshot).record.body);
  }
  trace::Image& image = snapshot.image;
  trace::Context context;
  age(image, context);
  if (source != &entry || entry.snapshot.empty()) {
    // As the kernel told of its fork; the rest is its creator's.
    image.id = id;
    image.startEvidence = {trace::EvidenceClass::kKernel};
    image.parentPid = {};
    image.comm = {trace::Bytes(entry.comm), trace::EvidenceClass::kInferred};
    image.creator = {};
    if (entry.creator.tgid != 0) {
      image.creator = {{entry.creator, trace::CreatorEdge::kFork}, trace::EvidenceClass::kKernel};
    }
    for (auto* evidence : {&image.executable.evidence, &image.identity.evidence,
                           &image.file.evidence, &image.sha256.evidence, &image.arguments.evidence,
                           &image.argumentShape.evidence, &image.secure.evidence}) {
      if (evidence->known()) evidence->evidenceClass = trace::EvidenceClass::kInferred;
    }
  }
  emit({timeNs, trace::kCpuNotKnown, std::move(snapshot)});
}

}  // namespace exectrail::recorder
