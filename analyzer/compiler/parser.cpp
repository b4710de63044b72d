#include "analyzer/compiler/parser.h"

#include <algorithm>
#include <array>
#include <utility>

#include "analyzer/compiler/lexer.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMaxText = 16 << 10;
constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxNodes = 1000;
constexpr std::uint64_t kMaxArgument = 4096;

struct NamedOperator {
  std::string_view text;
  Operator op;
};
constexpr std::array kOperators = {
    NamedOperator{"==", Operator::kEqual},
    NamedOperator{"!=", Operator::kNotEqual},
    NamedOperator{"<", Operator::kLess},
    NamedOperator{"<=", Operator::kLessOrEqual},
    NamedOperator{">", Operator::kGreater},
    NamedOperator{">=", Operator::kGreaterOrEqual},
    NamedOperator{"in", Operator::kIn},
    NamedOperator{"matches", Operator::kMatches},
    NamedOperator{"glob", Operator::kGlob},
    NamedOperator{"under", Operator::kUnder},
    NamedOperator{"contains", Operator::kContains},
    NamedOperator{"startswith", Operator::kStartsWith},
    NamedOperator{"endswith", Operator::kEndsWith},
};

const std::vector<std::string> kFunctions = {"any",    "all",   "nearest", "genuine", "surely",
                                             "exists", "count", "len",     "trust"};

struct Stopped {};  // the error has been reported

class Parser {
 public:
  Parser(std::string_view text, const ExpressionErrors& errors)
      : tokens_(tokenize(text)), errors_(errors) {}

  Expression run() {
    Expression expression = parseOr();
    if (peek().kind == TokenKind::kWord && isOperator(peek().text)) {
      fail("a comparison cannot be compared again", "join comparisons with 'and' or 'or'");
    }
    if (peek().kind != TokenKind::kEnd) {
      fail("unexpected " + describe(peek()), "join conditions with 'and' or 'or'");
    }
    return expression;
  }

 private:
  const Token& peek() const { return tokens_[at_]; }

  Token take() {
    if (tokens_[at_].kind == TokenKind::kEnd || tokens_[at_].kind == TokenKind::kBad) {
      return tokens_[at_];
    }
    return tokens_[at_++];
  }

  bool is(TokenKind kind, std::string_view text) const {
    return peek().kind == kind && peek().text == text;
  }

  bool accept(TokenKind kind, std::string_view text) {
    if (!is(kind, text)) return false;
    ++at_;
    return true;
  }

  void expect(std::string_view symbol, const std::string& help) {
    if (accept(TokenKind::kSymbol, symbol)) return;
    fail("expected '" + std::string(symbol) + "', found " + describe(peek()), help);
  }

  [[noreturn]] void fail(std::string message, std::string help = {}) {
    failAt(DiagnosticCode::kSyntax, std::move(message), std::move(help));
  }

  [[noreturn]] void failAt(DiagnosticCode code, std::string message, std::string help) {
    if (peek().kind == TokenKind::kBad) {
      errors_(DiagnosticCode::kBadToken, peek().offset, peek().text, {});
    } else {
      errors_(code, peek().offset, std::move(message), std::move(help));
    }
    throw Stopped{};
  }

  static std::string describe(const Token& token) {
    switch (token.kind) {
      case TokenKind::kEnd:
        return "the end of the expression";
      case TokenKind::kText:
        return "the text '" + token.text + "'";
      case TokenKind::kNumber:
        return "the number " + std::to_string(token.number);
      case TokenKind::kListName:
        return "'@" + token.text + "'";
      default:
        return "'" + token.text + "'";
    }
  }

  static bool isOperator(std::string_view text) {
    return std::ranges::count(kOperators, text, &NamedOperator::text) > 0;
  }

  static bool isJoint(std::string_view text) {
    return text == "and" || text == "or" || text == "not" || text == "nocase";
  }

  Expression begin(Expression::Kind kind, std::size_t offset) {
    if (++nodes_ > kMaxNodes) {
      failAt(DiagnosticCode::kTooComplex, "the expression is too long", "split it or use a list");
    }
    Expression expression;
    expression.kind = kind;
    expression.offset = offset;
    return expression;
  }

  Expression finish(Expression expression) {
    expression.end = at_ == 0 ? 0 : tokens_[at_ - 1].end;
    return expression;
  }

  // One level of "a OP b OP c", of which the result is a single node.
  template <typename Next>
  Expression chain(std::string_view word, Expression::Kind kind, Next next) {
    const std::size_t offset = peek().offset;
    Expression first = next();
    if (!is(TokenKind::kWord, word)) return first;
    Expression expression = begin(kind, offset);
    expression.children.push_back(std::move(first));
    while (accept(TokenKind::kWord, word)) expression.children.push_back(next());
    return finish(std::move(expression));
  }

  Expression parseOr() {
    if (++depth_ > kMaxDepth) {
      failAt(DiagnosticCode::kTooComplex, "the expression is nested too deeply", {});
    }
    Expression expression = chain("or", Expression::Kind::kOr, [this] { return parseAnd(); });
    --depth_;
    return expression;
  }

