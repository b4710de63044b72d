// What the naive readings of rules have in common: generated execs, what is compared, and wildcards
// by trying everything. They know neither conditions nor the engine.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/compiler/program.h"

namespace exectrail::test {

std::string small(std::string text);

// What ran, its parent and that one's, as both sides see them.
struct Ran {
  std::string path;
  std::vector<std::string> args;
  std::string cwd;
  std::string parentPath;
  std::vector<std::string> parentArgs;
  std::string above;  // the path of the parent's parent
  std::uint32_t uid = 0;
  std::uint32_t owner = 0;  // of the file
  std::string container;    // empty: in none
  std::string variable;     // A=…, of the environment; empty: A is not set
  bool terminal = false;

  static std::string joined(const std::vector<std::string>& texts, std::size_t from = 0) {
    std::string line;
    for (std::size_t i = from; i < texts.size(); ++i) line += (i > from ? " " : "") + texts[i];
    return line;
  }
  static std::string nameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }
};

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  std::size_t below(std::size_t end) { return random_() % end; }
  bool chance(std::size_t percent) { return below(100) < percent; }
  template <typename T>
  const T& of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::mt19937 random_;
};

Ran anExec(Dice& dice);
std::vector<Ran> someExecs(Dice& dice);

// By the name of the recipe: on which of them it alerts.
std::map<std::string, std::vector<bool>> firesOn(const analyzer::Program& program,
                                                 const std::vector<Ran>& all);

// What a naive reading says of each, and whether the engine says the same.
struct Comparison {
  std::size_t asked = 0;
  std::size_t fired = 0;

  // Of a program of one rule.
  void compare(const analyzer::Program& program, const std::vector<Ran>& all,
               const std::function<bool(const Ran&)>& holds, const std::string& what);
  void compare(const std::vector<bool>& fires, const std::vector<Ran>& all,
               const std::function<bool(const Ran&)>& holds, const std::string& what);
};

// Nothing if the rule cannot be used: such as one that is always true.
std::unique_ptr<const analyzer::Program> programOf(const std::string& yaml);

// The same rule, converted to the text of a recipe and compiled from that.
std::unique_ptr<const analyzer::Program> converted(const analyzer::Program& program);

// `*` and `?` by trying everything; a backslash makes them, and itself, plain.
bool wild(std::string_view pattern, std::string_view text);

}  // namespace exectrail::test
