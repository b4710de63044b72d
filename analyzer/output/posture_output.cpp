#include "analyzer/output/posture_output.h"

#include <algorithm>
#include <array>

#include "analyzer/output/exectrail_json.h"
#include "analyzer/output/text_parts.h"
#include "trace/escape.h"
#include "trace/json/ecs.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

using trace::JsonObject;

constexpr std::size_t kDirectoryWidth = 10;
constexpr std::string_view kGuide = "CIS-DIL-2.0 ";  // told once in a line
constexpr std::size_t kMaxShown = 20;                // executables of a group in the text

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

// The controls of one directory, which follow each other, in a line.
std::string directoryLine(const std::vector<JudgedControl>& of) {
  const JudgedControl& first = of.front();
  std::string text = "  " + pad(std::string(first.control->directory), kDirectoryWidth);
  if (!first.mount) return text + "not known: no whole mount table\n";
  std::string mount = describeMount(first.control->directory, *first.mount);
  const std::string is = std::string(first.control->directory) + " is ";
  if (mount.starts_with(is)) mount.erase(0, is.size());
  const std::string lies = std::string(first.control->directory) + " lies on ";
  if (mount.starts_with(lies)) mount.replace(0, lies.size(), "on ");
  text += trace::escapeForTerminal(mount);
  std::vector<std::string> missing, ids, changed;
  for (const JudgedControl& each : of) {
    if (each.changed) changed.emplace_back(each.control->option);
    if (each.state != ControlState::kMissing) continue;
    missing.emplace_back(each.control->option);
    std::string_view id = each.control->compliance.front();
    if (!ids.empty() && id.starts_with(kGuide)) id.remove_prefix(kGuide.size());
    ids.emplace_back(id);
  }
  text += missing.empty() ? "; as asked" : "; without " + joined(missing) + ": " + joined(ids);
  if (!changed.empty()) text += "; changed while it was recorded: " + joined(changed);
  return text + "\n";
}

std::string groupText(const std::string& title, const WhatIfReport::Group& group) {
  if (group.empty()) return {};
  using Entry = std::pair<const std::string*, const Affected*>;
  std::vector<Entry> entries;
  for (const auto& [path, affected] : group) entries.emplace_back(&path, &affected);
  std::ranges::stable_sort(
      entries, [](const Entry& a, const Entry& b) { return a.second->count > b.second->count; });
  std::string text = title + ": " + std::to_string(total(group)) + "\n";
  for (std::size_t i = 0; i < entries.size() && i < kMaxShown; ++i) {
    const Affected& affected = *entries[i].second;
    text +=
        "  " + std::to_string(affected.count) + " × " + trace::escapeForTerminal(*entries[i].first);
    std::string starters;
    for (const std::string& starter : affected.starters) {
      starters += (starters.empty() ? "" : ", ") + trace::escapeForTerminal(starter);
    }
    if (!starters.empty()) text += ", started by " + starters;
    if (affected.expected != 0) text += "; expected by a recipe's exemption";
    text += "\n";
  }
  if (entries.size() > kMaxShown) {
    text += "  and " + std::to_string(entries.size() - kMaxShown) +
            " more; --format json has them all\n";
  }
  return text;
}

std::string answerText(const WhatIfReport& report, std::uint64_t gaps) {
  const std::uint64_t benign = total(report.benign);
  std::string text = "answer: ";
  if (benign != 0) {
    text += "it would break " + std::to_string(benign) +
            " executions that no recipe alerts on; see them before you harden";
  } else if (!report.undecided.empty()) {
    text += "it would break nothing that could be decided; " +
            std::to_string(total(report.undecided)) + " executions could not";
  } else if (!report.alerted.empty()) {
    text += "it would have refused what recipes alert on, and nothing else";
  } else {
    text += "nothing ran that it would have refused";
  }
  if (gaps != 0) text += "; not counted: what ran in " + std::to_string(gaps) + " gaps";
  return text + "\n";
}

// Of a state of the host.
JsonObject eventJson() {
  JsonObject event("kind", "state");
  event.put("category", std::vector<const char*>{"configuration"});
  event.put("type", std::vector<const char*>{"info"});
  return event;
}

JsonObject whatIfJson(const char* group, const WhatIf& whatIf, trace::TextWriter& writer) {
  JsonObject what;
  writer.put(what, "exectrail.what_if.", "noexec", whatIf.directories());
  what.put("group", group);
  return what;
}

std::string whatIfLine(const JsonObject& what, const trace::TextWriter& writer) {
  JsonObject event = eventJson();
  event.put("module", "exectrail");
  event.put("dataset", "exectrail.what_if");
  JsonObject own("what_if", what);
  writer.putExactBytesAs(own, "bytes");
  JsonObject json("event", event);
  json.put("exectrail", own);
  return json.asciiLine();
}

