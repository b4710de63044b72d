// Which script an interpreter was told to run: `sh -x /tmp/s` runs /tmp/s, `sh -c 'ls'` runs none.
// From the program's name and its arguments alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/engine/interpreters.h"
#include "analyzer/engine/text_list.h"

namespace exectrail::analyzer {

enum class ScriptSource : unsigned char {
  kNone,      // no interpreter, or one that was given its program in another way
  kArgument,  // the first of `paths` is it, as it was written
  kUnknown,   // the arguments that would tell are not there
};

struct ScriptArgument {
  ScriptSource source = ScriptSource::kNone;
  // All that it runs or loads: `node -r /tmp/m.js x.js` both. If the script is not known, the
  // others.
  std::vector<std::string> paths;
};

// `program` is the name of the executable: "dash", "python3.11". `truncated`: more arguments follow
// that were not recorded.
ScriptArgument scriptArgument(std::string_view program, const TextList& arguments, bool truncated);

// The same, if findInterpreter(program) has been asked already.
ScriptArgument scriptArgument(const Interpreter& interpreter, std::string_view program,
                              const TextList& arguments, bool truncated);

}  // namespace exectrail::analyzer
