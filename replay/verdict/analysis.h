// Recipes applied to records, and what two such runs say of the same event: the same alert, another
// one, or one that only one of them has.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/alert.h"
#include "analyzer/engine/engine.h"
#include "trace/reader.h"

namespace exectrail::replay {

struct Analysis {
  std::vector<analyzer::Alert> alerts;  // summaries of suppressed ones among them
  analyzer::Summary summary;
};

Analysis analyse(const analyzer::Program& program, const trace::Header& header,
                 const std::vector<trace::Record>& records);

// Adds what an engine gives out; one that it amends takes the place of what it was before.
void take(const analyzer::Alert& alert, std::vector<analyzer::Alert>& alerts);

// What an alert is about, whatever it says: the event and the recipe. The alert's id holds the
// recipe's version and the process's number of images, which a change or a loss may alter.
struct AlertKey {
  std::uint64_t timeNs = 0;
  std::uint32_t tgid = 0;
  std::uint32_t attempt = 0;
  bool summary = false;  // stands for suppressed ones
  std::string recipe;
  std::string mapped;  // the file that was mapped
  friend auto operator<=>(const AlertKey&, const AlertKey&) = default;
};
AlertKey keyOf(const analyzer::Alert& alert);

// What `after` says otherwise than `before`: severity, class, reasons, exemption, what is unknown.
std::vector<std::string> changes(const analyzer::Alert& before, const analyzer::Alert& after);

// The alert says itself that evidence is missing.
bool unsure(const analyzer::Alert& alert);

}  // namespace exectrail::replay
