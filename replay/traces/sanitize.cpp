#include "replay/traces/sanitize.h"

#include <algorithm>
#include <map>

#include "replay/verdict/analysis.h"
#include "replay/verdict/match.h"
#include "trace/record_bytes.h"

namespace exectrail::replay {
namespace {

using analyzer::Alert;

// Alerts in their order, each with what must stay of it.
std::vector<std::string> withoutPaths(std::vector<std::string> differing) {
  std::erase_if(differing, [](const std::string& each) { return each.starts_with("path: "); });
  return differing;
}

std::string shown(const Alert& alert) {
  const Sighting sighting = sightingOf(alert);
  return alert.recipe->name + "  " + sighting.severity + "  " + sighting.path;
}

// Of a person, by the numbers that login.defs(5) gives out. Others are those of software; some of
// these are names of system directories as well: bin, sys, man, mail.
bool isPersons(const trace::User& user) {
  constexpr std::uint32_t kFirst = 1000, kNobody = 65534;
  return user.uid >= kFirst && user.uid != kNobody;
}

void cleanHost(trace::Host& host, Pseudonyms& names) {
  names.addHost(host.name);
  host.name = names.path(host.name);
  host.machineId.clear();
  for (const trace::User& user : host.users) {
    if (isPersons(user)) names.addUser(user.name);
  }
  for (trace::User& user : host.users) user.name = names.path(user.name);
}

void cleanCommand(std::vector<std::string>& command, Pseudonyms& names) {
  for (std::size_t i = 0; i < command.size(); ++i) command[i] = names.argument(command[i], i == 0);
}

}  // namespace

Sanitized::Sanitized(const LoadedTrace& trace, Pseudonyms& names)
    : names_(names), header_(trace.header()), records_(trace.records()) {
  cleanHost(header_.host, names_);
  for (trace::Origin& origin : header_.origins) cleanHost(origin.host, names_);
  // All names first: one may stand alone before its directory is seen.
  for (const trace::Record& record : records_) learn(record);
  cleanCommand(header_.capture.command, names_);
  for (trace::Origin& origin : header_.origins) cleanCommand(origin.capture.command, names_);
  header_.signingKey.reset();
  header_.provenance.push_back(std::string("sanitized by exectrail-replay ") + EXECTRAIL_VERSION);
  for (trace::Record& record : records_) clean(record);
}

void Sanitized::learn(const trace::Record& record) {
  trace::Record copy = record;
  forEachBytes(copy, [this](trace::Bytes& bytes) {
    if (!bytes.empty() && bytes.front() == '/') names_.learnPath(bytes);
  });
}

void Sanitized::clean(trace::Arguments& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    arguments[i] = keep(names_.argument(arguments[i], i == 0));
  }
}

void Sanitized::clean(trace::Image& image) {
  names_.enter(image.workingDirectory.value);
  image.executable.value = keep(names_.path(image.executable.value));
  image.workingDirectory.value = keep(names_.path(image.workingDirectory.value));
  image.comm.value = keep(names_.comm(image.comm.value));
  clean(image.arguments.value);
  trace::Context& context = contexts_.emplace_back(*image.context);
  context.cgroup.value = keep(names_.path(context.cgroup.value));
  for (trace::Bytes& variable : context.environment.value) {
    variable = keep(names_.variable(variable));
  }
  image.context = &context;
}

void Sanitized::clean(trace::Record& record) {
  if (trace::Image* image = trace::imageOf(record)) clean(*image);
  if (auto* fork = std::get_if<trace::Fork>(&record.body)) {
    fork->childComm = keep(names_.comm(fork->childComm));
  } else if (auto* exec = std::get_if<trace::Exec>(&record.body)) {
    exec->typedPath.value = keep(names_.path(exec->typedPath.value));
    exec->interpreter.value = keep(names_.path(exec->interpreter.value));
  } else if (auto* attempt = std::get_if<trace::Attempt>(&record.body)) {
    names_.enter(attempt->workingDirectory.value);
    attempt->typedPath.value = keep(names_.path(attempt->typedPath.value));
    attempt->workingDirectory.value = keep(names_.path(attempt->workingDirectory.value));
    clean(attempt->arguments.value);
  } else if (auto* mapping = std::get_if<trace::Mapping>(&record.body)) {
    mapping->path.value = keep(names_.path(mapping->path.value));
  } else if (auto* table = std::get_if<trace::MountTable>(&record.body)) {
    for (trace::Mount& mount : table->mounts) {
      mount.root = keep(names_.path(mount.root));
      mount.point = keep(names_.path(mount.point));
      mount.source = keep(names_.mountSource(mount.source));
      mount.options = keep(names_.mountOptions(mount.options));
      mount.superOptions = keep(names_.mountOptions(mount.superOptions));
    }
  } else if (auto* alive = std::get_if<trace::Heartbeat>(&record.body)) {
    alive->chainHead = {};  // of the original's bytes
  }
}

std::vector<std::string> alertsThatChanged(const analyzer::Program& program,
                                           const LoadedTrace& before, const Sanitized& after,
                                           Pseudonyms& names) {
  const Analysis was = analyse(program, before.header(), before.records());
  const Analysis is = analyse(program, after.header(), after.records());
  std::map<AlertKey, const Alert*> got;
  for (const Alert& alert : is.alerts) got.emplace(keyOf(alert), &alert);
  std::vector<std::string> found;
  for (const Alert& alert : was.alerts) {
    AlertKey key = keyOf(alert);
    if (!key.mapped.empty()) key.mapped = names.path(key.mapped);
    const auto same = got.find(key);
    if (same == got.end()) {
      found.push_back(shown(alert) + ": no longer given");
      continue;
    }
    for (const std::string& each : withoutPaths(changes(alert, *same->second))) {
      found.push_back(shown(alert) + ": " + each);
    }
    got.erase(same);
  }
  for (const auto& [key, alert] : got) found.push_back(shown(*alert) + ": given only now");
  for (const auto& [recipe, counts] : was.summary.recipes) {
    const auto other = is.summary.recipes.find(recipe);
    if (other != is.summary.recipes.end() && other->second.inconclusive == counts.inconclusive) {
      continue;
    }
    found.push_back(recipe + ": what it cannot decide is other than before");
  }
  return found;
}

}  // namespace exectrail::replay
