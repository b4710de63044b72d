// Checks the shape of YAML nodes: which keys a map may have, what must be text, what a list of
// texts. Each reports what it does not find and returns something harmless, so that reading goes
// on.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "analyzer/compiler/yaml_tree.h"

namespace exectrail::analyzer {

class Shape {
 public:
  explicit Shape(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  // Reports every key that is not in `keys`. False if the node is no map at all. `what` is the name
  // for messages: "an exemption".
  bool onlyKeys(const YamlNode& node, std::string_view what,
                std::initializer_list<std::string_view> keys);

  // The text under `key`; a missing one is an error.
  YamlNode text(const YamlNode& map, std::string_view key, std::string_view what);
  std::optional<YamlNode> optionalText(const YamlNode& map, std::string_view key);

  // The texts under `key`, none if it is absent. At most kMaxEntries.
  std::vector<YamlNode> texts(const YamlNode& map, std::string_view key);
  std::vector<YamlNode> texts(const YamlNode& sequence, const SourcePosition& position,
                              std::string_view what);

  bool isText(const YamlNode& node, std::string_view what);
  bool isMap(const YamlNode& node, std::string_view what);
  bool isSequence(const YamlNode& node, std::string_view what);

  // lower_case names of recipes, classes, lists and conditions; `dashes` also allows '-'.
  void checkName(const YamlNode& name, std::string_view what, bool dashes = false);

 private:
  void wrong(const YamlNode& node, std::string_view what, std::string_view wanted);

  Diagnostics& diagnostics_;
};

inline constexpr std::size_t kMaxEntries = 10000;  // of one list

}  // namespace exectrail::analyzer
