#include "replay/scenario/facts_parser.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "replay/scenario/expectation_words.h"
#include "replay/scenario/facts.h"
#include "replay/scenario/yaml_fields.h"

namespace exectrail::replay {
namespace {

using analyzer::DiagnosticCode;
using analyzer::Diagnostics;
using analyzer::YamlEntry;
using analyzer::YamlNode;

using Kind = YamlNode::Kind;

const FactType* find(const std::vector<FactType>& facts, std::string_view name) {
  const auto found = std::find_if(facts.begin(), facts.end(),
                                  [&](const FactType& each) { return each.name == name; });
  return found == facts.end() ? nullptr : &*found;
}

// Looked up in `facts` as PREFIX.NAME; without the prefix, for messages.
std::vector<std::string> namesBelow(const std::vector<FactType>& facts, const std::string& prefix) {
  std::vector<std::string> names;
  for (const FactType& each : facts) {
    if (each.name.starts_with(prefix)) names.emplace_back(each.name.substr(prefix.size()));
  }
  return names;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool allDigits(const std::string& text, char last) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [&](char c) { return c >= '0' && c <= last; });
}

class FactsParser {
 public:
  FactsParser(const std::string& kind, Diagnostics& diagnostics)
      : kind_(kind), facts_(factsOf(kind)), diagnostics_(diagnostics) {}

  // `what` names the map in messages: "`expect`".
  std::vector<Wanted> parse(const YamlNode& node, const std::string& what) {
    wanted_.clear();
    if (node.kind != Kind::kMap) {
      wrongShape(node, what + " must be a map, this is " + std::string(describe(node.kind)),
                 "facts of an " + kind_ + ": " + listed(known()));
      return {};
    }
    for (const YamlEntry& entry : node.entries) {
      if (entry.key == "evidence") {
        parseEvidence(entry.value);
      } else if (entry.key == "error") {
        parseErrors(entry.value);
      } else if (entry.key == "truncated") {
        parseTruncated(entry.value);
      } else if (entry.key == "same_file_as" && find(facts_, "identity") != nullptr) {
        parseSameFile(entry.value);
      } else if (const FactType* fact = topLevel(entry.key)) {
        parseFact(*fact, entry.value);
      } else {
        unknownKey(entry, what + " has no key", known());
      }
    }
    return std::move(wanted_);
  }

 private:
  const FactType* topLevel(const std::string& name) const {
    return name.find('.') == std::string::npos ? find(facts_, name) : nullptr;
  }

  std::vector<std::string> known() const {
    std::vector<std::string> names;
    for (const FactType& each : facts_) {
      if (each.name.find('.') == std::string_view::npos) names.emplace_back(each.name);
    }
    if (find(facts_, "identity") != nullptr) names.emplace_back("same_file_as");
    for (const char* each : {"evidence", "truncated", "error"}) names.emplace_back(each);
    return names;
  }

  std::vector<std::string> knownEvident() const {
    std::vector<std::string> names;
    for (const FactType& each : facts_) {
      if (each.hasEvidence) names.emplace_back(each.name);
    }
    return names;
  }

  void wrongShape(const YamlNode& node, std::string message, std::string help) {
    diagnostics_.error(DiagnosticCode::kWrongShape, node.position, std::move(message),
                       std::move(help));
  }
  void unknownKey(const YamlEntry& entry, const std::string& complaint,
                  const std::vector<std::string>& names) {
    diagnostics_.error(DiagnosticCode::kUnknownKey, entry.position,
                       complaint + " '" + entry.key + "'" + analyzer::didYouMean(entry.key, names),
                       "there is: " + listed(names));
  }

