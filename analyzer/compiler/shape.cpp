#include "analyzer/compiler/shape.h"

#include <algorithm>

namespace exectrail::analyzer {
void Shape::wrong(const YamlNode& node, std::string_view what, std::string_view wanted) {
  diagnostics_.error(DiagnosticCode::kWrongShape, node.position,
                     std::string(what) + " must be " + std::string(wanted) + ", found " +
                         std::string(describe(node.kind)));
}

bool Shape::isText(const YamlNode& node, std::string_view what) {
  if (node.kind == YamlNode::Kind::kScalar && !node.text.empty()) return true;
  if (node.kind == YamlNode::Kind::kScalar) {
    diagnostics_.error(DiagnosticCode::kWrongShape, node.position,
                       std::string(what) + " must not be empty");
  } else {
    wrong(node, what, "text");
  }
  return false;
}

bool Shape::isMap(const YamlNode& node, std::string_view what) {
  if (node.kind == YamlNode::Kind::kMap) return true;
  wrong(node, what, "a map");
  return false;
}

bool Shape::isSequence(const YamlNode& node, std::string_view what) {
  if (node.kind == YamlNode::Kind::kSequence) return true;
  wrong(node, what, "a list");
  return false;
}

bool Shape::onlyKeys(const YamlNode& node, std::string_view what,
                     std::initializer_list<std::string_view> keys) {
  if (!isMap(node, what)) return false;
  const std::vector<std::string> known(keys.begin(), keys.end());
  for (const YamlEntry& entry : node.entries) {
    if (std::ranges::count(known, entry.key) > 0) continue;
    std::string help = "allowed here:";
    for (const std::string& key : known) help += " " + key;
    diagnostics_.error(
        DiagnosticCode::kUnknownKey, entry.position,
        "unknown key '" + entry.key + "' in " + std::string(what) + didYouMean(entry.key, known),
        std::move(help));
  }
  return true;
}

YamlNode Shape::text(const YamlNode& map, std::string_view key, std::string_view what) {
  if (const YamlNode* found = map.find(key)) {
    if (isText(*found, "'" + std::string(key) + "'")) return *found;
  } else {
    diagnostics_.error(DiagnosticCode::kMissingKey, map.position,
                       "'" + std::string(key) + "' is missing in " + std::string(what));
  }
  YamlNode nothing;
  nothing.position = map.position;
  return nothing;
}

std::optional<YamlNode> Shape::optionalText(const YamlNode& map, std::string_view key) {
  const YamlNode* found = map.find(key);
  if (found == nullptr || !isText(*found, "'" + std::string(key) + "'")) return std::nullopt;
  return *found;
}

std::vector<YamlNode> Shape::texts(const YamlNode& map, std::string_view key) {
  const YamlNode* found = map.find(key);
  if (found == nullptr) return {};
  return texts(*found, found->position, "'" + std::string(key) + "'");
}

std::vector<YamlNode> Shape::texts(const YamlNode& sequence, const SourcePosition& position,
                                   std::string_view what) {
  std::vector<YamlNode> result;
  if (!isSequence(sequence, what)) return result;
  if (sequence.items.empty()) {
    diagnostics_.error(DiagnosticCode::kWrongShape, position,
                       std::string(what) + " is an empty list", "remove it, or fill it");
  }
  if (sequence.items.size() > kMaxEntries) {
    diagnostics_.error(DiagnosticCode::kTooComplex, position,
                       std::string(what) + " has " + std::to_string(sequence.items.size()) +
                           " entries, at most " + std::to_string(kMaxEntries) + " are allowed");
    return result;
  }
  for (const YamlNode& item : sequence.items) {
    if (isText(item, "an entry of " + std::string(what))) result.push_back(item);
  }
  return result;
}

void Shape::checkName(const YamlNode& name, std::string_view what, bool dashes) {
  if (name.text.empty()) return;  // reported as missing
  const auto allowed = [dashes](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (dashes && c == '-');
  };
  if (std::ranges::all_of(name.text, allowed) && name.text.size() <= 64 && name.text[0] >= 'a') {
    return;
  }
  diagnostics_.error(DiagnosticCode::kBadValue, name.position,
                     "'" + name.text + "' is no name for " + std::string(what),
                     std::string("a name begins with a letter and has a-z, 0-9, _") +
                         (dashes ? ", -" : "") + ", and at most 64 of them");
}

}  // namespace exectrail::analyzer
