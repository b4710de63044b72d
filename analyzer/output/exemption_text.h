// An exemption as the documents of a site's recipe file: a list with the parent, and an override
// with path and parent. Bytes of a trace go into it, so each is escaped twice: as a pattern that
// matches itself alone, and as YAML.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace exectrail::analyzer {

struct ExemptionRequest {
  std::string recipe;
  std::string alertId;
  std::string path;    // normalised
  std::string parent;  // normalised
  std::string reason;
  std::string until;                  // YYYY-MM-DD
  std::string owner;                  // empty: not said
  std::optional<std::uint32_t> user;  // who ran it; nothing: not known
};

// Nothing if a text holds what YAML cannot: bytes that are not UTF-8, or controls.
std::optional<std::string> exemptionText(const ExemptionRequest& request);

}  // namespace exectrail::analyzer
