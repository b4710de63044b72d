// What a condition says as far as a few things decide it that many executions have in common: the
// paths, the context, the program of the parent. What it is `false` to by them, it is false to
// whatever the rest is. So recipes need not be asked that cannot be concerned.
#pragma once

#include "analyzer/compiler/program.h"
#include "analyzer/engine/argument_tests.h"
#include "analyzer/engine/judged.h"
#include "analyzer/engine/tri.h"

namespace exectrail::analyzer {

// What one test of a condition hangs on.
enum class Basis : std::uint8_t {
  kPaths,      // the executable and the typed path, normalised, and the kind of what is judged
  kContext,    // of the process
  kDirectory,  // in which it works
  kTaskName,   // of the process
  kParent,     // the program of the parent, or that there is none
  kArgument,   // one of the arguments, which ArgumentTests knows about
  kOther,
};
Basis basisOf(const Condition& test, bool attempt);

// What is known of the arguments.
struct ArgumentHits {
  bool anything = true;                  // nothing, not even whether there are any
  const ArgumentTests* tests = nullptr;  // else they are all there, and of these tests,
  std::uint32_t hits = 0;                // only those in this set may be true. Null: none is
};

struct KnownAnswer {
  Tri answer = Tri::kUnknown;
  bool whole = false;  // it hangs on nothing else: also `unknown` is the answer
};
KnownAnswer knownPart(const Condition& condition, const Judged& judged,
                      const ArgumentHits& arguments);

// Tests of one basis in a condition, wherever they stand.
void collectTests(const Condition& condition, Basis basis, Tests& tests);

}  // namespace exectrail::analyzer
