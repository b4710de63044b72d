#include "replay/scenes/fill.h"

#include <algorithm>
#include <set>

#include "analyzer/engine/text_test.h"
#include "analyzer/paths/path.h"
#include "replay/scenes/samples.h"

namespace exectrail::replay {
namespace {

using analyzer::Attribute;
using analyzer::Condition;
using analyzer::Tri;
using Kind = Condition::Kind;
using Texts = std::vector<std::string>;

constexpr std::size_t kMostPaths = 6000;
constexpr std::size_t kMostPairs = 24;
const trace::Evidence kSure{trace::EvidenceClass::kKernel};
const Texts kNeutral = {"neutral", "-z", "1000", "x y", "/usr/bin/neutral", "x", ""};

bool holds(const Condition& at, const std::string& text, const std::optional<std::int64_t>& number);

bool holdsNumber(const Condition& at, std::int64_t value) {
  return analyzer::compareNumbers(value, at.op, at.number);
}

// Of one element, or of one text.
bool holds(const Condition& at, const std::string& text,
           const std::optional<std::int64_t>& number) {
  switch (at.kind) {
    case Kind::kAnd:
      return std::ranges::all_of(at.children, [&](const auto& c) { return holds(c, text, {}); });
    case Kind::kOr:
      return std::ranges::any_of(at.children, [&](const auto& c) { return holds(c, text, {}); });
    case Kind::kNot:
      return !holds(at.children.front(), text, {});
    case Kind::kSurely:
      return holds(at.children.front(), text, {});
    case Kind::kExists:
    case Kind::kTrust:
      return true;
    case Kind::kLength: {
      const auto size = static_cast<std::int64_t>(text.size());
      return number ? size == *number : holdsNumber(at, size);
    }
    case Kind::kGenuine:
      return at.set->contains(text);
    case Kind::kUnder:
      return analyzer::testPlace(at, {analyzer::PlaceKind::kPath, text}) == Tri::kTrue;
    default:
      if (at.right) return true;  // whoever sets both looks after it
      return analyzer::testValue(at, analyzer::knownText(text, kSure), nullptr) == Tri::kTrue;
  }
}

bool isSo(const Goal& goal, const std::string& text) {
  if (goal.number && goal.condition->kind == Kind::kLength) {
    return holds(*goal.condition, text, goal.number) == goal.wanted;
  }
  return holds(*goal.condition, text, {}) == goal.wanted;
}

void proposalsOf(const Condition& at, Texts& to) {
  for (std::string& each : samplesOf(at)) to.push_back(std::move(each));
  if (at.kind == Kind::kLength && at.number >= 0 && at.number < 64) {
    for (std::int64_t n = std::max<std::int64_t>(at.number - 1, 0); n <= at.number + 1; ++n) {
      to.emplace_back(static_cast<std::size_t>(n), 'n');
    }
  }
  for (const Condition& each : at.children) proposalsOf(each, to);
}

void proposalsOf(const Goals& goals, Texts& to) {
  for (const Goal& each : goals) {
    if (each.wanted) to.insert(to.end(), each.samples.begin(), each.samples.end());
  }
  for (const Goal& each : goals) proposalsOf(*each.condition, to);
}

std::string nameOf(const std::string& path) {
  if (path.starts_with("/memfd:")) return path.substr(1);
  return std::string(analyzer::lastComponent(path));
}

bool aboutName(const Goal& goal) {
  return goal.condition->left.attribute == Attribute::kName ||
         goal.condition->left.attribute == Attribute::kFileName;
}

std::string folderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? std::string() : path.substr(0, slash);
}

// Arguments: what single ones must be, what some must be, what all must be.
class ListFiller {
 public:
  ListFiller(SceneImage& image, const Literals& literals) : image_(image), literals_(literals) {}

  bool run(const std::string& scriptAt) {
    for (const Goal& each : literals_) sort(each);
    std::size_t first = 1;
    if (!image_.args.empty()) first = image_.args.size();
    image_.args.resize(first);
    if (image_.args[0].empty()) image_.args[0] = nameOf(image_.executable);
    if (!numbered()) return false;
    if (!scriptAt.empty()) {
      if (image_.args.size() < 2) image_.args.resize(2);
      image_.args[1] = scriptAt;
      fixed_.insert(1);
    }
    if (!universal()) return false;
    for (const Goal& each : some_) {
      if (!one(each)) return false;
    }
    return lengths();
  }

