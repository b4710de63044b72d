// Reading values out of a YAML map with messages for whoever wrote it: unknown keys, wrong shapes,
// words that are none of those allowed.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/diagnostics.h"
#include "analyzer/compiler/yaml_tree.h"
#include "replay/scenario/scenario.h"

namespace exectrail::replay {

using Check = std::function<bool(const std::string&)>;

class YamlFields {
 public:
  // Reports a node that is not a map, and each key that is not in `keys`. `what` names the map in
  // messages: "a `fire` entry". All must outlive this.
  YamlFields(const analyzer::YamlNode& node, std::string what, std::vector<std::string> keys,
             analyzer::Diagnostics& diagnostics);

  const analyzer::YamlNode& node() const { return node_; }
  const std::string& what() const { return what_; }
  const analyzer::YamlNode* find(std::string_view key) const { return node_.find(key); }

  // Null, with an error, if the key is missing.
  const analyzer::YamlNode* require(std::string_view key, std::string_view help) const;

  // The value's text; nothing if absent or not text.
  std::optional<std::string> text(std::string_view key) const;
  std::optional<std::uint64_t> number(std::string_view key) const;

  // Entries of a list of texts. `check` says which are allowed, `rule` what they look like.
  std::vector<Named> names(std::string_view key, const Check& check, std::string_view rule) const;

 private:
  const analyzer::YamlNode& node_;
  std::string what_;
  analyzer::Diagnostics& diagnostics_;
};

// The text of a scalar; reports anything else, or empty text.
std::optional<std::string> scalarText(const analyzer::YamlNode& node, std::string_view what,
                                      analyzer::Diagnostics& diagnostics);

Position positionOf(const analyzer::YamlNode& node);

}  // namespace exectrail::replay
