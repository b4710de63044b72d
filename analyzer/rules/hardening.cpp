#include "analyzer/rules/hardening.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "analyzer/paths/path.h"
#include "analyzer/rules/kubearmor_pattern.h"
#include "trace/escape.h"

namespace exectrail::analyzer {
namespace {

using kubearmor::Action;
using kubearmor::EntryKind;
using kubearmor::PolicyEntry;

constexpr std::string_view kMountHead =
    "# Lines of fstab(5): nothing below these directories may be executed. Where one is a mount "
    "of\n"
    "# its own, add noexec to its options instead.\n";
constexpr std::string_view kSystemdHead =
    "# A unit's drop-in, such as /etc/systemd/system/NAME.service.d/noexec.conf. Files that are "
    "not\n"
    "# there when the unit starts are left out.\n"
    "[Service]\n";
constexpr std::string_view kAppArmorHead =
    "# Rules of apparmor.d(5), for the profile of what must not run these programs.\n";

// What an entry becomes: lines, or why it does not.
struct Outcome {
  std::vector<std::string> lines;
  std::string left;
  std::string wider;
};

Outcome leftOut(std::string why) { return {{}, std::move(why), {}}; }

bool isControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool isWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// ---- directories, for mounts and units

struct Directory {
  std::string path;  // without the last '/'
  bool recursive = false;
};

// Of "/tmp/", "/tmp/*" and "/tmp/**". Nothing of a pattern with other wildcards.
std::optional<Directory> directoryOf(const PolicyEntry& entry) {
  std::string text = entry.text;
  bool recursive = entry.recursive;
  if (entry.kind == EntryKind::kPath) return std::nullopt;
  if (entry.kind == EntryKind::kPattern) {
    recursive = text.ends_with("/**");
    if (!recursive && !text.ends_with("/*")) return std::nullopt;
    text.resize(text.size() - (recursive ? 2 : 1));
    if (text.find_first_of("*?[]{}\\ ") != std::string::npos) return std::nullopt;
  }
  text.pop_back();
  return Directory{text, recursive};
}

// noexec refuses libraries, too.
bool holdsLibraries(const std::string& directory) {
  constexpr std::array<std::string_view, 4> kLibraries = {"/lib/", "/lib64/", "/usr/lib/",
                                                          "/usr/lib64/"};
  return std::ranges::any_of(
      kLibraries, [&](std::string_view each) { return each.starts_with(directory + "/"); });
}

Outcome inDirectory(const Directory& directory, std::string line) {
  if (holdsLibraries(directory.path)) {
    return leftOut("noexec refuses the libraries below it, too: nothing could start");
  }
  Outcome outcome{{std::move(line)}, {}, {}};
  if (!directory.recursive) outcome.wider = "noexec also refuses what lies deeper";
  return outcome;
}

// ---- fstab(5)

std::string ofFstab(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (c == ' ') {
      text += "\\040";
    } else if (c == '\\') {
      text += "\\134";
    } else {
      text += c;
    }
  }
  return text;
}

// The options of a bind mount are all that it has: without nosuid and nodev it would lose those of
// the mount below it.
Outcome asMount(const PolicyEntry& entry) {
  if (entry.kind == EntryKind::kPath) {
    return leftOut("a mount is of a directory, not of a program");
  }
  const auto directory = directoryOf(entry);
  if (!directory) return leftOut("a mount is of a directory, not of a pattern");
  const std::string path = ofFstab(directory->path);
  const std::string devices = directory->path == "/dev" ? "" : ",nodev";
  return inDirectory(*directory, path + " " + path + " none bind,nosuid" + devices + ",noexec 0 0");
}

// ---- systemd.exec(5)

std::string ofUnit(const std::string& path) {
  std::string text;
  bool plain = true;
  for (const char c : path) {
    plain = plain && (isWord(c) || std::string_view("-/._+:@=,%").find(c) != std::string::npos);
    if (c == '\\' || c == '"') text += '\\';
    if (c == '%') text += '%';
    text += c;
  }
  return plain ? text : "\"" + text + "\"";
}

Outcome asUnit(const PolicyEntry& entry) {
  if (entry.kind == EntryKind::kPath) {
    if (entry.text.find('/') == std::string::npos) return leftOut("a name is no path");
    return {{"NoExecPaths=" + ofUnit("-" + entry.text)}, {}, {}};
  }
  const auto directory = directoryOf(entry);
  if (!directory) return leftOut("NoExecPaths takes paths, not patterns");
  return inDirectory(*directory, "NoExecPaths=" + ofUnit(directory->path));
}

// ---- apparmor.d(5)

std::string escapedForAppArmor(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (std::string_view("\\\"*?[]{}^").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

// As it stands, in quotes; what the parser would read in another way than as a pattern is not
// taken.
std::string ofPattern(const std::string& pattern, std::string& why) {
  std::string result;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (c == ' ') why = "AppArmor knows no arguments";
    if (c == '@' && next == '{') why = "'@{' is a variable to AppArmor";
    if (c == '\\' && isWord(next)) why = "'\\' before a letter or digit is another character";
    if (c == '"') result += '\\';
    result += c;
    if (c == '\\' && next != '\0') result += pattern[++i];
  }
  return result;
}

Outcome asAppArmor(const PolicyEntry& entry) {
  std::string pattern;
  std::string why;
  switch (entry.kind) {
    case EntryKind::kPath:
      pattern = (entry.text.front() == '/' ? "" : "/{,**/}") + escapedForAppArmor(entry.text);
      break;
    case EntryKind::kDirectory:
      pattern = escapedForAppArmor(entry.text) + (entry.recursive ? "**" : "*");
      break;
    case EntryKind::kPattern:
      pattern = ofPattern(entry.text, why);
      break;
  }
  if (!why.empty()) return leftOut(why);
  const auto line = [&](const std::string& text) {
    return std::string("deny ") + (entry.ownerOnly ? "other " : "") + "\"" + text + "\" x,";
  };
  Outcome outcome{{line(pattern)}, {}, {}};
  // The kernel names the file where it is: /usr/bin/ls, where a link says /bin/ls.
  if (const auto other = kubearmor::spelledOtherwise(pattern)) {
    outcome.lines.push_back(line(*other));
  }
  return outcome;
}

Outcome outcomeOf(const PolicyEntry& entry, HardeningTarget target) {
  if (entry.action == Action::kAudit) return leftOut("Audit refuses nothing");
  if (entry.action == Action::kAllow) {
    return leftOut("a whitelist does not name what its programs need to start");
  }
  if (std::ranges::any_of(entry.text, isControl)) return leftOut("a control character in a path");
  if (!entry.also.empty()) return leftOut("'" + entry.also + "' cannot be asked there");
  if (target == HardeningTarget::kAppArmor) return asAppArmor(entry);
  if (entry.ownerOnly) return leftOut("'ownerOnly' cannot be asked there");
  return target == HardeningTarget::kMount ? asMount(entry) : asUnit(entry);
}

std::string_view headOf(HardeningTarget target) {
  if (target == HardeningTarget::kMount) return kMountHead;
  return target == HardeningTarget::kSystemd ? kSystemdHead : kAppArmorHead;
}

}  // namespace

Hardening hardeningOf(const std::vector<PolicyEntry>& entries, HardeningTarget target) {
  Hardening result;
  std::set<std::string> written;
  std::string lastComment;
  for (const PolicyEntry& entry : entries) {
    const std::string place =
        trace::escapeForTerminal(entry.file) + ":" + std::to_string(entry.line);
    const std::string policy = trace::escapeForTerminal(entry.policy);
    const std::string what =
        place + ": " + policy + ": '" + trace::escapeForTerminal(entry.text) + "': ";
    const Outcome outcome = outcomeOf(entry, target);
    if (!outcome.left.empty()) result.left.push_back(what + outcome.left);
    if (!outcome.wider.empty()) result.wider.push_back(what + outcome.wider);
    for (const std::string& line : outcome.lines) {
      if (!written.insert(line).second) continue;
      if (result.text.empty()) result.text = headOf(target);
      const std::string comment =
          "# " + policy + " (" + trace::escapeForTerminal(lastComponent(entry.file)) + ")\n";
      if (comment != lastComment) result.text += comment;
      lastComment = comment;
      result.text += line + "\n";
    }
  }
  return result;
}

}  // namespace exectrail::analyzer
