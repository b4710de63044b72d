#include "replay/verdict/bless.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <tuple>

#include "replay/verdict/match.h"

namespace exectrail::replay {
namespace {

using analyzer::Alert;
using Lines = std::vector<std::string>;

std::string inQuotes(const std::string& text) {
  std::string all = "'";
  for (const char c : text) all += c == '\'' ? std::string("''") : std::string(1, c);
  return all + "'";
}

std::size_t indentOf(const std::string& line) {
  const std::size_t found = line.find_first_not_of(' ');
  return found == std::string::npos ? line.size() : found;
}

bool concerns(const Expectation& expectation, const std::string& variant) {
  return expectation.variants.empty() || std::ranges::count(expectation.variants, variant) > 0;
}

bool fit(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

class Editor {
 public:
  Editor(const Scenario& scenario, const std::string& text, const std::vector<Observed>& observed)
      : scenario_(scenario), observed_(observed) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines_.push_back(line);
    result_.text = text;
  }

  Blessing run() {
    for (const Expectation& each : scenario_.fire) settle(each);
    // From the last to the first, so that places stay right.
    std::sort(removed_.rbegin(), removed_.rend());
    for (const auto& [from, to] : removed_) {
      lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(from),
                   lines_.begin() + static_cast<std::ptrdiff_t>(to));
    }
    addMissing();
    if (result_.changes.empty()) return std::move(result_);
    result_.text.clear();
    for (const std::string& line : lines_) result_.text += line + "\n";
    return std::move(result_);
  }

 private:
  // Lines [first, last) of an entry that begins with `- `.
  std::optional<std::pair<std::size_t, std::size_t>> spanOf(const Expectation& expectation) {
    const auto line = static_cast<std::size_t>(expectation.recipe.position.line);
    if (line == 0 || line > lines_.size()) return std::nullopt;
    std::size_t first = line - 1;
    while (first > 0 && !lines_[first].substr(indentOf(lines_[first])).starts_with("- ")) --first;
    const std::size_t indent = indentOf(lines_[first]);
    if (!lines_[first].substr(indent).starts_with("- ")) return std::nullopt;
    std::size_t last = first + 1;
    while (last < lines_.size() && !lines_[last].empty() && indentOf(lines_[last]) > indent) ++last;
    return std::pair(first, last);
  }

  bool replaceIn(std::pair<std::size_t, std::size_t> span, const std::string& pattern,
                 const std::string& by) {
    for (std::size_t i = span.first; i < span.second; ++i) {
      if (RE2::Replace(&lines_[i], pattern, by)) return true;
    }
    return false;
  }

  std::vector<std::size_t> counts(const Expectation& expectation) const {
    std::vector<std::size_t> all;
    for (const Observed& each : observed_) {
      if (!concerns(expectation, each.recording.variant)) continue;
      all.push_back(static_cast<std::size_t>(
          std::ranges::count_if(each.observation.alerts,
                                [&](const Alert& alert) { return matches(expectation, alert); })));
    }
    return all;
  }

  bool holds(const Expectation& expectation) const {
    return std::ranges::all_of(counts(expectation),
                               [&](std::size_t n) { return expectation.count.holds(n); });
  }

  // The expectation as it should be: with another severity, another count, or not at all.
  void settle(const Expectation& expectation) {
    if (holds(expectation)) {
      settled_.push_back(expectation);
      return;
    }
    const std::string& recipe = expectation.recipe.name;
    const auto span = spanOf(expectation);
    if (!span) {
      result_.refused.push_back(recipe + ": its entry is not on lines of its own");
      settled_.push_back(expectation);
      return;
    }
    if (const auto severity = otherSeverity(expectation)) {
      const std::string name(analyzer::name(*severity));
      if (replaceIn(*span, "severity: *[a-z]+", "severity: " + name)) {
        result_.changes.push_back(recipe + ": severity " +
                                  std::string(analyzer::name(*expectation.severity)) + " → " +
                                  name);
        settled_.push_back(expectation);
        settled_.back().severity = severity;
        return;
      }
    }
    const std::vector<std::size_t> now = counts(expectation);
    if (std::ranges::any_of(now, [&](std::size_t n) { return n != now.front(); })) {
      result_.refused.push_back(recipe + ": its variants differ, give each an entry of its own");
      settled_.push_back(expectation);
      return;
    }
    if (now.front() == 0) {
      result_.changes.push_back(recipe + ": no longer expected (" + toString(expectation.count) +
                                ", got none)");
      removed_.push_back(*span);
      return;
    }
    const std::string count = std::to_string(now.front());
    const bool changed = replaceIn(*span, "(exactly|at_least): *[0-9]+", "exactly: " + count);
    replaceIn(*span, ", *at_most: *[0-9]+", "");
    if (!changed) {
      result_.refused.push_back(recipe + ": its count was not found in its entry");
    } else {
      result_.changes.push_back(recipe + ": " + toString(expectation.count) + " → exactly " +
                                count);
    }
    settled_.push_back(expectation);
  }

