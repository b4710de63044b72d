#include "analyzer/engine/candidates.h"

#include <algorithm>
#include <unordered_set>

#include "analyzer/engine/evaluate.h"
#include "analyzer/engine/judge.h"
#include "analyzer/engine/script_argument.h"

namespace exectrail::analyzer {
namespace {

// Tests that say the same word for word about the same are one.
void unite(Tests& tests) {
  std::unordered_set<std::string> known;
  std::erase_if(tests, [&](const Condition* test) {
    std::string key = fieldName(test->left) + '\0' + test->text + '\0' +
                      std::to_string(static_cast<int>(test->kind)) + (test->nocase ? "i" : "") +
                      std::to_string(test->number);
    for (const std::string& text : test->texts) key += '\0' + text;
    for (const std::int64_t number : test->numbers) key += '\0' + std::to_string(number);
    // Two sets or patterns are taken for different ones.
    key += '\0' + std::to_string(reinterpret_cast<std::uintptr_t>(test->set.get()));
    key += '\0' + std::to_string(reinterpret_cast<std::uintptr_t>(test->regex.get()));
    return !known.insert(std::move(key)).second;
  });
}

// A relative path leads somewhere else from another directory; so may one through /proc/self/cwd.
bool needsWorkingDirectory(trace::Bytes typed) {
  return !typed.starts_with('/') || typed.find("proc") != trace::Bytes::npos;
}

}  // namespace

std::size_t Candidates::KeyHash::operator()(const Key& key) const {
  std::uint64_t hash = 0;
  for (const std::uint64_t part : {key.executable, key.typedPath, key.workingDirectory, key.flags,
                                   (std::uint64_t{key.context} << 32) | key.parent}) {
    hash = (hash ^ part) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 32;
  }
  return hash;
}

void Candidates::add(const Recipe& recipe) {
  const auto number = static_cast<std::uint32_t>(subjects_.size());
  subjects_.push_back({&recipe, nullptr});
  if (!recipe.mappings.empty()) mappings_.push_back(number);
  if (recipe.results.empty()) return;
  executions_.push_back(number);
  if (recipe.when) addTests(*recipe.when, number);
  addName(recipe.when ? neededNames(*recipe.when) : std::nullopt, number);
}

void Candidates::add(const SequenceRule& steps) {
  const auto number = static_cast<std::uint32_t>(subjects_.size());
  subjects_.push_back({nullptr, &steps});
  executions_.push_back(number);
  std::optional<std::set<std::string>> all = std::set<std::string>();
  for (const SequenceRule::Step& step : steps.steps) {
    addTests(step.condition, number);
    auto names = neededNames(step.condition);
    if (all && names) {
      all->merge(*names);
    } else {
      all.reset();
    }
  }
  addName(all, number);
}

void Candidates::addTests(const Condition& condition, std::uint32_t number) {
  Tests tests;
  collectTests(condition, Basis::kArgument, tests);
  for (const Condition* test : tests) arguments_.add(*test, number);
  collectTests(condition, Basis::kContext, contextTests_);
  collectTests(condition, Basis::kParent, parentTests_);
}

void Candidates::addName(const std::optional<std::set<std::string>>& names, std::uint32_t number) {
  if (!names) return ofAnyName_.push_back(number);
  for (const std::string& name : *names) byName_[name].push_back(number);
}

void Candidates::prepare() {
  arguments_.prepare();
  unite(contextTests_);
  unite(parentTests_);
}

// What the tests say, as a number: the same for all that they say the same of.
std::uint32_t Candidates::answersOf(const Tests& tests, const Judged& judged, std::uint32_t& kept) {
  if (kept != 0) return kept;
  std::string answers = &tests == &contextTests_ ? "c" : "p";
  for (const Condition* test : tests) {
    answers += static_cast<char>('0' + static_cast<int>(evaluate(*test, judged, {})));
  }
  if (answers_.size() < kMaxKeys || answers_.contains(answers)) {
    kept = answers_.emplace(std::move(answers), answers_.size() + 1).first->second;
  }
  return kept;
}

// Everything that the tests of these bases can depend on. False: they may depend on more.
bool Candidates::keyOf(const Judged& judged, Key& key) {
  const Facts* facts = judged.facts();
  if (facts == nullptr) return false;
  const ProgramFile& file = facts->file();
  // The name of what has none in its path is that of the task, which is not part of the key.
  if (file.place.kind == PlaceKind::kPath && !file.name) return false;
  TextRef typedPath;
  TextRef workingDirectory;
  const trace::Field<trace::Bytes>& typed = judged.typedPath();
  const trace::Field<trace::Bytes>& cwd = judged.workingDirectory();
  if (judged.attempt()) {
    typedPath = TextRef(texts_.intern(typed.value));
    workingDirectory = TextRef(texts_.intern(cwd.value));
  }
  const Text* typedText = judged.attempt() ? typedPath.get() : facts->typedPathText();
  const Text* cwdText = judged.attempt() ? workingDirectory.get() : facts->workingDirectoryText();
  key.executable = file.placeAs ? file.placeAs->id : 0;
  key.typedPath = typedText == nullptr ? 0 : typedText->id;
  const bool relative = needsWorkingDirectory(typed.value);
  key.workingDirectory = relative && cwdText != nullptr ? cwdText->id : 0;
  std::uint64_t flags = judged.errorNumber();
  for (const bool flag : {judged.attempt(), judged.script(), file.executableEvidence.known(),
                          file.executableEvidence.truncated(), typed.known(),
                          typed.evidence.truncated(), relative && cwd.known(),
                          relative && cwd.evidence.truncated(), facts->interpreter().known()}) {
    flags = (flags << 1) | (flag ? 1U : 0U);
  }
  key.flags = flags;
  key.context = answersOf(contextTests_, judged, facts->keptContext().answers);
  const Facts* above = judged.parent().node ? knownFacts(*judged.parent().node) : nullptr;
  if (above == nullptr) {
    const bool top = judged.parent().top;
    key.parent = answersOf(parentTests_, judged, top ? answersOfTop_ : answersOfUnknown_);
  } else {
    ProgramFile& parent = above->file();
    if (parent.place.kind == PlaceKind::kPath && !parent.name) return false;
    key.parent = answersOf(parentTests_, judged, parent.answers);
  }
  return key.context != 0 && key.parent != 0;
}

const Candidates::Numbers& Candidates::of(const Judged& judged) {
  if (judged.isMapping()) return mappings_;
  Key key;
  if (!keyOf(judged, key)) return executions_;
  auto found = found_.find(key);
  if (found == found_.end()) {
    if (found_.size() >= kMaxKeys) {
      found_.clear();
      lists_.clear();
    }
    found = found_.emplace(key, findOut(judged)).first;
  }
  if (found->second.ifHit->empty()) return *found->second.always;
  return withHits(found->second, judged);
}

Candidates::Found Candidates::findOut(const Judged& judged) {
  Numbers always;
  Numbers ifHit;
  const Facts& facts = *judged.facts();
  const bool named = facts.nameText() != nullptr && !facts.file().executableEvidence.truncated();
  if (named) {
    const auto byName = byName_.find(std::string(facts.name()));
    static const Numbers kNone;
    joined(ofAnyName_, byName == byName_.end() ? kNone : byName->second);
  }
  for (const std::uint32_t number : named ? result_ : executions_) {
    findOut(number, judged, always, ifHit);
  }
  return {&*lists_.insert(std::move(always)).first, &*lists_.insert(std::move(ifHit)).first};
}

void Candidates::findOut(std::uint32_t number, const Judged& judged, Numbers& always,
                         Numbers& ifHit) const {
  Tri surely = Tri::kFalse;  // whatever the arguments are
  Tri possibly = Tri::kFalse;
  const auto add = [&](const Condition& condition) {
    possibly = either(possibly, knownPart(condition, judged, Arguments::kAnything));
    surely = either(surely, knownPart(condition, judged, Arguments::kNoHit));
  };
  if (const SequenceRule* steps = subjects_[number].steps) {
    if (judged.attempt()) return;
    for (const SequenceRule::Step& step : steps->steps) add(step.condition);
  } else {
    const Recipe& recipe = *subjects_[number].recipe;
    if (std::ranges::count(recipe.results, judged.errorNumber()) == 0) return;
    if (recipe.classified && recipe.path == PathSource::kArgument) {
      const Facts& facts = *judged.facts();
      const bool known = facts.place().kind == PlaceKind::kPath;
      const bool interpreter =
          !known || scriptArgument(facts.name(), {}, true).source != ScriptSource::kNone;
      if (judged.script() || judged.attempt() || !interpreter) return;
    } else if (recipe.classified && triggerOfClass(recipe, judged) == Tri::kFalse) {
      return;
    }
    if (recipe.when) {
      add(*recipe.when);
    } else {
      surely = possibly = Tri::kTrue;
    }
  }
  if (surely != Tri::kFalse) {
    always.push_back(number);
  } else if (possibly != Tri::kFalse) {
    ifHit.push_back(number);
  }
}

const Candidates::Numbers& Candidates::withHits(const Found& found, const Judged& judged) {
  const trace::Field<TextList>& arguments = judged.arguments();
  if (!arguments.known() || arguments.evidence.truncated()) {
    return joined(*found.always, *found.ifHit);
  }
  hits_.clear();
  for (std::size_t i = 0; i < arguments.value.size(); ++i) {
    // An attempt's are in its record only.
    TextRef text(arguments.value.text(i));
    if (!text) text = TextRef(texts_.intern(arguments.value[i]));
    const Numbers& hits = arguments_.hitsOf(*text);
    hits_.insert(hits_.end(), hits.begin(), hits.end());
  }
  if (hits_.empty()) return *found.always;
  std::ranges::sort(hits_);
  std::erase_if(hits_, [&](std::uint32_t number) {
    return !std::ranges::binary_search(*found.ifHit, number);
  });
  hits_.erase(std::ranges::unique(hits_).begin(), hits_.end());
  return joined(*found.always, hits_);
}

const Candidates::Numbers& Candidates::joined(const Numbers& a, const Numbers& b) {
  result_.clear();
  std::ranges::merge(a, b, std::back_inserter(result_));
  return result_;
}

}  // namespace exectrail::analyzer
