#include "analyzer/output/wording.h"

#include <algorithm>

#include "analyzer/compiler/field.h"

namespace exectrail::analyzer {
namespace {

bool plain(char c) {
  constexpr std::string_view kOthers = "@%+=:,./-_";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
}

std::string quoted(const std::string& argument) {
  if (!argument.empty() && std::ranges::all_of(argument, plain)) return argument;
  std::string text = "'";
  for (const char c : argument) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  return text + "'";
}

}  // namespace

std::string commandLine(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    line += (line.empty() ? "" : " ") + quoted(argument);
  }
  return line;
}

std::string errorName(std::uint16_t errorNumber) {
  if (const auto text = resultName(errorNumber)) return std::string(*text);
  return "error " + std::to_string(errorNumber);
}

std::string headline(const Alert& alert) {
  std::string text = alert.filePath.value.empty() ? "something" : alert.filePath.value;
  if (alert.suppressed != 0) {
    text += ": " + std::to_string(alert.suppressed) + " more like this until now";
  } else if (alert.mapping == trace::MappingRole::kLoaderTarget) {
    text += " was run by a loader";
  } else if (alert.mapping == trace::MappingRole::kLibrary) {
    text += " was loaded";
  } else if (alert.errorNumber != 0) {
    text += " was refused, " + errorName(alert.errorNumber);
  } else {
    text += alert.typedPathOnly ? " was typed" : " ran";
  }
  std::string names;
  for (const Reason& reason : alert.reasons) {
    // What lowers or exempts is told further down; a headline says what is bad.
    if (reason.effect.starts_with("-") || reason.effect == "exempt") continue;
    if (reason.effect.starts_with("severity ")) continue;
    names += (names.empty() ? " (" : ", ") + reason.name;
  }
  if (!names.empty()) text += names + ")";
  if (alert.exempted) text += ", as expected";
  return text;
}

}  // namespace exectrail::analyzer
