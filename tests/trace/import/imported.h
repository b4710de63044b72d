// Imports text as a log and reads the trace that it gives, for the tests of the importers.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/traces.h"
#include "trace/import/importer.h"
#include "trace/reader.h"

namespace exectrail::test {

struct Imported {
  trace::ImportReport report;
  trace::Header header;
  std::optional<trace::End> end;
  std::string bytes;
  std::deque<trace::Context> contexts;
  std::vector<trace::Record> records;  // their bytes live in `kept`
  std::deque<std::string> kept;

  template <typename T>
  std::vector<T> of() const {
    std::vector<T> found;
    for (const trace::Record& record : records) {
      if (const T* body = std::get_if<T>(&record.body)) found.push_back(*body);
    }
    return found;
  }
};

Imported imported(trace::SensorKind sensor, const std::string& log, const std::string& host = {});

// A file of tests/data/import.
std::string captured(const std::string& name);

}  // namespace exectrail::test
