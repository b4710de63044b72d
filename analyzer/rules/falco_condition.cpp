#include "analyzer/rules/falco_condition.h"

#include <algorithm>
#include <array>
#include <set>

#include "analyzer/rules/conditions.h"
#include "analyzer/rules/falco_field.h"

namespace exectrail::analyzer::falco {
namespace {

constexpr int kMaxDepth = 48;  // of parentheses and macros
// Of one rule, with all that its macros and lists stand for.
constexpr std::size_t kMaxSteps = 20'000;
constexpr std::size_t kMaxText = 1 << 20;

struct Stopped {
  std::string problem;
};

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// What all parsers of one rule share: macros are parsed where they stand.
struct Shared {
  const Vocabulary& vocabulary;
  std::uint32_t line;
  RuleReport& report;
  bool undecidable = false;
  std::set<std::string> events = {};
  int depth = 0;
  std::size_t steps = 0;
  std::size_t bytes = 0;

  void step(std::size_t size) {
    bytes += size;
    if (++steps > kMaxSteps || bytes > kMaxText) throw Stopped{"the rule is too large"};
  }
  void deeper() {
    if (++depth > kMaxDepth) throw Stopped{"nested too deeply, or a macro that stands for itself"};
  }
};

class Parser {
 public:
  Parser(std::string_view text, Shared& shared) : rest_(text), shared_(shared) {}

  Condition run() {
    Condition condition = parseOr();
    skipBlanks();
    if (!rest_.empty()) throw Stopped{"unexpected '" + std::string(rest_.substr(0, 40)) + "'"};
    return condition;
  }

 private:
  void skipBlanks() {
    while (!rest_.empty() && isBlank(rest_.front())) rest_.remove_prefix(1);
  }

