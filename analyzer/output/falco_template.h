// The line that a rule of Falco prints: its output with %FIELD replaced by the alert's values.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/engine/alert.h"

namespace exectrail::analyzer {

// `value` says what a field is, without its '%'; nothing becomes "<NA>", as Falco has it. A leading
// '*' of the template, which lets Falco print it without all values, is left out.
std::string filled(std::string_view text,
                   const std::function<std::optional<std::string>(std::string_view)>& value);

// Fields of Falco that its alerts in JSON do not carry: "proc.aname[2]", "proc.args".
std::optional<std::string> furtherField(const Alert& alert, std::string_view name);

}  // namespace exectrail::analyzer
