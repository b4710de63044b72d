// The jobs of the scenes, one plan each.
#pragma once

#include "trace/synth/plan.h"
#include "trace/synth/random.h"

namespace exectrail::trace {

Plan compileOneFile(Random& random);  // make → sh → gcc → cc1, as; now and then it links
Plan webRequest(Random& random);      // php-fpm → sh -c → a tool
Plan cronJob(Random& random);         // cron → sh -c → scripts
Plan containerJob(Random& random);    // runc → a shell script in a container of its own
Plan shellCommand(Random& random);    // what somebody types

}  // namespace exectrail::trace
