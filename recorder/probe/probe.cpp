#include "recorder/probe/probe.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace exectrail::recorder {
namespace {

constexpr std::size_t kStateWidth = 8;

const char* word(ProbeState state) {
  switch (state) {
    case ProbeState::kYes:
      return "yes";
    case ProbeState::kPartly:
      return "partly";
    case ProbeState::kNo:
      break;
  }
  return "no";
}

// Appends `text`, broken at spaces, from column `indent` on; the first line is there already up to
// that column.
void appendWrapped(std::string& out, const std::string& text, std::size_t indent,
                   std::size_t width) {
  const std::size_t room = std::max<std::size_t>(width > indent ? width - indent : 0, 24);
  std::size_t begin = 0;
  while (text.size() - begin > room) {
    std::size_t end = text.rfind(' ', begin + room);
    if (end == std::string::npos || end <= begin) end = text.find(' ', begin + room);
    if (end == std::string::npos) break;
    out += text.substr(begin, end - begin) + "\n" + std::string(indent, ' ');
    begin = end + 1;
  }
  out += text.substr(begin) + "\n";
}

}  // namespace

Probe sourceProbe(trace::Source source, const std::optional<std::string>& unsupported,
                  const std::string& matters) {
  Probe probe;
  probe.what = "source " + std::string(trace::name(source));
  probe.state = unsupported ? ProbeState::kNo : ProbeState::kYes;
  probe.found = unsupported.value_or("can be used");
  probe.matters = matters;
  return probe;
}

bool canRecord(const std::vector<Probe>& probes) {
  return std::none_of(probes.begin(), probes.end(), [](const Probe& probe) {
    return probe.required && probe.state == ProbeState::kNo;
  });
}

std::string probeTable(const std::vector<Probe>& probes, std::size_t width) {
  std::size_t names = 4;
  for (const Probe& probe : probes) names = std::max(names, probe.what.size());
  const std::size_t indent = names + 2 + kStateWidth;
  const auto cell = [](std::string text, std::size_t size) {
    text.resize(std::max(size, text.size()), ' ');
    return text;
  };
  std::string out =
      cell("WHAT", names + 2) + cell("STATE", kStateWidth) + "FOUND, WHY IT MATTERS, WHAT TO DO\n";
  for (const Probe& probe : probes) {
    out += cell(probe.what, names + 2) + cell(word(probe.state), kStateWidth);
    appendWrapped(out, probe.found, indent, width);
    if (probe.state == ProbeState::kYes) continue;
    for (const auto& [label, text] :
         {std::pair("without it: ", probe.matters), std::pair("do: ", probe.remedy)}) {
      if (text.empty()) continue;
      out += std::string(indent, ' ');
      appendWrapped(out, label + text, indent, width);
    }
  }
  std::string missing;
  for (const Probe& probe : probes) {
    if (!probe.required || probe.state != ProbeState::kNo) continue;
    missing += (missing.empty() ? "" : ", ") + probe.what;
  }
  out += missing.empty() ? "\nThis host can be recorded.\n"
                         : "\nThis host cannot be recorded for want of: " + missing + "\n";
  return out;
}

std::string probeJson(const std::vector<Probe>& probes) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Probe& probe : probes) {
    list.push_back({{"what", probe.what},
                    {"state", word(probe.state)},
                    {"found", probe.found},
                    {"matters", probe.matters},
                    {"remedy", probe.remedy},
                    {"required", probe.required}});
  }
  const nlohmann::ordered_json all = {{"recording_possible", canRecord(probes)},
                                      {"probes", std::move(list)}};
  // Bytes of the host (a mount point's) need not be UTF-8.
  return all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace exectrail::recorder