  Expression parseAnd() {
    return chain("and", Expression::Kind::kAnd, [this] { return parseNot(); });
  }

  Expression parseNot() {
    // A loop, so that "not not not ..." cannot exhaust the stack.
    std::vector<std::size_t> offsets;
    while (is(TokenKind::kWord, "not")) offsets.push_back(take().offset);
    Expression expression = parsePrimary();
    for (; !offsets.empty(); offsets.pop_back()) {
      Expression negation = begin(Expression::Kind::kNot, offsets.back());
      if (offsets.size() > kMaxDepth) {
        failAt(DiagnosticCode::kTooComplex, "too many 'not'", {});
      }
      negation.children.push_back(std::move(expression));
      expression = finish(std::move(negation));
    }
    return expression;
  }

  Expression parsePrimary() {
    if (accept(TokenKind::kSymbol, "(")) {
      Expression expression = parseOr();
      expect(")", {});
      return expression;
    }
    if (calls({"any", "all"})) return parseAnyAll();
    if (calls({"nearest"})) return parseNearest();
    if (calls({"genuine"})) return parseGenuine();
    if (calls({"surely"})) return parseSurely();
    if (calls({"exists"})) return parseExists();
    if (callsSomething() && !calls({"len", "trust", "count"})) {
      const std::string& function = peek().text;
      fail("unknown function '" + function + "'" + didYouMean(function, kFunctions),
           "the functions are any, all and nearest(lineage, ...), genuine(parent, @list), "
           "surely(CONDITION), exists(FIELD), count(args, ...), len(FIELD) and trust(FIELD)");
    }
    return parseComparison();
  }

  bool callsSomething() const {
    return peek().kind == TokenKind::kWord && at_ + 1 < tokens_.size() &&
           tokens_[at_ + 1].kind == TokenKind::kSymbol && tokens_[at_ + 1].text == "(" &&
           !isOperator(peek().text) && !isJoint(peek().text);
  }

  bool calls(std::initializer_list<std::string_view> functions) const {
    return callsSomething() && std::ranges::count(functions, peek().text) > 0;
  }

  // Whose elements are looked at: lineage, or a list such as args.
  Operand parseCollection(const std::string& function) {
    if (peek().kind != TokenKind::kWord) {
      fail("expected 'lineage' or a list, found " + describe(peek()),
           "write " + function + "(lineage, .executable in @list) or " + function +
               "(args, it startswith '-')");
    }
    Operand collection = parseOperand();
    expect(",", "write " + function + "(" + collection.text + ", CONDITION)");
    return collection;
  }

  Expression parseAnyAll() {
    const std::string function = peek().text;
    Expression expression =
        begin(function == "any" ? Expression::Kind::kAny : Expression::Kind::kAll, take().offset);
    expect("(", {});
    expression.left = parseCollection(function);
    expression.children.push_back(parseOr());
    expect(")", {});
    return finish(std::move(expression));
  }

  Expression parseNearest() {
    const std::string help =
        "write nearest(lineage, .executable in @shells, .user.id == 0): of the images above, the "
        "nearest that satisfies the first condition satisfies the second";
    Expression expression = begin(Expression::Kind::kNearest, take().offset);
    expect("(", {});
    if (!accept(TokenKind::kWord, "lineage")) {
      fail("expected 'lineage', found " + describe(peek()), help);
    }
    expect(",", help);
    expression.children.push_back(parseOr());
    expect(",", help);
    expression.children.push_back(parseOr());
    expect(")", {});
    return finish(std::move(expression));
  }

  Expression parseGenuine() {
    Expression expression = begin(Expression::Kind::kGenuine, take().offset);
    expect("(", {});
    if (peek().kind == TokenKind::kWord) {
      if (!accept(TokenKind::kWord, "parent")) {
        fail("genuine() can only ask about 'parent', not " + describe(peek()),
             "write genuine(parent, @list)");
      }
      expect(",", "write genuine(parent, @list)");
    }
    if (peek().kind != TokenKind::kListName) {
      fail("expected a list such as @package_managers, found " + describe(peek()),
           "write genuine(parent, @list)");
    }
    expression.right = parseOperand();
    expect(")", {});
    return finish(std::move(expression));
  }

  Expression parseSurely() {
    Expression expression = begin(Expression::Kind::kSurely, take().offset);
    expect("(", {});
    expression.children.push_back(parseOr());
    expect(")", {});
    return finish(std::move(expression));
  }

  Expression parseExists() {
    Expression expression = begin(Expression::Kind::kExists, take().offset);
    expect("(", {});
    expression.left = parseOperand();
    expect(")", "write exists(FIELD)");
    return finish(std::move(expression));
  }

