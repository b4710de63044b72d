// exectrail recipes except: the narrowest exemption for an alert that is expected, into the site's
// own recipe file. Path and genuine parent, as every exemption; it is compiled, and tried on the
// trace, before it is written.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <system_error>

#include "analyzer/answer.h"
#include "analyzer/commands.h"
#include "analyzer/engine/alert_builder.h"
#include "analyzer/engine/judge.h"
#include "analyzer/engine/script_argument.h"
#include "analyzer/judged_trace.h"
#include "analyzer/output/exemption_text.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_descriptor.h"
#include "trace/readable.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMaxShown = 20;
constexpr mode_t kNewFile = 0644;
constexpr std::size_t kShownId = 12;  // digits of an alert's id, enough to name it

// What the command line names: recipe, path and parent of one alert.
struct Named {
  const Recipe* recipe = nullptr;
  std::string id;
  std::string path;
  std::int64_t realtimeNs = 0;
  bool exempted = false;
  std::optional<std::uint32_t> user;
  std::string parent;  // executable; empty: refused, for the reason below
  std::string refusal;
};

// Why nobody can be sure of the parent; empty if it is genuine.
std::string doubtOf(const Judged& judged) {
  if (judged.parent().top) return "nothing stands above it";
  const ImageNode* node = judged.parent().node.get();
  const Facts* facts = node == nullptr ? nullptr : knownFacts(*node);
  if (facts == nullptr) return "its parent is not known";
  const trace::Field<trace::Bytes> executable = facts->executable();
  const trace::Evidence& evidence = executable.evidence;
  const std::string name = trace::quoteForTerminal(executable.value);
  if (!executable.known() || facts->place().kind != PlaceKind::kPath) {
    return "the executable of its parent is not known";
  }
  const bool resolved = evidence.evidenceClass == trace::EvidenceClass::kKernel ||
                        evidence.evidenceClass == trace::EvidenceClass::kProcfs;
  if (!resolved || evidence.afterGap || evidence.truncated()) {
    return "its parent " + name + " is only [" + std::string(trace::name(evidence.evidenceClass)) +
           "]" + (evidence.afterGap ? " and carried across a gap" : "");
  }
  const trace::Field<trace::FileFacts>& file = facts->fileFacts();
  if (!file.known()) return "who owns the file of its parent " + name + " is not known";
  if (file.value.uid != 0) {
    return "its parent " + name + " is the file of uid " + std::to_string(file.value.uid) +
           ", who can put anything there";
  }
  return {};
}

// `whole`: the trace could be read to its end.
std::optional<Named> find(const RecipesOptions& options, const Program& program, bool& whole) {
  std::vector<Named> found;
  const auto look = [&](const Judged& judged, std::int64_t realtimeNs) {
    for (const Recipe& recipe : program.recipes()) {
      if (!recipe.enabled || found.size() > 1) continue;
      const std::string id = alertIdOf(recipe, judged, judged.world().header->host.bootId);
      if (!id.starts_with(options.what)) continue;
      const Verdict verdict = judge(recipe, judged, realtimeNs);
      if (verdict.kind != Verdict::Kind::kAlert) continue;
      Named named{&recipe,
                  id,
                  std::string(verdict.path),
                  realtimeNs,
                  !verdict.exemption.empty(),
                  {},
                  {},
                  doubtOf(judged)};
      if (const Facts* facts = judged.facts(); facts != nullptr) {
        const auto& credentials = facts->context().credentials;
        if (credentials.known()) named.user = credentials.value.realUid;
      }
      if (named.refusal.empty()) {
        named.parent = knownFacts(*judged.parent().node)->place().path;
      }
      found.push_back(std::move(named));
    }
  };
  whole = askTrace(options.trace, {look}).whole;
  const std::string what = "'" + trace::escapeForTerminal(options.what) + "'";
  if (found.size() == 1) return found.front();
  std::cerr << "exectrail: "
            << (found.empty() ? "no alert begins with " : "several alerts begin with ") << what
            << " in " << (whole ? "" : "what could be read of ")
            << trace::quoteForTerminal(options.trace) << "; "
            << (found.empty() ? "exectrail analyze --format json shows their event.id"
                              : "give more of its id")
            << '\n';
  return std::nullopt;
}

