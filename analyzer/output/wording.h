// Words that text and JSON share.
#pragma once

#include <string>

#include "analyzer/engine/alert.h"
#include "trace/json/ecs.h"

namespace exectrail::analyzer {

// One line, bytes as recorded: "/tmp/x ran (temp, server_above)".
std::string headline(const Alert& alert);

// Names from the outermost known image down, "systemd(1) → sh(2291) → x(2292)"; bytes as recorded.
std::string lineageText(const Alert& alert);

// Of a recording that a full disk has ended.
std::string diskFullText(const trace::End& end);

using trace::errorName;

}  // namespace exectrail::analyzer
