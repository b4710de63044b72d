#include "analyzer/rules/sigma_detection.h"

#include <algorithm>
#include <map>
#include <set>

#include "analyzer/rules/conditions.h"
#include "analyzer/rules/sigma_condition.h"
#include "analyzer/rules/sigma_test.h"

namespace exectrail::analyzer::sigma {
namespace {

using NodeKind = YamlNode::Kind;

constexpr std::size_t kMaxName = 256;

class Reader {
 public:
  Reader(LogSource source, RuleReport& report, Detection& result)
      : report_(report), result_(result), tests_(source, report, result.undecidable) {}

  void run(const YamlNode& detection) {
    const YamlNode* conditions = nullptr;
    std::vector<std::string> names;
    for (const YamlEntry& entry : detection.entries) {
      const std::uint32_t line = entry.position.line;
      if (entry.key == "condition") {
        conditions = &entry.value;
      } else if (entry.key == "timeframe") {
        report_.refuse(line, "'timeframe' belongs to aggregations, which are not supported");
      } else if (entry.key.size() > kMaxName) {
        report_.refuse(line, "the name of a selection is longer than 256 bytes");
      } else {
        names.push_back(entry.key);
        selections_[entry.key] = {select(entry.value), line, false};
      }
    }
    if (conditions == nullptr) {
      report_.refuse(detection.position.line, "no 'condition'");
      return;
    }
    join(*conditions, names);
    for (const std::string& name : names) {
      const Selected& selection = selections_[name];
      if (selection.used || report_.refused()) continue;
      report_.warn(selection.line, "selection '" + name + "' is not used by the condition");
    }
  }

 private:
  struct Selected {
    Condition condition;
    std::uint32_t line = 1;
    bool used = false;
  };

  // One condition, or several of which one must hold.
  void join(const YamlNode& conditions, const std::vector<std::string>& names) {
    std::vector<Condition> parts;
    const auto add = [&](const YamlNode& node) {
      if (node.kind != NodeKind::kScalar) {
        report_.refuse(node.position.line, "the condition is no text");
        return;
      }
      auto parsed = parseCondition(node.text, names, [this](const std::string& name) {
        selections_[name].used = true;
        return selections_[name].condition;
      });
      for (const std::string& pattern : parsed.unmatched) {
        report_.warn(node.position.line,
                     "no selection's name fits '" + pattern + "': this part is never true");
      }
      if (!parsed.condition) {
        report_.refuse(node.position.line, parsed.problem);
        return;
      }
      parts.push_back(std::move(*parsed.condition));
    };
    if (conditions.kind == NodeKind::kSequence) {
      for (const YamlNode& node : conditions.items) add(node);
    } else {
      add(conditions);
    }
    result_.condition = rules::anyOf(std::move(parts));
  }

  // A map: all of it. A list: one of its maps, or one of its words anywhere.
  Condition select(const YamlNode& node) {
    switch (node.kind) {
      case NodeKind::kMap:
        return selectMap(node);
      case NodeKind::kSequence: {
        std::vector<Condition> parts;
        for (const YamlNode& item : node.items) {
          if (item.kind == NodeKind::kSequence) {
            report_.refuse(item.position.line, "a list within a list");
          } else {
            parts.push_back(select(item));
          }
        }
        return rules::anyOf(std::move(parts));
      }
      case NodeKind::kScalar:
        return tests_.keyword({&node}, Modifiers{}, node.position.line);
      case NodeKind::kNull:
        report_.refuse(node.position.line, "a selection without content");
        return rules::never();
    }
    return rules::never();
  }

  Condition selectMap(const YamlNode& map) {
    if (map.entries.empty()) report_.refuse(map.position.line, "a selection without content");
    tests_.beginMap(map);
    std::vector<Condition> parts;
    for (const YamlEntry& entry : map.entries) parts.push_back(tests_.of(entry));
    return rules::allOf(std::move(parts));
  }

  RuleReport& report_;
  Detection& result_;
  FieldTests tests_;
  std::map<std::string, Selected> selections_;
};

}  // namespace

Detection readDetection(const YamlNode& detection, LogSource source, RuleReport& report) {
  Detection result;
  result.condition = rules::never();
  if (detection.kind != NodeKind::kMap) {
    report.refuse(detection.position.line, "'detection' is no map");
    return result;
  }
  Reader(source, report, result).run(detection);
  return result;
}

}  // namespace exectrail::analyzer::sigma
