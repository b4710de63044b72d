// A compiled expression: names resolved, types checked, patterns built. Values are three-valued and
// belong to the engine (analyzer/engine/evaluate.h); this is what it walks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "analyzer/compiler/ast.h"
#include "analyzer/compiler/field.h"
#include "analyzer/paths/glob.h"
#include "trace/evidence.h"

namespace exectrail::analyzer {

// A set of texts of which some may be patterns. Entries without a wildcard cost one lookup.
class TextSet {
 public:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Exact = std::unordered_set<std::string, Hash, std::equal_to<>>;

  void add(Glob glob);
  bool contains(std::string_view text) const;

  // Each entry as it was added, for a set that ignores case and for indexing.
  const Exact& exact() const { return exact_; }
  const std::vector<Glob>& globs() const { return globs_; }

 private:
  Exact exact_;
  std::vector<Glob> globs_;
};

struct Condition {
  enum class Kind : std::uint8_t {
    kAnd,
    kOr,
    kNot,
    kSurely,    // children[0] is true: what nobody knows is not. Never unknown itself
    kExists,    // there is a value of left
    kAny,       // of the elements of left, at least one satisfies children[0]
    kAll,       // each of them does
    kCount,     // as many as `op number` says do
    kNearest,   // of the images above, the first that satisfies children[0] satisfies children[1]
    kGenuine,   // the parent's executable is in `set`, surely, and root's
    kBoolean,   // left is true
    kTrust,     // where left comes from, compared with `number`, a trustOf()
    kLength,    // bytes of a text or elements of a list, compared with `number`
    kNumber,    // left `op` number or right
    kNumberIn,  // left is one of `numbers`
    kEqual,     // left is texts[0], or the same as right
    kTextIn,    // left matches an entry of `set`
    kMatches,   // left matches `regex` somewhere
    kUnder,     // left lies below one of `texts`
    kContains,  // left holds one of `texts`: as a part of a text, as an element of a list; or right
    kStartsWith,
    kEndsWith,
  };

  Kind kind = Kind::kAnd;
  bool lineage = false;  // of kAny, kAll, kCount: not left but the images above
  // With `lineage`: of each process above, the image that created the next, and no image that was
  // replaced; of these only one: 1 is the parent, 0 all.
  bool ancestors = false;
  std::uint32_t generation = 0;
  bool nocase = false;  // ASCII letters of left are made small first; what it is compared with is
  std::vector<Condition> children;
  FieldRef left;
  std::optional<FieldRef> right;
  Operator op = Operator::kEqual;
  std::int64_t number = 0;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> texts;
  std::shared_ptr<const TextSet> set;
  std::shared_ptr<const re2::RE2> regex;
  std::string text;  // as its author wrote it
};

// How far a class of evidence can be trusted, for trust(): the higher, the harder to falsify.
constexpr int trustOf(trace::EvidenceClass evidenceClass) {
  switch (evidenceClass) {
    case trace::EvidenceClass::kKernel:
      return 6;
    case trace::EvidenceClass::kImage:
      return 5;
    case trace::EvidenceClass::kProcfs:
      return 4;
    case trace::EvidenceClass::kEntry:
      return 3;
    case trace::EvidenceClass::kInferred:
      return 2;
    case trace::EvidenceClass::kExternal:
      return 1;
    case trace::EvidenceClass::kUnknown:
      return 0;
  }
  return 0;
}

// Small ASCII letters for large ones; other bytes stay.
std::string folded(std::string_view text);

}  // namespace exectrail::analyzer