 private:
  static bool ofPaths(const Goal& goal) {
    return goal.condition->left.attribute == Attribute::kArgumentPaths;
  }

  void sort(const Goal& goal) {
    const Condition& at = *goal.condition;
    const Attribute about = at.left.attribute;
    if (about == Attribute::kArgument) {
      byIndex_[at.left.index].push_back(goal);
    } else if (at.kind == Kind::kLength) {
      lengths_.push_back(goal);
    } else if (at.kind == Kind::kAny || at.kind == Kind::kAll) {
      const bool some = !goal.element.empty() || (at.kind == Kind::kAny) == goal.wanted;
      (some ? some_ : all_).push_back(goal);
      if (!goal.element.empty() && at.kind == Kind::kAny) alone_.push_back(goal);
    } else if (goal.wanted || at.kind == Kind::kCount) {
      some_.push_back(goal);
    } else {
      all_.push_back(goal);
    }
  }

  // What each element must be: the goals of one that stands for all.
  static Goals bodyOf(const Goal& goal) {
    const Condition& at = *goal.condition;
    if (!goal.element.empty()) return goal.element;
    if (at.kind == Kind::kAny || at.kind == Kind::kAll || at.kind == Kind::kCount) {
      return {{&at.children.front(), goal.wanted || at.kind == Kind::kCount, {}, {}, {}}};
    }
    return {{&at, goal.wanted, {}, goal.samples, {}}};
  }

  static bool elementIs(const Goal& goal, const std::string& argument) {
    const Condition& at = *goal.condition;
    std::string text = argument;
    if (ofPaths(goal)) {
      if (!argument.starts_with('/')) return false;
      text = analyzer::placeOfTyped(argument, "/").path;
    }
    if (at.kind == Kind::kContains) return (at.texts.front() == text) == goal.wanted;
    return replay::isSo(bodyOf(goal), text);
  }

  // Where one element decides, no other is to satisfy the whole condition.
  static bool aloneAllows(const Goal& goal, const std::string& argument, std::size_t index) {
    std::string text = argument;
    if (ofPaths(goal)) {
      if (index == 0 || !argument.starts_with('/')) return true;
      text = analyzer::placeOfTyped(argument, "/").path;
    }
    return replay::isSo(goal.element, text) || !holds(goal.condition->children.front(), text, {});
  }

  bool allowed(const std::string& argument, std::size_t index) const {
    const auto alone = [&](const Goal& goal) { return aloneAllows(goal, argument, index); };
    if (!std::ranges::all_of(alone_, alone)) return false;
    return std::ranges::all_of(all_, [&](const Goal& goal) {
      if (ofPaths(goal) && (index == 0 || !argument.starts_with('/'))) return true;
      return elementIs(goal, argument);
    });
  }

  bool numbered() {
    for (const auto& place : byIndex_) {
      const std::size_t index = place.first;
      const Goals& goals = place.second;
      const bool wanted = std::ranges::any_of(goals, [](const Goal& goal) { return goal.wanted; });
      if (!wanted && index >= image_.args.size()) continue;
      Texts proposals;
      if (index < image_.args.size()) proposals.push_back(image_.args[index]);
      proposalsOf(goals, proposals);
      proposals.insert(proposals.end(), kNeutral.begin(), kNeutral.end());
      const auto found = std::ranges::find_if(proposals, [&](const std::string& text) {
        return replay::isSo(goals, text) && allowed(text, index);
      });
      if (found == proposals.end()) return false;
      while (image_.args.size() <= index) {
        const auto neutral = std::ranges::find_if(
            kNeutral, [&](const auto& each) { return allowed(each, image_.args.size()); });
        image_.args.push_back(neutral == kNeutral.end() ? "-z" : *neutral);
      }
      image_.args[index] = *found;
      fixed_.insert(index);
    }
    return true;
  }

  // Replaces what may be replaced until each is as all must be.
  bool universal() {
    for (std::size_t i = 0; i < image_.args.size(); ++i) {
      if (allowed(image_.args[i], i)) continue;
      if (fixed_.contains(i)) return false;
      Texts proposals;
      for (const Goal& each : all_) proposalsOf(bodyOf(each), proposals);
      proposals.insert(proposals.end(), kNeutral.begin(), kNeutral.end());
      const auto found =
          std::ranges::find_if(proposals, [&](const auto& each) { return allowed(each, i); });
      if (found == proposals.end()) return false;
      image_.args[i] = *found;
    }
    return true;
  }

