// Conditions with a name, shared by all recipes. Each is compiled when it is first asked for, once,
// so that they may stand in any order and an error in one is reported once, where it is.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/compiler/binder.h"
#include "analyzer/compiler/recipe_model.h"

namespace exectrail::analyzer {

struct Macro {
  std::shared_ptr<const Condition> condition;  // null: it is not sound, which has been reported
  BoundUse use;
};

class MacroTable {
 public:
  MacroTable(const std::vector<MacroModel>& models, const Lists& lists, Diagnostics& diagnostics);

  // Null if there is none of that name.
  const Macro* find(const std::string& name);

  std::vector<std::string> names() const;

  // Compiles those nobody has asked for, too: an error is an error.
  void compileAll();

 private:
  enum class State : std::uint8_t { kNew, kCompiling, kDone };
  struct Entry {
    const MacroModel* model;
    State state = State::kNew;
    Macro macro;
  };
  void compile(Entry& entry);
  void reportCycle(const Entry& entry);

  const Lists& lists_;
  Diagnostics& diagnostics_;
  std::map<std::string, Entry> entries_;
  std::vector<std::string> compiling_;  // names, outermost first
};

}  // namespace exectrail::analyzer
