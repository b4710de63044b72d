#include "analyzer/engine/alert_builder.h"

#include <algorithm>

#include "analyzer/engine/facts.h"

namespace exectrail::analyzer {
namespace {

std::vector<LineageEntry> lineageEntries(const Judged& judged) {
  std::vector<const ImageNode*> nodes = judged.lineage().above;
  // An attempt's lineage begins with the caller; what ran stands below its own.
  if (!judged.attempt()) nodes.insert(nodes.begin(), judged.node().get());
  std::ranges::reverse(nodes);
  std::vector<LineageEntry> entries;
  entries.reserve(nodes.size());
  for (const ImageNode* node : nodes) {
    const Facts* facts = knownFacts(*node);
    LineageEntry entry;
    entry.image = node->id;
    entry.name = facts == nullptr ? "?" : displayName(*facts);
    if (facts != nullptr && facts->executable().known()) {
      entry.executable = facts->executable().value;
    }
    const bool sameProcess =
        !entries.empty() && entries.back().image.process() == node->id.process();
    entry.edge = node->snapshot ? "snapshot" : sameProcess ? "exec" : "fork";
    entries.push_back(std::move(entry));
  }
  return entries;
}

trace::Field<std::string> owned(const trace::Field<trace::Bytes>& field) {
  return {std::string(field.value), field.evidence};
}

class EvidenceNotes {
 public:
  explicit EvidenceNotes(Alert& alert) : alert_(alert) {}

  // In the order of their names.
  void add(const char* field, const trace::Evidence& evidence) {
    alert_.evidence.emplace_hint(alert_.evidence.end(), field, evidence.evidenceClass);
    if (evidence.truncated()) alert_.truncated.emplace_back(field);
    if (evidence.afterGap) alert_.afterGap.emplace_back(field);
  }

