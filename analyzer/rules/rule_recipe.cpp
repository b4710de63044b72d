#include "analyzer/rules/rule_recipe.h"

#include "analyzer/paths/path.h"
#include "analyzer/rules/conditions.h"

namespace exectrail::analyzer {
namespace {

constexpr std::uint32_t kFirst = 10;
constexpr std::uint64_t kWindowNs = std::uint64_t{600} * 1'000'000'000;

KeyField keyField(std::string_view name) {
  const auto found = resolveField(name);
  return {found->ref, found->type};
}

}  // namespace

std::string slugOf(std::string_view title) {
  std::string slug;
  for (const char c : folded(title)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) {
      slug += c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug;
}

Recipe recipeOf(RuleInfo info, Severity severity, Condition when, const RuleReport& report) {
  auto full = std::make_shared<RecipeInfo>();
  const std::string slug = slugOf(info.name.empty() ? info.title : info.name);
  full->name = info.origin.ruleset + "/" + (slug.empty() ? "untitled" : slug);
  full->version = std::move(info.version);
  full->title = std::move(info.title);
  full->description = std::move(info.description);
  full->attack = std::move(info.attack);
  full->references = std::move(info.references);
  full->origin = std::move(info.origin);
  full->origin->source =
      std::string(lastComponent(report.file)) + ":" + std::to_string(report.line);
  Recipe recipe;
  recipe.info = std::move(full);
  recipe.results = {0};
  recipe.when = std::move(when);
  recipe.severity = severity;
  recipe.suppression = Suppression{
      {keyField("file.path"), keyField("args"), keyField("parent.executable"), keyField("user.id")},
      kFirst,
      kWindowNs};
  return recipe;
}

}  // namespace exectrail::analyzer
