// A YAML document as a small tree in which every node knows where it stands in its file. Built from
// the parser's events, so that what could blow up (aliases, depth, size) is refused before it is
// built, and duplicate keys are seen.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/diagnostics.h"

namespace exectrail::analyzer {

struct YamlEntry;

struct YamlNode {
  enum class Kind : std::uint8_t { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  SourcePosition position;
  std::string text;                // of a scalar
  std::vector<YamlNode> items;     // of a sequence
  std::vector<YamlEntry> entries;  // of a map, in the order of the file

  const YamlNode* find(std::string_view key) const;  // null if absent or not a map
};

struct YamlEntry {
  std::string key;
  SourcePosition position;  // of the key
  YamlNode value;
};

// What a node is, for messages: "a list".
std::string_view describe(YamlNode::Kind kind);

// The documents of one file. What could not be read is reported; documents before it are returned.
std::vector<YamlNode> parseYaml(const std::string& file, std::string_view text,
                                Diagnostics& diagnostics);

// Whether it is about a key that is given twice: then all of the document was read, and the first
// value stands.
bool isDuplicateKey(const Diagnostic& diagnostic);

// Where byte `offset` of a scalar's text stands in its file. Falls back to the start of the scalar
// where YAML's escapes make that unclear.
SourcePosition positionIn(const YamlNode& scalar, std::size_t offset, std::string_view fileText);

}  // namespace exectrail::analyzer
