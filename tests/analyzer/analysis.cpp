#include "tests/analyzer/analysis.h"

#include <stdexcept>

#include "analyzer/compiler/recipe_files.h"
#include "tests/analyzer/unusual_directories.h"
#include "tests/support/traces.h"
#include "trace/reader.h"

namespace exectrail::test {
namespace {

std::unique_ptr<const analyzer::Program> compiledOrThrow(
    const std::vector<analyzer::RecipeSource>& sources) {
  analyzer::Diagnostics diagnostics;
  auto program = analyzer::compile(sources, diagnostics);
  if (!program) throw std::runtime_error(diagnostics.format());
  return program;
}

}  // namespace

const analyzer::Program& shippedProgram() {
  static const auto program = compiledOrThrow(analyzer::loadRecipes({SHIPPED_RECIPES}));
  return *program;
}

const analyzer::Program& unusualDirectories() {
  static const auto program = [] {
    std::vector<analyzer::Recipe> recipes = shippedProgram().recipes();
    std::erase_if(recipes, [](const analyzer::Recipe& recipe) {
      return recipe.info->name != "exec_from_unusual_dir";
    });
    return std::make_unique<const analyzer::Program>(std::move(recipes),
                                                     shippedProgram().inputsSha256());
  }();
  return *program;
}

std::unique_ptr<const analyzer::Program> compiled(const std::string& text) {
  return compiledOrThrow({{"test.yaml", text}});
}

std::string recipeWith(const std::string& more) {
  return "recipe: test\n"
         "version: 1.0.0\n"
         "title: Test\n"
         "severity: per class\n"
         "judge: {results: [ok, EACCES], path: file.path, typed_path_only: one_lower}\n"
         "classes:\n"
         "  temp: {severity: medium, under: [/tmp]}\n" +
         more;
}

Analysis analyze(const analyzer::Program& program, const Records& records) {
  Analysis analysis;
  analyzer::Engine engine(program, header(),
                          [&](const analyzer::Alert& alert) { analysis.alerts.push_back(alert); });
  for (const OwnedRecord& owned : records) engine.process(owned.record);
  engine.finish();
  analysis.summary = engine.summary();
  return analysis;
}

Analysis analyzeBytes(const analyzer::Program& program, const std::string& trace) {
  Analysis analysis;
  const auto reader = trace::openTraceBytes(trace, "test");
  analyzer::Engine engine(program, reader->header(),
                          [&](const analyzer::Alert& alert) { analysis.alerts.push_back(alert); });
  trace::Record record;
  while (reader->next(record)) engine.process(record);
  engine.finish();
  analysis.summary = engine.summary();
  return analysis;
}

analyzer::Alert onlyAlert(const Records& records) {
  const Analysis analysis = analyze(unusualDirectories(), records);
  if (analysis.alerts.size() != 1) {
    throw std::runtime_error(std::to_string(analysis.alerts.size()) + " alerts instead of 1");
  }
  return analysis.alerts.front();
}

std::vector<std::string> reasonNames(const analyzer::Alert& alert) {
  std::vector<std::string> names;
  for (const analyzer::Reason& reason : alert.reasons) names.push_back(reason.name);
  return names;
}

}  // namespace exectrail::test
