#include "replay/scenario/yaml_fields.h"

#include <algorithm>
#include <charconv>

namespace exectrail::replay {
namespace {

using analyzer::DiagnosticCode;
using analyzer::YamlNode;

std::string inQuotes(std::string_view word) { return "'" + std::string(word) + "'"; }

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

Position positionOf(const YamlNode& node) {
  return {static_cast<int>(node.position.line), static_cast<int>(node.position.column)};
}

std::optional<std::string> scalarText(const YamlNode& node, std::string_view what,
                                      analyzer::Diagnostics& diagnostics) {
  if (node.kind == YamlNode::Kind::kScalar && !node.text.empty()) return node.text;
  diagnostics.error(
      DiagnosticCode::kWrongShape, node.position,
      std::string(what) + " must be text, this is " +
          (node.kind == YamlNode::Kind::kScalar ? "empty" : std::string(describe(node.kind))));
  return std::nullopt;
}

YamlFields::YamlFields(const YamlNode& node, std::string what, std::vector<std::string> keys,
                       analyzer::Diagnostics& diagnostics)
    : node_(node), what_(std::move(what)), diagnostics_(diagnostics) {
  if (node.kind != YamlNode::Kind::kMap) {
    diagnostics.error(DiagnosticCode::kWrongShape, node.position,
                      what_ + " must be a map, this is " + std::string(describe(node.kind)),
                      "its keys: " + listed(keys));
    return;
  }
  for (const analyzer::YamlEntry& entry : node.entries) {
    if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) continue;
    diagnostics.error(
        DiagnosticCode::kUnknownKey, entry.position,
        what_ + " has no key " + inQuotes(entry.key) + analyzer::didYouMean(entry.key, keys),
        "its keys: " + listed(keys));
  }
}

const YamlNode* YamlFields::require(std::string_view key, std::string_view help) const {
  const YamlNode* const value = find(key);
  if (value == nullptr && node_.kind == YamlNode::Kind::kMap) {
    diagnostics_.error(DiagnosticCode::kMissingKey, node_.position,
                       what_ + " needs the key " + inQuotes(key), std::string(help));
  }
  return value;
}

std::optional<std::string> YamlFields::text(std::string_view key) const {
  const YamlNode* const value = find(key);
  if (value == nullptr) return std::nullopt;
  return scalarText(*value, inQuotes(key), diagnostics_);
}

std::optional<std::uint64_t> YamlFields::number(std::string_view key) const {
  const YamlNode* const value = find(key);
  if (value == nullptr) return std::nullopt;
  std::uint64_t result = 0;
  const char* const end = value->text.data() + value->text.size();
  const auto parsed = std::from_chars(value->text.data(), end, result);
  if (value->kind == YamlNode::Kind::kScalar && !value->text.empty() && parsed.ec == std::errc() &&
      parsed.ptr == end && result <= 1'000'000) {
    return result;
  }
  diagnostics_.error(DiagnosticCode::kBadValue, value->position,
                     inQuotes(key) + " must be a whole number from 0 to 1000000");
  return std::nullopt;
}

std::vector<Named> YamlFields::names(std::string_view key, const Check& check,
                                     std::string_view rule) const {
  const YamlNode* const value = find(key);
  if (value == nullptr) return {};
  if (value->kind != YamlNode::Kind::kSequence) {
    diagnostics_.error(
        DiagnosticCode::kWrongShape, value->position,
        inQuotes(key) + " must be a list, this is " + std::string(describe(value->kind)),
        "write it as [one, two]");
    return {};
  }
  std::vector<Named> result;
  for (const YamlNode& item : value->items) {
    const std::optional<std::string> text =
        scalarText(item, "an entry of " + inQuotes(key), diagnostics_);
    if (!text) continue;
    if (check && !check(*text)) {
      diagnostics_.error(DiagnosticCode::kBadValue, item.position,
                         inQuotes(*text) + " is not right in " + inQuotes(key), std::string(rule));
      continue;
    }
    const auto same = [&](const Named& other) { return other.name == *text; };
    if (std::any_of(result.begin(), result.end(), same)) {
      diagnostics_.error(DiagnosticCode::kDuplicateName, item.position,
                         inQuotes(*text) + " stands in " + inQuotes(key) + " twice");
      continue;
    }
    result.push_back({*text, positionOf(item)});
  }
  return result;
}

}  // namespace exectrail::replay