  // The one severity with which it would hold.
  std::optional<analyzer::Severity> otherSeverity(const Expectation& expectation) const {
    if (!expectation.severity) return std::nullopt;
    for (int i = 0; i <= static_cast<int>(analyzer::Severity::kCritical); ++i) {
      Expectation other = expectation;
      other.severity = static_cast<analyzer::Severity>(i);
      if (holds(other)) return other.severity;
    }
    return std::nullopt;
  }

  bool expected(const Alert& alert, const std::string& variant) const {
    return std::ranges::any_of(settled_, [&](const Expectation& each) {
      return concerns(each, variant) && matches(each, alert);
    });
  }

  bool mayAlert(const std::string& recipe) const {
    if (scenario_.silent.everythingElse) return false;
    return std::ranges::none_of(scenario_.silent.recipes,
                                [&](const Named& each) { return each.name == recipe; });
  }

  // Alerts that nobody expects get an entry: by recipe, severity and path.
  void addMissing() {
    using Key = std::tuple<std::string, std::string, std::string>;
    std::map<Key, std::map<std::string, std::size_t>> fresh;
    for (const Observed& each : observed_) {
      for (const Alert& alert : each.observation.alerts) {
        if (alert.severity == analyzer::Severity::kInfo || mayAlert(alert.recipe->name) ||
            expected(alert, each.recording.variant)) {
          continue;
        }
        const std::string path = alert.filePath.known() && fit(alert.filePath.value)
                                     ? alert.filePath.value
                                     : std::string();
        ++fresh[{alert.recipe->name, std::string(analyzer::name(alert.severity)), path}]
               [each.recording.variant];
      }
    }
    Lines added;
    for (const auto& [key, byVariant] : fresh) {
      const auto& [recipe, severity, path] = key;
      for (const auto& [variant, count] : byVariant) {
        std::string line = "  - {recipe: " + recipe + ", exactly: " + std::to_string(count) +
                           ", severity: " + severity;
        if (!path.empty()) line += ", file: {path: " + inQuotes(path) + "}";
        if (!variant.empty()) line += ", variants: [" + variant + "]";
        added.push_back(line + "}");
        result_.changes.push_back(recipe + ": expected from now on: " + added.back().substr(4));
      }
    }
    if (!added.empty()) insert(added);
  }

  void insert(const Lines& added) {
    auto at = std::ranges::find_if(lines_, [](const auto& each) { return each == "fire:"; });
    if (at != lines_.end()) {
      ++at;
      while (at != lines_.end() && !at->empty() && (at->starts_with(' ') || at->starts_with('-'))) {
        ++at;
      }
    } else {
      const auto isFire = [](const auto& each) { return each.starts_with("fire:"); };
      if (std::ranges::any_of(lines_, isFire)) {
        result_.refused.emplace_back("`fire` is not a list with an entry a line");
        return;
      }
      at = std::ranges::find_if(lines_,
                                [](const auto& each) { return each.starts_with("silent:"); });
      at = lines_.insert(at, "fire:") + 1;
    }
    lines_.insert(at, added.begin(), added.end());
  }

  const Scenario& scenario_;
  const std::vector<Observed>& observed_;
  Lines lines_;
  std::vector<std::pair<std::size_t, std::size_t>> removed_;
  std::vector<Expectation> settled_;
  Blessing result_;
};

}  // namespace

Blessing bless(const Scenario& scenario, const std::string& text,
               const std::vector<Observed>& observed) {
  return Editor(scenario, text, observed).run();
}

}  // namespace exectrail::replay
