#include "replay/scenes/fill.h"

#include <algorithm>

#include "analyzer/paths/path.h"
#include "replay/scenes/element.h"
#include "replay/scenes/list_filler.h"

namespace exectrail::replay {
namespace {

using analyzer::Attribute;
using analyzer::Condition;
using Kind = Condition::Kind;

constexpr std::size_t kMostPaths = 6000;

bool aboutName(const Goal& goal) {
  return goal.condition->left.attribute == Attribute::kName ||
         goal.condition->left.attribute == Attribute::kFileName;
}

std::string folderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? std::string() : path.substr(0, slash);
}

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
  all.insert(all.end(), neutralTexts().begin(), neutralTexts().end());
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
  if (!setFlag(image.login, by[Attribute::kLoginId])) return false;  // exists()
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
