#include "replay/verdict/recorded_verdict.h"

#include <re2/re2.h>

#include <algorithm>

namespace exectrail::replay {
namespace {

constexpr std::size_t kShownRecords = 3;
constexpr std::size_t kShownBytes = 200;  // of one value

using Words = std::vector<std::string>;

bool startsWith(const Words& whole, const Words& part) {
  return whole.size() >= part.size() && std::equal(part.begin(), part.end(), whole.begin());
}

bool endsWith(const Words& whole, const Words& part) {
  return whole.size() >= part.size() && std::equal(part.rbegin(), part.rend(), whole.rbegin());
}

bool contains(const Words& whole, const Words& part) {
  return std::search(whole.begin(), whole.end(), part.begin(), part.end()) != whole.end() ||
         part.empty();
}

class Judge {
 public:
  explicit Judge(const std::vector<RecordFacts>& records) : records_(records) {}

  void judge(const RecordedExpectation& expectation, std::vector<RecordedFinding>& findings) const {
    std::vector<const RecordFacts*> meant;
    for (const RecordFacts& record : records_) {
      if (record.kind == expectation.kind && failing(expectation.select, record).empty()) {
        meant.push_back(&record);
      }
    }
    const std::string title =
        expectation.kind + ", " + toString(expectation.select) + ", " + toString(expectation.count);
    if (!expectation.count.holds(meant.size())) {
      RecordedFinding wrong;
      wrong.tooFew = meant.size() < expectation.count.atLeast;
      wrong.finding = begin(title + "; got " + std::to_string(meant.size()));
      const std::vector<const RecordFacts*> shown = wrong.tooFew ? nearest(expectation) : meant;
      for (std::size_t i = 0; i < std::min(shown.size(), kShownRecords); ++i) {
        show(expectation.select, *shown[i], wrong.finding);
      }
      findings.push_back(std::move(wrong));
    }
    RecordedFinding deviating{begin(title), false};
    for (const RecordFacts* record : meant) {
      if (failing(expectation.expect, *record).empty()) continue;
      show(expectation.expect, *record, deviating.finding);
    }
    if (!deviating.finding.deviations.empty()) findings.push_back(std::move(deviating));
  }

 private:
  static Finding begin(const std::string& title) {
    Finding finding;
    finding.kind = FindingKind::kRecord;
    finding.what = "recorded " + title;
    return finding;
  }

  bool holds(const Wanted& wanted, const RecordFacts& record) const {
    const auto found = record.facts.find(wanted.fact);
    if (found == record.facts.end()) return false;  // unknown is no value
    const FactValue& got = found->second;
    const Words& words = wanted.words;
    switch (wanted.comparison) {
      case Comparison::kIs:
        return got.words == words;
      case Comparison::kOneOf:
        return std::find(words.begin(), words.end(), got.words.front()) != words.end();
      case Comparison::kStarts:
        return wanted.isList ? startsWith(got.words, words)
                             : got.words.front().starts_with(words.front());
      case Comparison::kEnds:
        return wanted.isList ? endsWith(got.words, words)
                             : got.words.front().ends_with(words.front());
      case Comparison::kContains:
        return wanted.isList ? contains(got.words, words)
                             : got.words.front().find(words.front()) != std::string::npos;
      case Comparison::kMatches:
        return RE2::FullMatch(got.words.front(), words.front());
      case Comparison::kLength:
        return got.length == wanted.length;
      case Comparison::kSameFile:
        return isFileOfAll(got.words.front(), wanted.of);
    }
    return false;
  }

  // There are execs that are meant by `of`, and this is the file of each.
  bool isFileOfAll(const std::string& identity, const std::vector<Wanted>& of) const {
    bool any = false;
    for (const RecordFacts& other : records_) {
      if (other.kind != "exec" || !failing(of, other).empty()) continue;
      const auto found = other.facts.find("identity");
      if (found == other.facts.end() || found->second.words.front() != identity) return false;
      any = true;
    }
    return any;
  }

  std::vector<const Wanted*> failing(const std::vector<Wanted>& wanted,
                                     const RecordFacts& record) const {
    std::vector<const Wanted*> result;
    for (const Wanted& each : wanted) {
      if (!holds(each, record)) result.push_back(&each);
    }
    return result;
  }

  // Records of the kind that are not meant, those that miss the least first.
  std::vector<const RecordFacts*> nearest(const RecordedExpectation& expectation) const {
    std::vector<std::pair<std::size_t, const RecordFacts*>> near;
    for (const RecordFacts& record : records_) {
      const std::size_t missing = failing(expectation.select, record).size();
      if (record.kind == expectation.kind && missing > 0) near.emplace_back(missing, &record);
    }
    std::stable_sort(near.begin(), near.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<const RecordFacts*> result;
    result.reserve(near.size());
    for (const auto& [missing, record] : near) result.push_back(record);
    return result;
  }

  void show(const std::vector<Wanted>& wanted, const RecordFacts& record, Finding& finding) const {
    const std::vector<const Wanted*> wrong = failing(wanted, record);
    for (const Wanted* each : wrong) {
      finding.deviations.push_back({record.title, each->fact,
                                    shortened(valueOf(*each), kShownBytes),
                                    shortened(gotOf(each->fact, record), kShownBytes)});
    }
    if (wrong.empty()) finding.deviations.push_back({record.title, "", "", ""});
  }

  static std::string gotOf(const std::string& fact, const RecordFacts& record) {
    const auto value = [&](const std::string& name) -> const FactValue* {
      const auto found = record.facts.find(name);
      return found == record.facts.end() ? nullptr : &found->second;
    };
    const std::string field = fact.substr(0, fact.find('.'));  // of "file.owner": file
    std::string text;
    if (const FactValue* known = value(fact)) {
      Wanted same;
      same.words = known->words;
      same.isList = known->isList;
      text = valueOf(same);
    } else {
      text = "unknown";
      if (const FactValue* error = value("error." + field)) text += " (" + error->words[0] + ")";
    }
    const FactValue* const evidence = value("evidence." + field);
    return evidence == nullptr ? text : text + " [" + evidence->words[0] + "]";
  }

  const std::vector<RecordFacts>& records_;
};

}  // namespace

std::vector<RecordedFinding> judgeRecorded(const Case& recording,
                                           const std::vector<RecordFacts>& records) {
  std::vector<RecordedFinding> findings;
  const Judge judge(records);
  for (const RecordedExpectation& each : recording.scenario->recorded) {
    const std::vector<std::string>& only = each.variants;
    if (only.empty() || std::find(only.begin(), only.end(), recording.variant) != only.end()) {
      judge.judge(each, findings);
    }
  }
  return findings;
}

}  // namespace exectrail::replay