  bool one(const Goal& goal) {
    const Condition& at = *goal.condition;
    std::int64_t wanted = 1;
    if (at.kind == Kind::kCount) {
      wanted = goal.number.value_or(std::max<std::int64_t>(at.number, 0) + (goal.wanted ? 0 : -1));
    }
    std::int64_t there = 0;
    for (std::size_t i = ofPaths(goal) ? 1 : 0; i < image_.args.size(); ++i) {
      there += elementIs(goal, image_.args[i]) ? 1 : 0;
    }
    if (there >= wanted) return true;
    Texts proposals;
    proposalsOf(bodyOf(goal), proposals);
    // Two at a time, for what has to hold both; and what lies below a folder.
    const std::size_t single = std::min(proposals.size(), kMostPairs);
    for (std::size_t i = 0; i < single; ++i) {
      if (ofPaths(goal)) proposals.push_back(proposals[i] + "x");
      for (std::size_t j = 0; j < single; ++j) {
        proposals.push_back(proposals[i] + " " + proposals[j]);
      }
    }
    proposals.insert(proposals.end(), kNeutral.begin(), kNeutral.end());
    const auto found = std::ranges::find_if(proposals, [&](const std::string& each) {
      return elementIs(goal, each) && allowed(each, image_.args.size());
    });
    if (found == proposals.end()) return false;
    for (; there < wanted; ++there) image_.args.push_back(*found);
    const std::string other = "/usr/lib/other";
    if (ofPaths(goal) && allowed(other, image_.args.size())) image_.args.push_back(other);
    return true;
  }

  bool lengths() {
    for (const Goal& goal : lengths_) {
      const auto fits = [&] {
        const auto size = static_cast<std::int64_t>(image_.args.size());
        return (goal.number ? size == *goal.number : holdsNumber(*goal.condition, size)) ==
               goal.wanted;
      };
      for (int i = 0; i < 8 && !fits(); ++i) {
        const auto neutral = std::ranges::find_if(
            kNeutral, [&](const auto& each) { return allowed(each, image_.args.size()); });
        image_.args.push_back(neutral == kNeutral.end() ? "-z" : *neutral);
      }
      while (!fits() && !image_.args.empty()) image_.args.pop_back();
      if (!fits()) return false;
    }
    return true;
  }

  SceneImage& image_;
  const Literals& literals_;
  std::map<std::size_t, Goals> byIndex_;
  std::set<std::size_t> fixed_;
  Goals some_, all_, alone_, lengths_;
};

// A number that all goals about it want; `otherwise` if nobody wants any.
std::optional<std::int64_t> chooseNumber(const Literals& literals, std::int64_t otherwise) {
  std::vector<std::int64_t> proposals = {otherwise, 0, 1, 1000};
  for (const Goal& each : literals) {
    if (each.number) proposals.insert(proposals.begin(), *each.number);
    for (const std::int64_t step : {0, 1, -1}) proposals.push_back(each.condition->number + step);
    for (const std::int64_t number : each.condition->numbers) proposals.push_back(number);
  }
  for (const std::int64_t number : proposals) {
    const auto fits = [&](const Goal& goal) {
      const Condition& at = *goal.condition;
      if (goal.number && *goal.number != number) return false;
      if (at.right || goal.number) return true;
      if (at.kind == Kind::kNumberIn) {
        return (std::ranges::count(at.numbers, number) > 0) == goal.wanted;
      }
      return at.kind != Kind::kNumber || holdsNumber(at, number) == goal.wanted;
    };
    if (number >= 0 && std::ranges::all_of(literals, fits)) return number;
  }
  return std::nullopt;
}

bool setNumber(std::uint32_t& to, const Literals& literals) {
  const auto number = chooseNumber(literals, to);
  if (number) to = static_cast<std::uint32_t>(*number);
  return number.has_value();
}

bool setFlag(bool& to, const Literals& literals) {
  for (const Goal& each : literals) to = each.wanted;
  return std::ranges::all_of(literals, [&](const Goal& each) { return each.wanted == to; });
}

bool setVariable(SceneImage& image, const std::string& name, const Literals& literals) {
  const bool wanted = std::ranges::any_of(
      literals, [](const Goal& each) { return each.wanted || each.number.has_value(); });
  if (!wanted) return true;  // not set: equals nothing
  const auto text = chooseText(literals, {});
  if (text) image.environment[name] = *text;
  return text.has_value();
}

}  // namespace

bool isSo(const Goals& goals, const std::string& element) {
  return std::ranges::all_of(goals, [&](const Goal& each) { return isSo(each, element); });
}

