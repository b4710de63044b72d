#include "analyzer/engine/candidates.h"

#include <algorithm>
#include <unordered_set>

#include "analyzer/engine/evaluate.h"
#include "analyzer/engine/judge.h"

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
    if (!test->children.empty()) key += std::to_string(reinterpret_cast<std::uintptr_t>(test));
    return !known.insert(std::move(key)).second;
  });
}

// A relative path leads somewhere else from another directory; so may one through /proc/self/cwd.
bool needsWorkingDirectory(trace::Bytes typed) {
  return !typed.starts_with('/') || typed.find("proc") != trace::Bytes::npos;
}

// Whether an argument, of which no key knows, may decide about a script.
bool givenMore(const Judged& judged) {
  return judged.script() && !judged.scriptArgument().others.empty();
}

}  // namespace

std::size_t Candidates::KeyHash::operator()(const Key& key) const {
  std::uint64_t hash = 0;
  for (const std::uint64_t part : {key.executable, key.typedPath, key.workingDirectory, key.flags,
                                   (std::uint64_t{key.context} << 32) | key.parent,
                                   (std::uint64_t{key.directory} << 32) | key.taskName}) {
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
  attempts_.insert(recipe.results.begin(), recipe.results.end());
  if (recipe.when) addTests(*recipe.when);
  addName(recipe.when ? neededNames(*recipe.when) : std::nullopt, number);
}

void Candidates::add(const SequenceRule& steps) {
  const auto number = static_cast<std::uint32_t>(subjects_.size());
  subjects_.push_back({nullptr, &steps});
  executions_.push_back(number);
  std::optional<std::set<std::string>> all = std::set<std::string>();
  for (const SequenceRule::Step& step : steps.steps) {
    addTests(step.condition);
    auto names = neededNames(step.condition);
    if (all && names) {
      all->merge(*names);
    } else {
      all.reset();
    }
  }
  addName(all, number);
}

void Candidates::addTests(const Condition& condition) {
  collectTests(condition, Basis::kContext, contextTests_);
  collectTests(condition, Basis::kParent, parentTests_);
  collectTests(condition, Basis::kDirectory, directoryTests_.tests);
  collectTests(condition, Basis::kTaskName, taskNameTests_.tests);
}

void Candidates::addName(const std::optional<std::set<std::string>>& names, std::uint32_t number) {
  if (!names) return ofAnyName_.push_back(number);
  for (const std::string& name : *names) byName_[name].push_back(number);
}

void Candidates::prepare() {
  unite(contextTests_);
  unite(parentTests_);
  unite(directoryTests_.tests);
  unite(taskNameTests_.tests);
  Tests tests;
  for (const std::uint32_t number : executions_) {
    const std::size_t before = tests.size();
    collectArgumentTests(number, tests);
    for (std::size_t i = before; i < tests.size(); ++i) owners_.emplace(tests[i], number);
  }
  arguments_ = std::make_unique<ArgumentTests>(tests, automata_.of(tests));
}

void Candidates::collectArgumentTests(std::uint32_t number, Tests& tests) const {
  if (const Recipe* recipe = subjects_[number].recipe) {
    if (recipe->when) collectTests(*recipe->when, Basis::kArgument, tests);
    return;
  }
  for (const SequenceRule::Step& step : subjects_[number].steps->steps) {
    collectTests(step.condition, Basis::kArgument, tests);
  }
}

// What the tests say, as a number: the same for all that they say the same of.
std::uint32_t Candidates::answersOf(const Tests& tests, char tag, const Judged& judged,
                                    std::uint32_t& kept) {
  if (kept != 0) return kept;
  std::string answers(1, tag);
  for (const Condition* test : tests) {
    answers += static_cast<char>('0' + static_cast<int>(evaluate(*test, judged, {})));
  }
  if (answers_.size() < kMaxKeys || answers_.contains(answers)) {
    kept = answers_.emplace(std::move(answers), answers_.size() + 1).first->second;
  }
  return kept;
}

std::uint32_t Candidates::answersOf(TextTests& tests, const Judged& judged,
                                    const trace::Evidence& evidence, const Text* text) {
  const std::uint64_t state = (evidence.truncated() ? 2U : 0U) | (evidence.known() ? 1U : 0U);
  const std::uint64_t asked = ((text == nullptr ? 0 : text->id) << 2) | state;
  TextTests::Known& known = tests.known[asked % TextTests::kKnown];
  if (known.textAndState != asked) known = {asked, 0};
  return answersOf(tests.tests, tests.tag, judged, known.answers);
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
  const trace::Field<bool> secure = facts->secure();
  std::uint64_t flags = judged.errorNumber();
  for (const bool flag :
       {judged.attempt(), judged.script(), file.executableEvidence.known(),
        file.executableEvidence.evidenceClass == trace::EvidenceClass::kInferred,
        file.executableEvidence.truncated(), typed.known(), typed.evidence.truncated(),
        relative && cwd.known(), relative && cwd.evidence.truncated(), facts->interpreter().known(),
        secure.known(), secure.value, judged.arguments().known(), judged.scriptArgument().absent,
        givenMore(judged)}) {
    flags = (flags << 1) | (flag ? 1U : 0U);
  }
  key.flags = flags;
  key.context = answersOf(contextTests_, 'c', judged, facts->keptContext().answers);
  key.directory = answersOf(directoryTests_, judged, cwd.evidence, cwdText);
  key.taskName = answersOf(taskNameTests_, judged, facts->comm().evidence, facts->commText());
  const Facts* above = judged.parent().node ? knownFacts(*judged.parent().node) : nullptr;
  if (above == nullptr) {
    const bool top = judged.parent().top;
    key.parent = answersOf(parentTests_, 'p', judged, top ? answersOfTop_ : answersOfUnknown_);
  } else {
    ProgramFile& parent = above->file();
    if (parent.place.kind == PlaceKind::kPath && !parent.name) return false;
    key.parent = answersOf(parentTests_, 'p', judged, parent.answers);
  }
  return key.context != 0 && key.parent != 0 && key.directory != 0 && key.taskName != 0;
}

Candidates::Concerned Candidates::of(const Judged& judged) {
  if (judged.isMapping()) return {&mappings_, &none_};
  // Most are names looked up in PATH, of which there is no end.
  if (judged.attempt() && !attempts_.contains(judged.errorNumber())) return {&none_, &none_};
  Found* known = nullptr;
  if (judged.attempt() || judged.facts() == nullptr) {
    known = find(judged);
  } else {
    Origin& origin = originOf(judged);
    if (origin.found == nullptr) origin.found = find(judged);
    known = origin.found;
  }
  if (known == nullptr) return {&executions_, &none_};
  return {known->ifHit->empty() ? known->always : withHits(*known, judged), known->inconclusive};
}

// Its entry in the table, which may be new. Of what ran.
Candidates::Origin& Candidates::originOf(const Judged& judged) {
  constexpr std::uint64_t kTop = ~std::uint64_t{0};
  const Facts& facts = *judged.facts();
  const auto idOf = [](const Text* text) { return text == nullptr ? 0 : text->id; };
  const Facts* above = judged.parent().node ? knownFacts(*judged.parent().node) : nullptr;
  const std::array<std::uint64_t, 8> numbers = {
      facts.file().id,
      facts.keptContext().id,
      facts.evidence().id,
      idOf(facts.typedPathText()),
      idOf(facts.workingDirectoryText()),
      idOf(facts.commText()),
      above != nullptr      ? above->file().id
      : judged.parent().top ? kTop
                            : 0,
      (givenMore(judged) ? 8U : 0U) | (facts.secure().value ? 4U : 0U) |
          (judged.script() ? 2U : 0U) | (judged.scriptArgument().absent ? 1U : 0U)};
  std::uint64_t hash = 0;
  for (const std::uint64_t number : numbers) hash = (hash ^ number) * 0x9e3779b97f4a7c15U;
  Origin& origin = origins_[(hash >> 32) % Origin::kKnown];
  if (origin.numbers != numbers) origin = {numbers, nullptr};
  return origin;
}

// Null: it may depend on more than a key has.
Candidates::Found* Candidates::find(const Judged& judged) {
  Key key;
  if (!keyOf(judged, key)) return nullptr;
  auto found = found_.find(key);
  if (found == found_.end()) {
    if (found_.size() >= kMaxKeys) {
      found_.clear();
      argumentTests_.clear();
      lists_.clear();
      origins_.assign(Origin::kKnown, {});
    }
    found = found_.emplace(key, findOut(judged)).first;
  }
  return &found->second;
}

Candidates::Found Candidates::findOut(const Judged& judged) {
  Numbers always;
  Numbers inconclusive;
  Numbers ifHit;
  const auto names = namesOf(judged);
  Numbers concerned = ofAnyName_;
  if (names) {
    for (const std::string& name : *names) {
      const auto byName = byName_.find(name);
      if (byName == byName_.end()) continue;
      concerned.insert(concerned.end(), byName->second.begin(), byName->second.end());
    }
    std::ranges::sort(concerned);
    concerned.erase(std::unique(concerned.begin(), concerned.end()), concerned.end());
  }
  for (const std::uint32_t number : names ? concerned : executions_) {
    if (excluded(number, judged)) continue;
    const KnownAnswer whatever = knownPartOf(number, judged, {});
    if (whatever.answer == Tri::kFalse) continue;
    const Recipe* recipe = subjects_[number].recipe;
    const bool plain = recipe != nullptr && !recipe->classified && !recipe->sequence;
    if (plain && whatever.whole && whatever.answer == Tri::kUnknown) {
      inconclusive.push_back(number);
    } else if (knownPartOf(number, judged, {false, arguments_.get(), ArgumentTests::kNoHits})
                   .answer == Tri::kFalse) {
      ifHit.push_back(number);
    } else {
      always.push_back(number);
    }
  }
  const Numbers* hit = keep(std::move(ifHit));
  return {keep(std::move(always)), keep(std::move(inconclusive)), hit, testsOf(*hit), {}};
}

// By other things than conditions.
bool Candidates::excluded(std::uint32_t number, const Judged& judged) const {
  if (subjects_[number].steps != nullptr) return judged.attempt();
  const Recipe& recipe = *subjects_[number].recipe;
  if (std::ranges::count(recipe.results, judged.errorNumber()) == 0) return true;
  if (!recipe.classified || givenMore(judged)) return false;
  if (recipe.path != PathSource::kArgument) return triggerOfClass(recipe, judged) == Tri::kFalse;
  return judged.script() || judged.attempt() || judged.scriptArgument().absent;
}

// Of a sequence, what one of its steps says.
KnownAnswer Candidates::knownPartOf(std::uint32_t number, const Judged& judged,
                                    const ArgumentHits& arguments) const {
  if (const Recipe* recipe = subjects_[number].recipe) {
    if (!recipe->when) return {Tri::kTrue, true};
    return knownPart(*recipe->when, judged, arguments);
  }
  Tri answer = Tri::kFalse;
  for (const SequenceRule::Step& step : subjects_[number].steps->steps) {
    answer = either(answer, knownPart(step.condition, judged, arguments).answer);
  }
  return {answer, false};
}

ArgumentTests::Some* Candidates::testsOf(const Numbers& ifHit) {
  if (ifHit.empty()) return nullptr;
  const auto known = argumentTests_.find(&ifHit);
  if (known != argumentTests_.end()) return &known->second;
  Tests tests;
  for (const std::uint32_t number : ifHit) collectArgumentTests(number, tests);
  return &argumentTests_.emplace(&ifHit, ArgumentTests::Some(std::move(tests))).first->second;
}

// What one of these tests belongs to, ascending: nothing else can be concerned by them.
Candidates::Numbers Candidates::hitBy(std::uint32_t hits) const {
  Numbers numbers;
  for (const Condition* test : arguments_->set(hits)) {
    if (const auto owner = owners_.find(test); owner != owners_.end()) {
      numbers.push_back(owner->second);
    }
  }
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

const Candidates::Numbers* Candidates::withHits(Found& found, const Judged& judged) {
  const trace::Field<TextList>& arguments = judged.arguments();
  if (!arguments.known() || arguments.evidence.truncated() || arguments.value.empty()) {
    return &joined(*found.always, *found.ifHit);
  }
  const std::uint32_t hits = arguments_->hitsOf(arguments.value, *found.tests);
  if (hits == ArgumentTests::kNoHits) return found.always;
  const Numbers*& numbers = found.byHits[hits];
  if (numbers == nullptr) {
    Numbers possible;
    for (const std::uint32_t number : hitBy(hits)) {
      if (!std::ranges::binary_search(*found.ifHit, number)) continue;
      const ArgumentHits known{false, arguments_.get(), hits};
      if (knownPartOf(number, judged, known).answer != Tri::kFalse) possible.push_back(number);
    }
    numbers = keep(joined(*found.always, possible));
  }
  return numbers;
}

const Candidates::Numbers& Candidates::joined(const Numbers& a, const Numbers& b) {
  result_.clear();
  std::ranges::merge(a, b, std::back_inserter(result_));
  return result_;
}

}  // namespace exectrail::analyzer
