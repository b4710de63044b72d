#include "analyzer/engine/profile.h"

namespace exectrail::analyzer {

void add(Profile& sum, const Profile& one) {
  for (const auto& [name, profile] : one.recipes) {
    RecipeProfile& to = sum.recipes[name];
    to.candidates += profile.candidates;
    to.evaluations += profile.evaluations;
    to.timeNs += profile.timeNs;
  }
  sum.sinkNs += one.sinkNs;
}

}  // namespace exectrail::analyzer