  bool accept(char c) {
    skipBlanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool acceptWord(std::string_view word) {
    skipBlanks();
    if (!rest_.starts_with(word)) return false;
    const char next = rest_.size() > word.size() ? rest_[word.size()] : ' ';
    if (!isBlank(next) && next != '(' && next != ')') return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  Condition parseOr() {
    shared_.deeper();
    std::vector<Condition> parts;
    do {
      parts.push_back(parseAnd());
    } while (acceptWord("or"));
    --shared_.depth;
    return rules::anyOf(std::move(parts));
  }

  Condition parseAnd() {
    std::vector<Condition> parts;
    do {
      parts.push_back(parseNot());
    } while (acceptWord("and"));
    return rules::allOf(std::move(parts));
  }

  Condition parseNot() {
    bool negated = false;
    while (acceptWord("not")) negated = !negated;
    Condition condition = parsePrimary();
    return negated ? rules::negation(std::move(condition)) : condition;
  }

  Condition parsePrimary() {
    if (accept('(')) {
      Condition condition = parseOr();
      if (!accept(')')) throw Stopped{"'(' without ')'"};
      return condition;
    }
    Comparison comparison;
    comparison.field = readName();
    shared_.step(comparison.field.size());
    if (!rest_.empty() && rest_.front() == '(') readTransformer(comparison);
    if (comparison.field.find('.') == std::string::npos) return macro(comparison.field);
    comparison.op = readOperator();
    if (comparison.op != "exists") readValues(comparison);
    for (const std::string& value : comparison.values) shared_.step(value.size());
    ComparisonResult result = compare(comparison, shared_.vocabulary.workloads);
    shared_.events.insert(result.events.begin(), result.events.end());
    if (result.mistaken) throw Stopped{result.problem};
    if (!result.note.empty()) shared_.report.warn(shared_.line, result.note);
    if (!result.problem.empty()) {
      shared_.undecidable = true;
      shared_.report.warn(shared_.line, result.problem + ": this part is never true");
    }
    return std::move(result.condition);
  }

  // Of "tolower(proc.name)": the name, which has been read, is the transformer's.
  void readTransformer(Comparison& comparison) {
    constexpr std::array<std::string_view, 8> kKnown = {"tolower", "toupper", "b64",  "basename",
                                                        "storage", "len",     "join", "concat"};
    if (std::ranges::count(kKnown, comparison.field) == 0) {
      throw Stopped{"there is no transformer '" + comparison.field + "()'"};
    }
    comparison.transformer = std::move(comparison.field);
    accept('(');
    comparison.field = readName();
    if (!accept(')')) {
      throw Stopped{"transformer '" + comparison.transformer +
                    "()' of more than a field is not supported"};
    }
  }

  Condition macro(const std::string& name) {
    const auto found = shared_.vocabulary.macros.find(name);
    if (found == shared_.vocabulary.macros.end()) throw Stopped{"there is no macro '" + name + "'"};
    shared_.deeper();
    Condition condition = Parser(found->second, shared_).run();
    --shared_.depth;
    return condition;
  }

  std::string readName() {
    skipBlanks();
    const std::size_t size = std::min(rest_.find_first_of(" \t\r\n()=!<>,\"'"), rest_.size());
    if (size == 0) {
      throw Stopped{rest_.empty() ? "the condition ends too early"
                                  : "unexpected '" + std::string(rest_.substr(0, 40)) + "'"};
    }
    std::string name(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return name;
  }

  std::string readOperator() {
    skipBlanks();
    for (const std::string_view op : {"==", "!=", "<=", ">=", "=", "<", ">"}) {
      if (!rest_.starts_with(op)) continue;
      rest_.remove_prefix(op.size());
      return std::string(op);
    }
    return readName();
  }

  void readValues(Comparison& comparison) {
    constexpr std::string_view kOther = "val(";
    skipBlanks();
    if (rest_.starts_with(kOther)) {
      rest_.remove_prefix(kOther.size());
      comparison.other = readName();
      comparison.values.push_back(comparison.other);
      if (!accept(')')) throw Stopped{"'val(' without ')'"};
      return;
    }
    if (!accept('(')) {
      comparison.values.push_back(readValue(" \t\r\n)"));
      // A name without a parenthesis may be a list, too.
      const bool several =
          comparison.op == "in" || comparison.op == "pmatch" || comparison.op == "intersects";
      if (several) expandList(comparison.values);
      return;
    }
    while (!accept(')')) {
      std::vector<std::string> one = {readValue(" \t\r\n),")};
      if (!quoted_) expandList(one);
      for (std::string& value : one) comparison.values.push_back(std::move(value));
      accept(',');
      skipBlanks();
      if (rest_.empty()) throw Stopped{"'(' without ')'"};
    }
  }

  // If it is the name of a list: its items. Lists may hold names of lists.
  void expandList(std::vector<std::string>& values) {
    const auto& lists = shared_.vocabulary.lists;
    if (!lists.contains(values.front())) return;
    std::set<std::string> seen;
    std::vector<std::string> names = {values.front()};
    values.clear();
    while (!names.empty()) {
      const std::string name = std::move(names.back());
      names.pop_back();
      if (!seen.insert(name).second) continue;
      for (const std::string& item : lists.at(name)) {
        shared_.step(item.size());
        (lists.contains(item) ? names : values).push_back(item);
      }
    }
  }

  std::string readValue(std::string_view ends) {
    skipBlanks();
    quoted_ = !rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'');
    std::string value;
    if (!quoted_) {
      const std::size_t size = std::min(rest_.find_first_of(ends), rest_.size());
      if (size == 0) throw Stopped{"a value is missing"};
      value = rest_.substr(0, size);
      rest_.remove_prefix(size);
      return value;
    }
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != quote) {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      value += rest_.front();
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) throw Stopped{"quoted text without a closing quote"};
    rest_.remove_prefix(1);
    return value;
  }

  std::string_view rest_;
  Shared& shared_;
  bool quoted_ = false;
};

}  // namespace

ConditionResult parseCondition(const std::string& text, const Vocabulary& vocabulary,
                               std::uint32_t line, RuleReport& report) {
  ConditionResult result;
  Shared shared{vocabulary, line, report};
  try {
    result.condition = Parser(text, shared).run();
  } catch (const Stopped& stopped) {
    report.refuse(line, stopped.problem);
  }
  result.undecidable = shared.undecidable;
  result.events = std::move(shared.events);
  return result;
}

}  // namespace exectrail::analyzer::falco
