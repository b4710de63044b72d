// What a recording can say about itself when it ends: how complete the evidence is, what each
// source lost, who failed so often that it was only counted. Sees every record that is emitted and
// keeps no more of it than counts and a few names.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "trace/record.h"

namespace exectrail::recorder {

class SelfReport {
 public:
  void see(const trace::Record& record);

  // Lines without a newline: on evidence, if anything was executed; on losses and floods, if any.
  std::vector<std::string> lines() const;

 private:
  struct Loss {
    std::uint64_t gaps = 0;
    std::uint64_t events = 0;
    bool uncounted = false;  // of at least one gap the kernel did not say
  };
  struct Flood {
    std::string name;
    std::uint64_t attempts = 0;
  };
  using ByClass = std::map<trace::EvidenceClass, std::uint64_t>;

  void on(const trace::Snapshot& snapshot);
  void on(const trace::Fork& fork);
  void on(const trace::Exec& exec);
  void on(const trace::Exit& exit);
  void on(const trace::Gap& gap);
  void on(const trace::AttemptTally& tally);
  template <typename Other>
  void on(const Other&) {}

  void keepName(const trace::Image& image);
  std::string evidenceLine() const;
  std::string floodLine() const;

  std::uint64_t execs_ = 0;
  ByClass executables_;
  ByClass arguments_;
  std::uint64_t cutArguments_ = 0;
  std::map<trace::Source, Loss> losses_;
  std::unordered_map<std::uint32_t, std::string> names_;  // of what runs, by tgid
  std::map<trace::ProcessId, Flood> floods_;
  std::uint64_t otherFloods_ = 0;  // attempts of more processes than are kept apart
};

}  // namespace exectrail::recorder
