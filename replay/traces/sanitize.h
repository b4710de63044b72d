// A trace that can be given away: names of people, hosts and their files and the values of
// arguments become pseudonyms. Only if the alerts of a set of recipes stay what they are.
#pragma once

#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "replay/traces/loaded_trace.h"
#include "replay/traces/pseudonyms.h"

namespace exectrail::replay {

class Sanitized {
 public:
  Sanitized(const LoadedTrace& trace, Pseudonyms& names);
  Sanitized(const Sanitized&) = delete;
  Sanitized& operator=(const Sanitized&) = delete;

  const trace::Header& header() const { return header_; }
  const std::vector<trace::Record>& records() const { return records_; }

 private:
  void learn(const trace::Record& record);
  void clean(trace::Record& record);
  void clean(trace::Image& image);
  void clean(trace::Arguments& arguments);
  trace::Bytes keep(const std::string& text) { return arena_.copy({text.data(), text.size()}); }

  Pseudonyms& names_;
  trace::Header header_;
  std::vector<trace::Record> records_;
  std::deque<trace::Context> contexts_;
  trace::Arena arena_;
};

// What is other about the alerts of the sanitized trace, beside the names in them; empty: nothing.
std::vector<std::string> alertsThatChanged(const analyzer::Program& program,
                                           const LoadedTrace& before, const Sanitized& after,
                                           Pseudonyms& names);

}  // namespace exectrail::replay
