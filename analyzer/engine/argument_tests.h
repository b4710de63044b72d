// What all recipes together look for in arguments, asked of each distinct argument once: exact
// texts by look-up, all patterns in one automaton. The answer is which recipes may find something;
// for the others nothing there is what they look for.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/compiler/condition.h"
#include "analyzer/engine/texts.h"

namespace re2 {
class RE2;
}

namespace exectrail::analyzer {

class ArgumentTests {
 public:
  ArgumentTests();
  ~ArgumentTests();

  // Whether it is a test of one text (or of a list's elements, one by one) that this can answer.
  static bool canAsk(const Condition& test);

  // One that canAsk(), of what has this number.
  void add(const Condition& test, std::uint32_t number);

  // After the last add(), before the first hitsOf().
  void prepare();

  // Numbers, ascending, of those of which a test may be true of the text. If none is: empty.
  const std::vector<std::uint32_t>& hitsOf(Text& text);

 private:
  using Numbers = std::vector<std::uint32_t>;
  struct Patterns;

  void addPattern(const std::string& pattern, bool nocase, std::uint32_t number);
  Numbers ask(trace::Bytes text) const;

  std::unordered_map<std::string, Numbers> exact_;
  std::unordered_map<std::string, Numbers> exactSmall_;  // of tests that ignore case
  std::unique_ptr<Patterns> patterns_;
  Numbers all_;

  // Text::hits is the place here and one; the first is empty, the second is all_.
  static constexpr std::size_t kMaxLists = 4096;
  std::map<Numbers, std::uint32_t> places_;
  std::vector<const Numbers*> lists_;
};

}  // namespace exectrail::analyzer