std::optional<std::string> choosePath(const Literals& literals, const PathWish& wish) {
  Texts paths = wish.proposals;
  Texts names;
  Texts folders = {"/usr/bin", "/opt/x/bin", "/tmp", "/home/alice/bin", "/usr/sbin"};
  for (const Goal& each : literals) {
    Texts samples = each.samples;
    proposalsOf(*each.condition, samples);
    for (std::string& sample : samples) {
      if (sample.starts_with('/')) {
        if (!folderOf(sample).empty()) folders.push_back(folderOf(sample));
        paths.push_back(std::move(sample));
      } else if (!sample.empty() && sample.find('/') == std::string::npos && aboutName(each)) {
        names.push_back(std::move(sample));
      }
    }
  }
  for (const std::string& each : wish.proposals) {
    if (!folderOf(each).empty()) folders.push_back(folderOf(each));
  }
  for (const char* each : {"/usr/bin/neutral", "/opt/x/bin/tool", "/tmp/x", "/home/alice/bin/x"}) {
    paths.emplace_back(each);
  }
  names.emplace_back("neutral");
  const auto fits = [&](const std::string& path) {
    if (path.size() < 2 || path.back() == '/') return false;
    if (wish.test && !wish.test(path)) return false;
    const std::string name = nameOf(path);
    return std::ranges::all_of(literals, [&](const Goal& goal) {
      const Attribute about = goal.condition->left.attribute;
      if (about == Attribute::kClass && goal.condition->kind != Kind::kGenuine) {
        if (wish.classifier == nullptr) return !goal.wanted;
        const auto match = wish.classifier->classify(path);
        return isSo(goal, match ? match->directoryClass->name : std::string());
      }
      return isSo(goal, aboutName(goal) ? name : path);
    });
  };
  const auto found = std::ranges::find_if(paths, fits);
  if (found != paths.end()) return *found;
  std::size_t tried = 0;
  for (const std::string& name : names) {
    for (const std::string& folder : folders) {
      if (++tried > kMostPaths) return std::nullopt;
      const std::string path = folder + "/" + name;
      if (fits(path)) return path;
    }
  }
  return std::nullopt;
}

std::optional<std::string> chooseText(const Literals& literals,
                                      const std::vector<std::string>& proposals) {
  Texts all = proposals;
  proposalsOf(literals, all);
  all.insert(all.end(), kNeutral.begin(), kNeutral.end());
  const auto found =
      std::ranges::find_if(all, [&](const std::string& each) { return isSo(literals, each); });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

bool fillImage(SceneImage& image, const Literals& literals, const std::string& scriptAt) {
  std::map<Attribute, Literals> by;
  std::map<std::string, Literals> variables;
  Literals lists;
  for (const Goal& each : literals) {
    switch (each.condition->left.attribute) {
      case Attribute::kArguments:
      case Attribute::kArgument:
      case Attribute::kArgumentPaths:
      case Attribute::kCommandLine:
        lists.push_back(each);
        break;
      case Attribute::kVariable:
        variables[each.condition->left.key].push_back(each);
        break;
      default:
        by[each.condition->left.attribute].push_back(each);
    }
  }
  for (const auto& [name, goals] : variables) {
    if (!setVariable(image, name, goals)) return false;
  }
  image.uid = image.effectiveUid = 1000;
  if (!setNumber(image.effectiveUid, by[Attribute::kEffectiveUserId])) return false;
  image.uid = image.effectiveUid;
  if (!setNumber(image.uid, by[Attribute::kUserId])) return false;
  if (!setNumber(image.fileUid, by[Attribute::kFileUid])) return false;
  if (!by[Attribute::kPid].empty() && !setNumber(image.pid, by[Attribute::kPid])) return false;
  if (!setFlag(image.terminal, by[Attribute::kHasTerminal])) return false;
  if (!setFlag(image.secure, by[Attribute::kSecure])) return false;
  if (!by[Attribute::kContainer].empty()) {
    const auto text = chooseText(by[Attribute::kContainer], {"", "c0ffee"});
    if (!text) return false;
    image.container = *text;
  }
  if (!by[Attribute::kWorkingDirectory].empty()) {
    const auto path = choosePath(by[Attribute::kWorkingDirectory], {});
    if (!path) return false;
    image.cwd = *path;
  }
  return ListFiller(image, lists).run(scriptAt);
}

}  // namespace exectrail::replay
