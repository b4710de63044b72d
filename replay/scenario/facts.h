// A record of a trace as named facts, for `recorded:` of a scenario: what the recorder saw, as
// texts that people can write down. Facts that a record does not know are absent.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trace/record.h"

namespace exectrail::replay {

// What may be written as a fact's value.
enum class FactShape : std::uint8_t {
  kText,    // bytes, escaped as trace/escape.h does
  kList,    // of such texts
  kMap,     // name -> text; asked one by one
  kNumber,  // decimal
  kTruth,   // true or false
  kErrno,   // the constant's name
  kMode,    // octal, four digits: 0755
};

struct FactType {
  std::string_view name;
  FactShape shape;
  bool hasEvidence;  // can be named under `evidence`, `truncated` and `error`
};

// Kinds of record that a scenario can ask about, and what it can ask of each. Empty: no such kind.
std::vector<std::string> recordKinds();
const std::vector<FactType>& factsOf(std::string_view kind);

struct FactValue {
  std::vector<std::string> words;  // one, unless it is a list
  std::uint64_t length = 0;        // bytes before escaping; of a list, its entries
  bool isList = false;
};

struct RecordFacts {
  std::string kind;
  std::string title;                       // "exec 70.1 at 0.013 s, ./x"
  std::map<std::string, FactValue> facts;  // also "file.owner", "evidence.args", "error.args"
};

// Reads the records of one trace in their order: who created whom is only known then.
class FactReader {
 public:
  explicit FactReader(std::uint64_t startNs) : startNs_(startNs) {}

  // Appends what `record` says: nothing for kinds that cannot be asked about, one for each mount of
  // a mount table.
  void read(const trace::Record& record, std::vector<RecordFacts>& out);

 private:
  class Body;

  std::uint64_t startNs_;
  std::map<trace::ImageId, std::string> executables_;     // escaped; copies made by fork included
  std::optional<trace::Field<trace::Namespaces>> first_;  // those of the trace's first exec
};

// The errno constant's name, "ok" for 0.
std::string resultName(std::uint16_t errorNumber);

// At most `bytes` of it, cut between characters, and how much that leaves out.
std::string shortened(const std::string& text, std::size_t bytes);

}  // namespace exectrail::replay
