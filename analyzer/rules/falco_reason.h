// Why a field of Falco's cannot be asked of an execution, by its name: said of each rule that asks.
#pragma once

#include <string>
#include <string_view>

namespace exectrail::analyzer::falco {

std::string reasonAgainst(std::string_view field);

}  // namespace exectrail::analyzer::falco