  // The text of a value, which may be empty if that is written as ''.
  std::optional<std::string> word(const YamlNode& node, FactShape shape, const std::string& what) {
    if (node.kind != Kind::kScalar) {
      wrongShape(node, what + " must be text, this is " + std::string(describe(node.kind)),
                 node.kind == Kind::kNull ? "write an empty one as ''" : "");
      return std::nullopt;
    }
    const char* const needed = mustBe(node.text, shape);
    if (needed == nullptr) return node.text;
    diagnostics_.error(DiagnosticCode::kBadValue, node.position,
                       "'" + node.text + "' is not a value of " + what, needed);
    return std::nullopt;
  }

  // What a value must be and is not; null if it is.
  static const char* mustBe(const std::string& text, FactShape shape) {
    switch (shape) {
      case FactShape::kNumber:
        return allDigits(text, '9') ? nullptr : "a whole number";
      case FactShape::kTruth:
        return text == "true" || text == "false" ? nullptr : "true or false";
      case FactShape::kMode:
        return allDigits(text, '7') && text.size() == 4 ? nullptr : "octal, four digits: 0755";
      case FactShape::kErrno:
        return errnoByName(text) ? nullptr : "the name of an errno such as EACCES";
      default:
        return nullptr;
    }
  }

  std::vector<std::string> words(const YamlNode& node, FactShape shape, const std::string& what) {
    std::vector<std::string> result;
    for (const YamlNode& item : node.items) {
      if (auto text = word(item, shape, what)) result.push_back(std::move(*text));
    }
    return result;
  }

  void add(const std::string& fact, Comparison comparison, std::vector<std::string> words,
           bool isList) {
    wanted_.push_back({fact, comparison, std::move(words), isList, 0, {}});
  }

  void parseFact(const FactType& fact, const YamlNode& value) {
    if (fact.shape == FactShape::kMap) {
      parseMap(std::string(fact.name), value);
    } else {
      parseValue(std::string(fact.name), fact.shape, value);
    }
  }

  void parseValue(const std::string& fact, FactShape shape, const YamlNode& value) {
    const std::string what = "'" + fact + "'";
    const bool isList = shape == FactShape::kList;
    if (value.kind == Kind::kMap && (isList || shape == FactShape::kText)) {
      parseComparisons(fact, isList, value);
    } else if (value.kind == Kind::kSequence) {
      add(fact, isList ? Comparison::kIs : Comparison::kOneOf, words(value, shape, what), isList);
    } else if (isList) {
      wrongShape(value, what + " must be a list, this is " + std::string(describe(value.kind)),
                 "write it as [one, two], or {starts: [one], ends: [two]}");
    } else if (auto text = word(value, shape, what)) {
      add(fact, Comparison::kIs, {std::move(*text)}, false);
    }
  }

  // {owner: 0, links: 1}, {LD_PRELOAD: /tmp/x.so}
  void parseMap(const std::string& fact, const YamlNode& value) {
    if (value.kind != Kind::kMap) {
      wrongShape(value,
                 "'" + fact + "' must be a map, this is " + std::string(describe(value.kind)), "");
      return;
    }
    const std::vector<std::string> names = namesBelow(facts_, fact + ".");
    for (const YamlEntry& entry : value.entries) {
      const FactType* const part = find(facts_, fact + "." + entry.key);
      if (part == nullptr && !names.empty()) {
        unknownKey(entry, "'" + fact + "' has no key", names);
      } else {
        parseValue(fact + "." + entry.key, part ? part->shape : FactShape::kText, entry.value);
      }
    }
  }