 private:
  Alert& alert_;
};

void addEvidence(const Judged& judged, Alert& alert) {
  EvidenceNotes notes(alert);
  notes.add("args", judged.arguments().evidence);
  notes.add("cwd", judged.workingDirectory().evidence);
  notes.add("executable", alert.process.executable.evidence);
  notes.add("file", alert.process.file.evidence);
  notes.add("file.path", alert.filePath.evidence);
  notes.add("mount", alert.mount ? alert.mount->evidence : trace::Evidence{});
  notes.add("parent.executable", alert.parent.executable.evidence);
  notes.add("typed_path", alert.typedPath.evidence);
  notes.add("user", alert.process.credentials.evidence);
}

ImageFacts factsWithId(const ImageNode& node, const trace::Uuid& bootId, EntityIds& ids) {
  ImageFacts facts = factsOf(node);
  facts.entityId = ids.of(bootId, node.id);
  return facts;
}

std::optional<MountFacts> mountOf(const Judged& judged, const Alert& alert) {
  const MountFacts* found =
      judged.mountOf(alert.typedPathOnly ? judged.filePlace().path : alert.filePath.value);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

// A lost event matters if it may have changed who this process is: from when the image that created
// it began (or it itself, if that is not known) until now. The child of a fork runs the image of
// its creator, which began earlier.
std::uint64_t decisionStart(const Judged& judged) {
  if (const ImageNode* parent = judged.parent().node.get()) {
    while (parent->copied && parent->above) parent = parent->above.get();
    if (parent->timeNs != 0) return parent->timeNs;
  }
  const ImageNode* oldest = judged.node().get();
  while (oldest->edge == Edge::kExec && oldest->above) oldest = oldest->above.get();
  return oldest->timeNs;
}

// What a recipe remembers reaches back so far: an event lost since may have been one that counts.
std::uint64_t memoryStart(const Recipe& recipe, std::uint64_t timeNs) {
  std::uint64_t within = 0;
  if (recipe.count) within = recipe.count->withinNs;
  if (recipe.sequence) within = std::max(within, recipe.sequence->withinNs);
  return timeNs - std::min(timeNs, within);
}

bool looksAbove(const Condition& condition) {
  const auto leader = [](const FieldRef& ref) { return ref.subject == Subject::kLeader; };
  return condition.lineage || condition.kind == Condition::Kind::kNearest ||
         leader(condition.left) || (condition.right && leader(*condition.right)) ||
         std::ranges::any_of(condition.children, looksAbove);
}

// Does it decide by images further up than the parent?
bool looksAbove(const Recipe& recipe) {
  return (recipe.when && looksAbove(*recipe.when)) ||
         std::ranges::any_of(recipe.modifiers,
                             [](const Modifier& each) { return looksAbove(each.condition); }) ||
         std::ranges::any_of(recipe.exemptions,
                             [](const Exemption& each) { return looksAbove(each.parent); });
}

// An exec of one of them may have been lost as long as it was there. That is told by one word: what
// stands at the top has often been there for all of the trace, and each of its gaps would be named.
void noteGapsAbove(const Recipe& recipe, const Judged& judged, const Gaps& gaps, Alert& alert) {
  const Lineage& lineage = judged.lineage();
  if (gaps.empty() || lineage.above.empty() || !looksAbove(recipe)) return;
  const auto above = gaps.touching(lineage.above.back()->timeNs, alert.decisionFromNs);
  const auto named = [&](const trace::Gap& gap) {
    return std::ranges::count(alert.gaps, gap) != 0;
  };
  if (std::ranges::all_of(above, named)) return;
  alert.afterGap.emplace_back("lineage");
  std::ranges::sort(alert.afterGap);
}

}  // namespace

std::string alertIdOf(const Recipe& recipe, const Judged& judged, const trace::Uuid& bootId) {
  std::string further;
  if (judged.isMapping()) further = judged.filePlace().path;
  const bool tally = judged.attempt() && judged.attemptNumber() == 0;
  if (tally) further = std::to_string(judged.timeNs());
  return alertId(bootId, judged.node()->id, judged.attemptNumber(), recipe.info->name,
                 recipe.info->version, further);
}

Alert buildAlert(const Recipe& recipe, Verdict&& verdict, const Judged& judged,
                 const trace::Header& header, const Gaps& gaps, EntityIds& ids) {
  const trace::Uuid& bootId = header.host.bootId;
  const ImageNode& node = *judged.node();
  Alert alert;
  alert.id = alertIdOf(recipe, judged, bootId);
  alert.timeNs = judged.timeNs();
  alert.realtimeNs = header.clock.toRealtimeNs(judged.timeNs());
  alert.recipe = recipe.info;
  alert.severity = verdict.severity;
  alert.directoryClass = verdict.directoryClass;
  alert.mapping = judged.isMapping() ? judged.mapping() : trace::MappingRole::kUnknown;
  alert.exempted = !verdict.exemption.empty();
  alert.script = (judged.script() || verdict.argument) && !verdict.interpreter;
  alert.scriptArgument = alert.script && (!judged.script() || verdict.given);
  alert.typedPathOnly = verdict.typedPathOnly;
  alert.errorNumber = judged.errorNumber();
  alert.attemptNumber = judged.attemptNumber();
  alert.process = factsWithId(node, bootId, ids);
  if (const ImageNode* parent = judged.parent().node.get()) {
    alert.parent = factsWithId(*parent, bootId, ids);
  }
  if (const ImageNode* previous = previousOf(node)) {
    alert.previous = factsWithId(*previous, bootId, ids);
  }
  if (judged.attempt()) {
    alert.attemptArguments = {judged.arguments().value.copy(), judged.arguments().evidence};
    alert.attemptWorkingDirectory = owned(judged.workingDirectory());
  }
  trace::Evidence pathEvidence = judged.filePathEvidence();
  if (verdict.typedPathOnly) pathEvidence = judged.typedPath().evidence;
  if (verdict.argument) pathEvidence = judged.scriptArgument().evidence;
  if (verdict.interpreter) pathEvidence = alert.process.executable.evidence;
  if (verdict.evidence) pathEvidence = *verdict.evidence;
  alert.filePath = {std::string(verdict.path), pathEvidence};
  alert.typedPath = owned(judged.typedPath());
  alert.mount = mountOf(judged, alert);
  alert.reasons = std::move(verdict.reasons);
  alert.lineage = lineageEntries(judged);
  alert.lineageComplete = judged.lineage().complete;
  alert.unknown = std::move(verdict.unknown);
  alert.unknownBecause = std::move(verdict.unknownBecause);
  addEvidence(judged, alert);
  alert.decisionFromNs = std::min(decisionStart(judged), memoryStart(recipe, judged.timeNs()));
  alert.gaps = gaps.touching(alert.decisionFromNs, judged.timeNs());
  noteGapsAbove(recipe, judged, gaps, alert);
  return alert;
}

}  // namespace exectrail::analyzer
