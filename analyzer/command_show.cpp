// exectrail recipes show: a recipe as it is written, and what else is written about it.
#include <algorithm>
#include <iostream>
#include <string_view>

#include "analyzer/answer.h"
#include "analyzer/commands.h"
#include "analyzer/compiler/diagnostics.h"
#include "trace/errors.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

struct Document {
  std::size_t line = 1;  // its first one
  std::vector<std::string_view> lines;
};

std::vector<Document> documentsOf(std::string_view text) {
  std::vector<Document> documents(1);
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    ++number;
    if (line == "---") {
      documents.push_back({number + 1, {}});
    } else {
      documents.back().lines.push_back(line);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return documents;
}

bool isAbout(const Document& document, const std::string& name) {
  return std::ranges::any_of(document.lines, [&name](std::string_view line) {
    const std::size_t end = line.find_last_not_of(' ');
    line = line.substr(0, end == line.npos ? 0 : end + 1);
    return line == "recipe: " + name || line == "override: " + name || line == "guidance: " + name;
  });
}

void print(const RecipeSource& source, const Document& document) {
  std::cout << "# " << trace::escapeForTerminal(source.path) << ':' << document.line << '\n';
  for (const std::string_view line : document.lines) {
    std::cout << trace::escapeForTerminal(line) << '\n';
  }
}

}  // namespace

int show(const RecipesOptions& options, const Program& program) {
  std::vector<std::string> names;
  for (const Recipe& recipe : program.recipes()) names.push_back(recipe.info->name);
  if (std::ranges::count(names, options.what) == 0) {
    std::cerr << "exectrail: no recipe is called '" << trace::escapeForTerminal(options.what) << "'"
              << didYouMean(options.what, names) << "; exectrail recipes list names them\n";
    return kExitUsage;
  }
  const auto sources = loadSources(options.recipes);
  if (!sources) return kExitUsage;
  bool first = true;
  for (const RecipeSource& source : *sources) {
    for (const Document& document : documentsOf(source.text)) {
      if (!isAbout(document, options.what)) continue;
      if (!first) std::cout << '\n';
      first = false;
      print(source, document);
    }
  }
  flushAnswer();
  return kExitDone;
}

}  // namespace exectrail::analyzer
