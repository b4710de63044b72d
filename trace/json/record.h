// Records of a trace as JSON lines: execs and failed attempts in the field names of alerts, so that
// whatever reads those reads these; the other kinds with what ECS has no name for under
// "exectrail". One record tells one thing: who its ancestors were is told by their own records
// (entity_id).
#pragma once

#include <string>

#include "trace/metadata.h"

namespace exectrail::trace {

class JsonLines {
 public:
  explicit JsonLines(const Header& header) : header_(header) {}

  // With a newline. The record must be of a kind that this version knows.
  std::string line(const Record& record) const;

 private:
  const Header& header_;
};

}  // namespace exectrail::trace
