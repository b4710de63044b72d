// Compiled recipes: what the engine runs. Made once by compile(), then never changed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/classifier.h"
#include "analyzer/compiler/condition.h"
#include "analyzer/compiler/diagnostics.h"

namespace exectrail::analyzer {

// What a recipe says about itself; alerts refer to it.
struct RecipeInfo {
  std::string name;
  std::string version;
  std::string title;
  std::string description;
  std::vector<std::string> attack;  // "TA0005/T1564"
  std::vector<std::string> compliance;
  std::vector<std::string> references;
};

struct RecipeSource {
  std::string path;  // for messages
  std::string text;
};

// A condition that moves the severity by one step.
struct Modifier {
  std::string name;
  std::string source;  // "FILE:LINE" of its definition, without folders
  int step = 0;
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

struct Recipe {
  std::shared_ptr<const RecipeInfo> info;
  std::vector<std::uint16_t> results;  // error numbers that are judged, 0 for "it ran"
  TypedPathOnly typedPathOnly = TypedPathOnly::kIgnore;
  Classifier classifier;
  std::vector<Modifier> modifiers;
  std::vector<Exemption> exemptions;
};

class Program {
 public:
  Program(std::vector<Recipe> recipes, std::string inputsSha256)
      : recipes_(std::move(recipes)), inputsSha256_(std::move(inputsSha256)) {}

  const std::vector<Recipe>& recipes() const { return recipes_; }  // by name

  // What, besides the trace, the alerts depend on: names (without folders) and contents of the
  // recipe files, in hex. inputs_hash.cpp has the layout.
  const std::string& inputsSha256() const { return inputsSha256_; }

 private:
  std::vector<Recipe> recipes_;
  std::string inputsSha256_;
};

// All errors are collected in `diagnostics`; null if there was any.
std::unique_ptr<const Program> compile(const std::vector<RecipeSource>& sources,
                                       Diagnostics& diagnostics);

std::string inputsSha256(const std::vector<RecipeSource>& sources);

}  // namespace exectrail::analyzer