  // What stands left of an operator; count()'s condition becomes a child of `expression`.
  Operand parseSubject(Expression& expression) {
    if (!calls({"len", "trust", "count"})) return parseOperand();
    const Token function = take();
    expect("(", {});
    Operand operand;
    if (function.text == "count") {
      operand = parseCollection("count");
      operand.function = Operand::Function::kCount;
      expression.children.push_back(parseOr());
    } else {
      operand = parseOperand();
      operand.function =
          function.text == "len" ? Operand::Function::kLength : Operand::Function::kTrust;
    }
    expect(")", {});
    return operand;
  }

  const NamedOperator* findOperator() const {
    if (peek().kind != TokenKind::kSymbol && peek().kind != TokenKind::kWord) return nullptr;
    const auto found = std::ranges::find(kOperators, peek().text, &NamedOperator::text);
    return found == kOperators.end() ? nullptr : &*found;
  }

  // Whether the word just read is a condition by itself: nothing that could compare it follows.
  bool endsHere() const {
    return peek().kind == TokenKind::kEnd || is(TokenKind::kSymbol, ")") ||
           is(TokenKind::kSymbol, ",") || is(TokenKind::kWord, "and") || is(TokenKind::kWord, "or");
  }

  Expression parseComparison() {
    Expression expression = begin(Expression::Kind::kComparison, peek().offset);
    expression.left = parseSubject(expression);
    expression.operatorOffset = peek().offset;
    const bool bare = expression.left.kind == Operand::Kind::kWord &&
                      expression.left.function == Operand::Function::kNone;
    if (bare && !expression.left.indexed && endsHere()) {
      expression.kind = Expression::Kind::kName;
      return finish(std::move(expression));
    }
    expression.nocase = accept(TokenKind::kWord, "nocase");
    const bool negated = accept(TokenKind::kWord, "not");
    if (negated && !is(TokenKind::kWord, "in")) {
      fail("expected 'in' after 'not', found " + describe(peek()),
           "to negate a comparison, write 'not' before it");
    }
    const NamedOperator* found = findOperator();
    if (found == nullptr) {
      fail("expected an operator after '" + expression.left.text + "', found " + describe(peek()),
           "operators: == != < <= > >= in matches glob under contains startswith endswith; "
           "'nocase' before one ignores case");
    }
    ++at_;
    expression.op = found->op;
    expression.right = parseOperand();
    expression = finish(std::move(expression));
    if (!negated) return expression;
    Expression negation = begin(Expression::Kind::kNot, expression.offset);
    negation.children.push_back(std::move(expression));
    return finish(std::move(negation));
  }

  Operand parseOperand() {
    if (++nodes_ > kMaxNodes) {
      failAt(DiagnosticCode::kTooComplex, "the expression is too long", "split it or use a list");
    }
    Operand operand;
    const Token token = peek();
    operand.offset = token.offset;
    operand.text = token.text;
    operand.number = token.number;
    if (is(TokenKind::kSymbol, "[")) {
      take();
      operand.kind = Operand::Kind::kList;
      parseItems(operand);
      return operand;
    }
    switch (token.kind) {
      case TokenKind::kText:
        operand.kind = Operand::Kind::kText;
        break;
      case TokenKind::kNumber:
        operand.kind = Operand::Kind::kNumber;
        break;
      case TokenKind::kListName:
        operand.kind = Operand::Kind::kListName;
        break;
      case TokenKind::kWord:
        if (isOperator(token.text) || isJoint(token.text)) {
          fail("expected a value, found the operator '" + token.text + "'");
        }
        operand.kind = Operand::Kind::kWord;
        break;
      default:
        fail("expected a value, found " + describe(token));
    }
    take();
    if (operand.kind == Operand::Kind::kWord && accept(TokenKind::kSymbol, "[")) {
      parseIndex(operand);
    }
    return operand;
  }

  void parseIndex(Operand& operand) {
    if (peek().kind != TokenKind::kNumber || peek().number > kMaxArgument) {
      fail("expected the number of an argument, found " + describe(peek()), "write args[0]");
    }
    operand.indexed = true;
    operand.index = static_cast<std::uint32_t>(take().number);
    expect("]", {});
  }

  void parseItems(Operand& list) {
    list.text.clear();
    if (is(TokenKind::kSymbol, "]")) fail("an empty list matches nothing");
    do {
      if (is(TokenKind::kSymbol, "[")) fail("a list cannot hold a list");
      list.items.push_back(parseOperand());
    } while (accept(TokenKind::kSymbol, ","));
    expect("]", "separate the entries of a list with ','");
  }

  std::vector<Token> tokens_;
  const ExpressionErrors& errors_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
};

}  // namespace

std::string_view name(Operator op) {
  for (const NamedOperator& named : kOperators) {
    if (named.op == op) return named.text;
  }
  return "?";
}

std::optional<Expression> parseExpression(std::string_view text, const ExpressionErrors& errors) {
  if (text.size() > kMaxText) {
    errors(DiagnosticCode::kTooComplex, 0, "the expression is too long", "use a list");
    return std::nullopt;
  }
  try {
    return Parser(text, errors).run();
  } catch (const Stopped&) {
    return std::nullopt;
  }
}

}  // namespace exectrail::analyzer