  // {starts: /tmp/, length: 4095}, {starts: [sh, -c], ends: [x]}
  void parseComparisons(const std::string& fact, bool isList, const YamlNode& value) {
    const YamlFields fields(value, "'" + fact + "'",
                            {"starts", "ends", "contains", "matches", "length"}, diagnostics_);
    for (const auto& [key, comparison] :
         {std::pair{"starts", Comparison::kStarts}, std::pair{"ends", Comparison::kEnds},
          std::pair{"contains", Comparison::kContains}}) {
      const YamlNode* const part = fields.find(key);
      if (part == nullptr) continue;
      const std::string what = "'" + std::string(key) + "'";
      if (isList && part->kind != Kind::kSequence) {
        wrongShape(*part, what + " of a list must be a list", "write it as [one, two]");
      } else if (isList) {
        add(fact, comparison, words(*part, FactShape::kText, what), true);
      } else if (auto text = word(*part, FactShape::kText, what)) {
        add(fact, comparison, {std::move(*text)}, false);
      }
    }
    if (fields.find("length")) {
      add(fact, Comparison::kLength, {}, isList);
      wanted_.back().length = fields.number("length").value_or(0);
    }
    parseMatches(fact, isList, fields);
  }

  void parseMatches(const std::string& fact, bool isList, const YamlFields& fields) {
    const YamlNode* const node = fields.find("matches");
    if (node == nullptr) return;
    const std::optional<std::string> pattern = fields.text("matches");
    if (!pattern) return;
    const RE2 compiled(*pattern, RE2::Quiet);
    if (isList || !compiled.ok()) {
      diagnostics_.error(DiagnosticCode::kBadRegex, node->position,
                         isList ? "'matches' is for texts, '" + fact + "' is a list"
                                : "not a pattern of RE2: " + compiled.error());
      return;
    }
    add(fact, Comparison::kMatches, {*pattern}, false);
  }

  // A map whose keys are facts with evidence; calls `take` with the fact's name and the value.
  void eachEvident(const YamlNode& node, const std::string& key, const auto& take) {
    if (node.kind != Kind::kMap) {
      wrongShape(node, "'" + key + "' must be a map", "its keys: " + listed(knownEvident()));
      return;
    }
    for (const YamlEntry& entry : node.entries) {
      const FactType* const fact = find(facts_, entry.key);
      if (fact == nullptr || !fact->hasEvidence) {
        unknownKey(entry, "'" + key + "' has no key", knownEvident());
      } else {
        take(entry);
      }
    }
  }

  void parseEvidence(const YamlNode& node) {
    eachEvident(node, "evidence", [&](const YamlEntry& entry) {
      std::vector<std::string> classes;
      for (const trace::EvidenceClass each : parseClasses(entry.value, diagnostics_)) {
        classes.emplace_back(trace::name(each));
      }
      add("evidence." + entry.key, Comparison::kOneOf, std::move(classes), false);
    });
  }

  void parseErrors(const YamlNode& node) {
    eachEvident(node, "error", [&](const YamlEntry& entry) {
      parseValue("error." + entry.key, FactShape::kErrno, entry.value);
    });
  }

  void parseTruncated(const YamlNode& node) {
    if (node.kind != Kind::kSequence) {
      wrongShape(node, "'truncated' must be a list of facts", "write it as [args]");
      return;
    }
    for (const YamlNode& item : node.items) {
      const FactType* const fact = find(facts_, item.text);
      if (fact == nullptr || !fact->hasEvidence) {
        diagnostics_.error(DiagnosticCode::kBadValue, item.position,
                           "'" + item.text + "' cannot be truncated",
                           "there is: " + listed(knownEvident()));
      } else {
        add("truncated." + item.text, Comparison::kIs, {"true"}, false);
      }
    }
  }

  void parseSameFile(const YamlNode& node) {
    Wanted same{"identity", Comparison::kSameFile, {}, false, 0, {}};
    same.of = FactsParser("exec", diagnostics_).parse(node, "`same_file_as`");
    wanted_.push_back(std::move(same));
  }

  const std::string kind_;
  const std::vector<FactType>& facts_;
  Diagnostics& diagnostics_;
  std::vector<Wanted> wanted_;
};

}  // namespace

std::vector<Wanted> parseFacts(const YamlNode& node, const std::string& kind,
                               const std::string& what, Diagnostics& diagnostics) {
  return FactsParser(kind, diagnostics).parse(node, what);
}

}  // namespace exectrail::replay
