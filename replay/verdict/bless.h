// What a scenario.yaml would have to say for its recordings to pass as they alert now. Changes
// counts and severities in their places, adds and removes entries of `fire`, and leaves everything
// else as its author wrote it, comments too. Whether the new text passes is for whoever calls.
#pragma once

#include <string>
#include <vector>

#include "replay/scenario/scenario.h"
#include "replay/verdict/verdict.h"

namespace exectrail::replay {

struct Observed {
  Case recording;
  Observation observation;
};

struct Blessing {
  std::string text;                  // the new one; the old one if nothing changes
  std::vector<std::string> changes;  // "exec_from_unusual_dir: exactly 1 → exactly 2"
  std::vector<std::string> refused;  // what has to be done by hand, and why
};

// `observed` are all recordings of the scenario whose file has `text`.
Blessing bless(const Scenario& scenario, const std::string& text,
               const std::vector<Observed>& observed);

}  // namespace exectrail::replay
