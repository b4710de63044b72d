// The shipped recipe exec_from_unusual_dir alone, for tests of what it says.
#pragma once

#include "analyzer/compiler/program.h"

namespace exectrail::test {

const analyzer::Program& unusualDirectories();

}  // namespace exectrail::test
