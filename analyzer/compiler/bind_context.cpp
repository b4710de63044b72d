#include "analyzer/compiler/bind_context.h"

#include "analyzer/compiler/macros.h"

namespace exectrail::analyzer {

void BindContext::error(DiagnosticCode code, std::size_t offset, std::string message,
                        std::string help) {
  failed = true;
  errors_(code, offset, std::move(message), std::move(help));
}

std::optional<BoundField> BindContext::bindField(const Operand& operand) {
  if (operand.kind != Operand::Kind::kWord) {
    error(DiagnosticCode::kWrongType, operand.offset,
          "the left side of an operator must be a field", "for example: file.path under '/tmp'");
    return std::nullopt;
  }
  const auto found = resolveField(operand.text);
  if (!found) {
    error(DiagnosticCode::kUnknownField, operand.offset,
          "unknown field '" + operand.text + "'" + didYouMean(operand.text, fieldNames()),
          "text must be quoted: '" + operand.text + "'");
    return std::nullopt;
  }
  const bool it = found->ref.attribute == Attribute::kIt;
  const bool item = found->ref.subject == Subject::kItem && !it;
  use.item = use.item || (item && !inLineage);
  use.it = use.it || (it && !inList);
  if (it && !inList && !scope_.inMacro) {
    error(DiagnosticCode::kNotHere, operand.offset,
          "'it' has a meaning only inside any(args, ...) and its like",
          "it is the element of the list that is looked at");
    return std::nullopt;
  }
  if (item && !inLineage && !scope_.inMacro) {
    error(DiagnosticCode::kNotHere, operand.offset,
          "'" + operand.text + "' has a meaning only inside any(lineage, ...) and its like",
          "the image itself is process" + operand.text);
    return std::nullopt;
  }
  BoundField field{found->ref, found->type, found->path};
  if (operand.indexed) {
    if (field.ref.attribute != Attribute::kArguments) {
      error(DiagnosticCode::kWrongType, operand.offset,
            "'" + operand.text + "' is " + std::string(name(field.type)) +
                " and has no numbered elements");
      return std::nullopt;
    }
    field.type = Type::kText;
    field.ref.attribute = Attribute::kArgument;
    field.ref.index = operand.index;
  }
  return field;
}

std::shared_ptr<const TextSet> BindContext::findList(const Operand& operand) {
  const auto found = scope_.lists.find(operand.text);
  if (found != scope_.lists.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [listName, set] : scope_.lists) known.push_back(listName);
  error(DiagnosticCode::kUnknownList, operand.offset,
        "unknown list '@" + operand.text + "'" + didYouMean(operand.text, known),
        "lists are defined in a document of their own: lists: {" + operand.text + ": [...]}");
  return nullptr;
}

}  // namespace exectrail::analyzer
