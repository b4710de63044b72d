// Compiled recipes: what the engine runs. Made once by compile(), then never changed.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/classifier.h"
#include "analyzer/compiler/condition.h"
#include "analyzer/compiler/diagnostics.h"
#include "analyzer/compiler/workloads.h"
#include "trace/record.h"

namespace exectrail::analyzer {

// What an alert means and what to do about it, in one context.
struct Guidance {
  std::string context;  // "ci", "staging", "production"
  std::vector<std::string> implications;
  std::vector<std::string> actions;
};

// Where a rule in another tool's language comes from: alerts keep who wrote it.
struct RuleOrigin {
  std::string ruleset;  // "sigma", "kubearmor", "falco"
  std::string id;       // as its author gave it
  std::string author;
  std::string license;
  std::string status;
  std::string source;             // "FILE:LINE", without folders
  std::vector<std::string> tags;  // as its author gave them
  // Of a KubeArmor policy; its severity is 1 (worst) to 10, 0: not set.
  std::string action;
  std::string message;
  // Of a rule of Falco: "Warning", and what its alert prints, with %FIELD for values.
  std::string priority;
  std::string output;
  std::uint32_t severity = 0;
};

// What a recipe says about itself; alerts refer to it.
struct RecipeInfo {
  std::string name;
  std::string version;
  std::string title;
  std::string description;
  std::vector<std::string> attack;  // "TA0005/T1564"
  std::vector<std::string> compliance;
  std::vector<std::string> references;
  std::vector<Guidance> guidance;
  std::optional<RuleOrigin> origin;  // of a rule of another tool
};

struct RecipeSource {
  std::string path;  // for messages
  std::string text;
};

// A condition that moves the severity by one step.
struct Modifier {
  std::string name;
  std::string source;  // "FILE:LINE" of its definition, without folders
  int step = 0;        // 0: a tag
  Condition condition;
};

// What makes an alert an expected one. Needs the path and the parent.
struct Exemption {
  std::string name;
  std::string source;
  std::vector<Glob> paths;
  Condition parent;
  std::string why;
  std::string owner;
  std::optional<std::int64_t> untilNs;  // wall clock of the event from which on it is over
};

enum class TypedPathOnly : std::uint8_t { kIgnore, kOneLower };

// Which path the classes are asked about.
enum class PathSource : std::uint8_t {
  kFile,      // of the file that ran, or was to run, or was mapped
  kArgument,  // of the script that an interpreter was given as an argument
};

// A value that records are grouped by: a field, each element of it if it is a list.
struct KeyField {
  FieldRef ref;
  Type type = Type::kText;
};

// The most keys that one recipe remembers for one purpose; the oldest make room, which is counted.
inline constexpr std::size_t kMaxKeys = 65'536;

// After `first` alerts with the same key in a window, the others of that window become one summary.
struct Suppression {
  std::vector<KeyField> key;
  std::uint32_t first = 10;
  std::uint64_t windowNs = 0;
};

// So many triggers with the same key within so much time make one alert.
struct CountRule {
  std::uint32_t atLeast = 2;
  std::uint64_t withinNs = 0;
  std::vector<KeyField> key;
  std::optional<KeyField> distinct;  // triggers with the same value count once
  // Triggers of several kinds, each with a key and a value of its own; those above are not used
  // then.
  struct Branch {
    Condition condition;
    std::vector<KeyField> key;
    std::optional<KeyField> distinct;
  };
  std::vector<Branch> branches;
  bool eachBranch = false;  // the branches themselves are the values: so many different ones
};

// Other executions that must have come before the trigger, in this order.
struct SequenceRule {
  struct Step {
    std::string name;
    Condition condition;
    std::vector<KeyField> key;
  };
  std::uint64_t withinNs = 0;
  std::vector<Step> steps;
  std::vector<KeyField> key;  // of the trigger
};

struct Recipe {
  std::shared_ptr<const RecipeInfo> info;
  bool enabled = true;
  std::vector<std::uint16_t> results;        // error numbers that are judged, 0 for "it ran"
  std::vector<trace::MappingRole> mappings;  // and mappings of these roles
  PathSource path = PathSource::kFile;
  TypedPathOnly typedPathOnly = TypedPathOnly::kIgnore;
  std::optional<Condition> when;
  bool classified = false;  // a class is part of the trigger
  Classifier classifier;
  std::optional<Severity> severity;  // nothing: that of the class
  int classStep = 0;                 // added to that of the class
  std::vector<Modifier> modifiers;
  std::vector<Exemption> exemptions;
  std::optional<Suppression> suppression;
  std::optional<CountRule> count;
  std::optional<SequenceRule> sequence;
  std::vector<KeyField> firstSeen;
};

// What was derived from a program, once for all who use it; for any number of threads.
class Derived {
 public:
  // The same object for all callers, of whom all want the same type.
  template <typename T>
  T& get() const {
    const std::lock_guard lock(mutex_);
    if (!object_) object_ = std::make_shared<T>();
    return *static_cast<T*>(object_.get());
  }

 private:
  mutable std::mutex mutex_;
  mutable std::shared_ptr<void> object_;
};

class Program {
 public:
  Program(std::vector<Recipe> recipes, std::string inputsSha256,
          std::shared_ptr<const Workloads> workloads = nullptr)
      : recipes_(std::move(recipes)),
        inputsSha256_(std::move(inputsSha256)),
        workloads_(std::move(workloads)) {}

  const std::vector<Recipe>& recipes() const { return recipes_; }  // by name

  // What, besides the trace, the alerts depend on: names (without folders) and contents of the
  // recipe files, in hex. inputs_hash.cpp has the layout.
  const std::string& inputsSha256() const { return inputsSha256_; }

  // What engines work out and share. It may refer to recipes(), which no other program does.
  const Derived& derived() const { return derived_; }

  // The same program with further recipes, whose names must be new.
  std::unique_ptr<const Program> withRecipes(std::vector<Recipe> more) const;

  // The same program, whose hash also covers another input of the analysis.
  std::unique_ptr<const Program> withInput(std::string_view name, std::string_view content) const;

  // The same program, which knows the containers. Their file is an input, too: see withInput().
  std::unique_ptr<const Program> withWorkloads(std::shared_ptr<const Workloads> workloads) const;

  // Null if nobody said anything about containers.
  const std::shared_ptr<const Workloads>& workloads() const { return workloads_; }

 private:
  std::vector<Recipe> recipes_;
  std::string inputsSha256_;
  std::shared_ptr<const Workloads> workloads_;
  Derived derived_;
};

// Compiles one expression by itself, for `analyze --where`. `sources` give lists and macros.
std::optional<Condition> compileCondition(const std::vector<RecipeSource>& sources,
                                          const std::string& text, Diagnostics& diagnostics);

// All errors are collected in `diagnostics`; null if there was any.
std::unique_ptr<const Program> compile(const std::vector<RecipeSource>& sources,
                                       Diagnostics& diagnostics);

std::string inputsSha256(const std::vector<RecipeSource>& sources);

}  // namespace exectrail::analyzer
