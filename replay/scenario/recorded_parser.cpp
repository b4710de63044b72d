#include "replay/scenario/recorded_parser.h"

#include <algorithm>

#include "replay/scenario/expectation_words.h"
#include "replay/scenario/facts.h"
#include "replay/scenario/facts_parser.h"
#include "replay/scenario/yaml_fields.h"

namespace exectrail::replay {

using analyzer::DiagnosticCode;
using analyzer::YamlNode;

RecordedExpectation parseRecorded(const YamlNode& node, const std::vector<std::string>& variants,
                                  analyzer::Diagnostics& diagnostics) {
  const auto isVariant = [&](const std::string& name) {
    return std::find(variants.begin(), variants.end(), name) != variants.end();
  };
  const std::vector<std::string> kinds = recordKinds();
  std::vector<std::string> keys = kinds;
  for (const char* each : {"exactly", "at_least", "at_most", "expect", "variants"})
    keys.emplace_back(each);
  const YamlFields fields(node, "a `recorded` entry", keys, diagnostics);

  RecordedExpectation expectation;
  expectation.position = positionOf(node);
  expectation.count = parseCount(fields, "records", diagnostics);
  for (const Named& variant : fields.names("variants", isVariant, "variants of this scenario")) {
    expectation.variants.push_back(variant.name);
  }
  std::string listed;
  for (const std::string& kind : kinds) {
    listed += (listed.empty() ? "" : ", ") + kind;
    const YamlNode* const select = fields.find(kind);
    if (select == nullptr) continue;
    if (!expectation.kind.empty()) {
      diagnostics.error(DiagnosticCode::kWrongShape, select->position,
                        "a `recorded` entry is about one kind of record, this one about '" +
                            expectation.kind + "' and '" + kind + "'");
      continue;
    }
    expectation.kind = kind;
    expectation.select = parseFacts(*select, kind, "`" + kind + "`", diagnostics);
    const YamlNode* const expect = fields.find("expect");
    if (expect == nullptr) continue;
    expectation.expect = parseFacts(*expect, kind, "`expect`", diagnostics);
  }
  if (expectation.kind.empty() && node.kind == YamlNode::Kind::kMap) {
    diagnostics.error(DiagnosticCode::kMissingKey, node.position,
                      "a `recorded` entry must say which records it is about", "one of: " + listed);
  }
  return expectation;
}

}  // namespace exectrail::replay
