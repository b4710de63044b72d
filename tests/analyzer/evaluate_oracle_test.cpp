// The evaluator against its definition: a condition is true (false) when it is true (false)
// whatever the unknown values are. For conditions that ask about each unknown value once, Kleene's
// logic and that definition agree; the test generates such conditions and tries every completion.
#include <gtest/gtest.h>

#include <random>

#include "tests/analyzer/evaluation.h"
#include "tests/support/tries.h"

namespace exectrail::analyzer {
namespace {

using test::Evaluation;

// What an atom says, with its value known or not.
struct Atom {
  const char* expression;
  bool value;
};
// Of exec("/tmp/x") by user 1000; the last two ask about what is missing in the record below.
constexpr Atom kKnownAtoms[] = {{"file.path == '/tmp/x'", true}, {"user.id == 0", false},
                                {"args[0] == '/tmp/x'", true},   {"process.pid > 5000", false},
                                {"class == temp", true},         {"result == ENOENT", false}};
constexpr const char* kUnknownAtoms[] = {"cwd == '/a'", "file.uid == 7", "process.comm == 'x'"};

struct Formula {
  enum class Kind { kKnown, kUnknown, kNot, kAnd, kOr };
  Kind kind = Kind::kKnown;
  std::size_t atom = 0;
  std::vector<Formula> children;

  std::string text() const {
    switch (kind) {
      case Kind::kKnown:
        return kKnownAtoms[atom].expression;
      case Kind::kUnknown:
        return kUnknownAtoms[atom];
      case Kind::kNot:
        return "not (" + children[0].text() + ")";
      default:
        return "(" + children[0].text() + (kind == Kind::kAnd ? " and " : " or ") +
               children[1].text() + ")";
    }
  }

  // Two-valued, with the unknown atoms set to the bits of `completion`.
  bool value(unsigned completion) const {
    switch (kind) {
      case Kind::kKnown:
        return kKnownAtoms[atom].value;
      case Kind::kUnknown:
        return ((completion >> atom) & 1U) != 0;
      case Kind::kNot:
        return !children[0].value(completion);
      case Kind::kAnd:
        return children[0].value(completion) && children[1].value(completion);
      case Kind::kOr:
        return children[0].value(completion) || children[1].value(completion);
    }
    return false;
  }
};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Formula formula() {
    unused_ = {0, 1, 2};
    return make(4);
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  Formula make(int depth) {
    Formula formula;
    const std::size_t kind = depth == 0 ? below(2) : below(6);
    if (kind == 0 || (kind == 1 && unused_.empty())) {
      formula.kind = Formula::Kind::kKnown;
      formula.atom = below(std::size(kKnownAtoms));
    } else if (kind == 1) {
      formula.kind = Formula::Kind::kUnknown;
      formula.atom = unused_.back();
      unused_.pop_back();
    } else if (kind == 2) {
      formula.kind = Formula::Kind::kNot;
      formula.children.push_back(make(depth - 1));
    } else {
      formula.kind = kind % 2 == 0 ? Formula::Kind::kAnd : Formula::Kind::kOr;
      formula.children.push_back(make(depth - 1));
      formula.children.push_back(make(depth - 1));
    }
    return formula;
  }

  std::mt19937 random_;
  std::vector<std::size_t> unused_;
};

Tri definition(const Formula& formula) {
  bool sometimes = false;
  bool always = true;
  for (unsigned completion = 0; completion < 8; ++completion) {
    const bool value = formula.value(completion);
    sometimes = sometimes || value;
    always = always && value;
  }
  return always ? Tri::kTrue : sometimes ? Tri::kUnknown : Tri::kFalse;
}

TEST(EvaluateOracle, AgreesWithAllCompletions) {
  trace::Image nothing;
  auto record = test::exec("/tmp/x").noCwd().noFile();
  test::OwnedRecord owned = record;
  std::get<trace::Exec>(owned.record.body).image.comm = nothing.comm;
  Evaluation evaluation({owned});
  int unknown = 0;
  for (unsigned seed = 0; seed < test::tries(2000); ++seed) {
    const Formula formula = Generator(seed).formula();
    const Tri expected = definition(formula);
    unknown += expected == Tri::kUnknown ? 1 : 0;
    ASSERT_EQ(evaluation(formula.text()), expected) << "seed " << seed << ": " << formula.text();
  }
  EXPECT_GT(unknown, 100);  // the test tests something
}

}  // namespace
}  // namespace exectrail::analyzer
