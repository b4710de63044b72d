// The shapes in which alerts are written. Each is a pure function of the alert, the trace's header
// and the stated inputs; which file or pipe they go to is nobody's business here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/engine/alert.h"
#include "trace/metadata.h"

namespace exectrail::analyzer {

enum class Format : std::uint8_t { kText, kJson, kKubearmor, kFalco, kOcsf, kGithub };

inline constexpr std::array<std::string_view, 6> kFormatNames = {"text",  "json", "kubearmor",
                                                                 "falco", "ocsf", "github"};

constexpr std::optional<Format> formatByName(std::string_view text) {
  for (std::size_t i = 0; i < kFormatNames.size(); ++i) {
    if (kFormatNames.at(i) == text) return static_cast<Format>(i);
  }
  return std::nullopt;
}

// What an alert is written with, the same for all of a trace. Views: they must outlive it.
struct Rendering {
  const trace::Header& header;
  const std::string& inputsSha256;
  std::string_view context;  // of the guidance: ci, staging, production; empty: none
  std::string_view again;    // the file to name in a next command, with options; empty: none
  bool colour = false;       // of kText
};

// Ends with a newline; all but kText are one line.
std::string render(Format format, const Alert& alert, const Rendering& rendering);

}  // namespace exectrail::analyzer