// What the recipe says otherwise with the exemption than without, a line each; nothing if the alert
// that is named is not among it.
std::optional<std::string> quietened(const RecipesOptions& options, const Named& named,
                                     const Program& after) {
  const auto changed = std::ranges::find_if(after.recipes(), [&](const Recipe& recipe) {
    return recipe.info->name == named.recipe->info->name;
  });
  std::size_t count = 0;
  bool itself = false;
  std::ostringstream said;
  const auto look = [&](const Judged& judged, std::int64_t realtimeNs) {
    const Verdict before = judge(*named.recipe, judged, realtimeNs);
    if (before.kind != Verdict::Kind::kAlert || !before.exemption.empty()) return;
    if (judge(*changed, judged, realtimeNs).exemption.empty()) return;
    const std::string id = alertIdOf(*named.recipe, judged, judged.world().header->host.bootId);
    itself = itself || id == named.id;
    if (id == named.id || ++count > kMaxShown) return;
    said << "  " << id.substr(0, kShownId) << "  " << name(before.severity) << "  "
         << trace::readableTime(realtimeNs) << "  " << trace::escapeForTerminal(before.path)
         << '\n';
  };
  Questions questions{look};
  questions.again = true;
  askTrace(options.trace, questions);
  if (!itself) return std::nullopt;
  if (count > kMaxShown) said << "  and " << count - kMaxShown << " more\n";
  said << "besides this alert it quietens " << count << " other" << (count == 1 ? "" : "s")
       << " of this trace; each stays counted by name, as info\n";
  return said.str();
}

// The whole file anew, beside it, then in its place: a file is never half written. A name that
// nobody could foresee, because the folder may be one that others can write to.
void replaceFile(const std::string& path, const std::string& content) {
  std::error_code error;
  const auto old = std::filesystem::status(path, error);
  std::string beside = path + ".XXXXXX";
  const FileDescriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (!file.valid()) throwErrno(errno, path);
  const mode_t mode =
      std::filesystem::exists(old) ? static_cast<mode_t>(old.permissions()) : kNewFile;
  std::string_view rest = content;
  while (!rest.empty()) {
    const ssize_t written = ::write(file.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (rest.empty() && ::fchmod(file.get(), mode) == 0 && ::fsync(file.get()) == 0 &&
      ::rename(beside.c_str(), path.c_str()) == 0) {
    return;
  }
  const int failure = errno;
  ::unlink(beside.c_str());
  throwErrno(failure, path);
}

int refuse(const std::string& why) {
  std::cerr << "exectrail: " << why << '\n';
  return kExitUsage;
}

}  // namespace

int except(const RecipesOptions& options, const Program& program) {
  bool whole = false;
  const auto named = find(options, program, whole);
  if (!named) return whole ? kExitUsage : kExitEnvironment;
  const std::string recipe = named->recipe->info->name;
  if (named->exempted)
    return refuse("that alert is exempted already; exectrail recipes explain shows by what");
  if (!named->refusal.empty()) {
    return refuse("no exemption for this alert: " + named->refusal +
                  "; a path alone exempts nothing, because anybody can choose a path");
  }
  const auto isControl = [](unsigned char c) { return std::iscntrl(c) != 0; };
  if (std::ranges::any_of(options.reason, isControl)) {
    return refuse("--reason is one line of text, found: " +
                  trace::quoteForTerminal(options.reason));
  }
  const std::vector<std::string> asAsked = {"", "/script"};
  if (scriptArgument(lastComponent(named->parent), TextList(asAsked), false).source ==
      ScriptSource::kArgument) {
    std::cerr << "exectrail: warning: " << trace::quoteForTerminal(named->parent)
              << " runs whatever it is told to: whoever can write " +
                     trace::quoteForTerminal(named->path) +
                     " can have it run from there, as expected\n";
  }
  const ExemptionRequest request{recipe,         named->id,     named->path,   named->parent,
                                 options.reason, options.until, options.owner, named->user};
  const auto text = exemptionText(request);
  if (!text) {
    return refuse("path, parent, reason or owner hold bytes that no recipe file can hold: " +
                  trace::quoteForTerminal(named->path));
  }
  const bool there = !options.output.empty() && std::filesystem::exists(options.output);
  std::string content = there ? readWhole(options.output) : "";
  if (!content.empty() && !content.ends_with('\n')) content += '\n';
  if (!content.empty()) content += "---\n";
  content += *text;
  // As it will be read: the shipped recipes, the other files, and this one in place of the old.
  auto sources = loadSources(options.recipes);
  if (!sources) return kExitUsage;
  const std::string file = options.output.empty() ? "exemption" : options.output;
  std::erase_if(*sources, [&](const RecipeSource& source) { return source.path == file; });
  sources->push_back({file, content});
  Diagnostics diagnostics;
  const auto after = compile(*sources, diagnostics);
  if (!after) {
    std::cerr << diagnostics.format();
    return kExitUsage;
  }
  const auto said = quietened(options, *named, *after);
  if (!said) {
    return refuse("it would not exempt this alert, which is of " +
                  trace::readableTime(named->realtimeNs) + "; --until " + options.until +
                  " is the last day that it holds");
  }
  std::cerr << *said;
  if (options.output.empty()) {
    std::cout << *text;
    flushAnswer();
    return whole ? kExitDone : kExitEnvironment;
  }
  replaceFile(options.output, content);
  std::cerr << "next: exectrail analyze --recipes " << trace::quoteForTerminal(options.output)
            << ' ' << trace::quoteForTerminal(options.trace) << '\n';
  return whole ? kExitDone : kExitEnvironment;
}

}  // namespace exectrail::analyzer