std::string groupLine(const char* group, const std::string& path, const Affected& affected,
                      const WhatIf& whatIf) {
  trace::TextWriter writer;
  JsonObject what = whatIfJson(group, whatIf, writer);
  writer.put(what, "exectrail.what_if.", "path", path);
  what.put("count", affected.count);
  if (affected.expected != 0) what.put("expected", affected.expected);
  const std::vector<std::string> starters(affected.starters.begin(), affected.starters.end());
  writer.put(what, "exectrail.what_if.", "started_by", starters);
  return whatIfLine(what, writer);
}

}  // namespace

std::string toText(const PostureReport& report) {
  if (report.mountNamespace == 0) return "posture: not known; the trace holds no mount table\n";
  std::string text = "posture: of mount namespace " + std::to_string(report.mountNamespace) +
                     (report.ofInit ? ", process 1's" : ", the first that was recorded") + "\n";
  std::vector<JudgedControl> directory;
  for (const JudgedControl& each : report.controls) {
    if (!directory.empty() && directory.back().control->directory != each.control->directory) {
      text += directoryLine(directory);
      directory.clear();
    }
    directory.push_back(each);
  }
  if (!directory.empty()) text += directoryLine(directory);
  return text;
}

std::string toJsonLines(const PostureReport& report, const trace::Header& header) {
  std::string lines;
  for (const JudgedControl& each : report.controls) {
    trace::TextWriter writer;
    JsonObject json("@timestamp", trace::rfc3339(header.clock.toRealtimeNs(report.timeNs)));
    json.put("ecs", JsonObject("version", trace::kEcsVersion));
    JsonObject event = eventJson();
    event.put("outcome", each.state == ControlState::kUnknown   ? "unknown"
                         : each.state == ControlState::kMissing ? "failure"
                                                                : "success");
    event.put("action", "mount-option");
    event.put("module", "exectrail");
    event.put("dataset", "exectrail.posture");
    json.put("event", event);
    const std::string control =
        std::string(each.control->option) + " on " + std::string(each.control->directory);
    json.put("message", control + " is " + std::string(name(each.state)));
    json.put("host", trace::hostJson(header.host, writer));
    JsonObject own;
    own.put("trace_id", trace::toString(header.recordingId));
    own.put("control", control);
    own.put("state", name(each.state));
    own.put("compliance", std::vector<std::string_view>(each.control->compliance.begin(),
                                                        each.control->compliance.end()));
    if (report.mountNamespace != 0) own.put("mount_namespace", report.mountNamespace);
    own.put("of_process_1", report.ofInit);
    own.put("changed", each.changed);
    if (each.mount) {
      JsonObject mount;
      writer.put(mount, "exectrail.mount.", "point", each.mount->point);
      writer.put(mount, "exectrail.mount.", "fs", each.mount->fileSystem);
      writer.put(mount, "exectrail.mount.", "options", each.mount->options);
      own.put("mount", mount);
    }
    writer.putExactBytesAs(own, "bytes");
    json.put("exectrail", own);
    lines += json.asciiLine();
  }
  return lines;
}

std::string toText(const WhatIf& whatIf, std::uint64_t gaps) {
  const WhatIfReport& report = whatIf.report();
  std::vector<std::string> directories;
  for (const std::string& directory : whatIf.directories()) {
    directories.push_back(trace::escapeForTerminal(directory));
  }
  std::string text = "noexec on " + joined(directories) + ", over " +
                     std::to_string(report.judged) + " executions, attempts and mappings\n";
  text += groupText("would have been refused, and recipes alert on it", report.alerted);
  text += groupText("would have been refused, and no recipe alerts on it", report.benign);
  text += groupText("ran from there, and nobody can say whether the option would have been its own",
                    report.undecided);
  text +=
      groupText("would still have run, scripts that an interpreter opens itself", report.scripts);
  if (report.already != 0) {
    text += "was refused by a noexec mount even so: " + std::to_string(report.already) + "\n";
  }
  if (report.leftOut != 0) {
    text += "not counted, of too many different paths: " + std::to_string(report.leftOut) + "\n";
  }
  return text + answerText(report, gaps);
}

std::string toJsonLines(const WhatIf& whatIf, std::uint64_t gaps) {
  const WhatIfReport& report = whatIf.report();
  const std::array<std::pair<const char*, const WhatIfReport::Group*>, 4> groups = {
      {{"alerted", &report.alerted},
       {"benign", &report.benign},
       {"undecided", &report.undecided},
       {"scripts", &report.scripts}}};
  std::string lines;
  JsonObject totals;
  for (const auto& [group, entries] : groups) {
    for (const auto& [path, affected] : *entries) {
      lines += groupLine(group, path, affected, whatIf);
    }
    totals.put(group, total(*entries));
  }
  trace::TextWriter writer;
  JsonObject what = whatIfJson("total", whatIf, writer);
  what.put("totals", totals);
  what.put("judged", report.judged);
  what.put("refused_even_so", report.already);
  what.put("not_counted", report.leftOut);
  what.put("gaps", gaps);
  return lines + whatIfLine(what, writer);
}

}  // namespace exectrail::analyzer
