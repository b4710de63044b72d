#include "recorder/sources/sources.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "recorder/sources/connector_source.h"
#include "recorder/sources/dynamic_source.h"
#include "recorder/sources/perf_source.h"
#include "recorder/sources/tracefs_source.h"
#include "trace/errors.h"

namespace exectrail::recorder {

Sources::Sources(const SourceSettings& settings) : wanted_(settings.wanted) {
  const bool failures = uses(trace::Source::kTracefs) || uses(trace::Source::kDynamic);
  if (settings.failures && failures) openFailures(settings);
  // The one that fills fastest last: setting up the others takes a tenth of a second.
  if (uses(trace::Source::kTracefs)) openTracefs(settings);
  if (uses(trace::Source::kConnector)) openStatuses();
  if (uses(trace::Source::kPerf)) openPerf(settings);
  if (perf_ == nullptr && processes_ == nullptr) {
    throw EnvironmentError(
        "none of the sources asked for reports execs: add tracefs or perf to --source");
  }
}

Sources::~Sources() = default;

void Sources::openPerf(const SourceSettings& settings) {
  if (const auto why = PerfSource::unsupported()) {
    if (!wanted_.empty()) throw EnvironmentError("perf cannot be used: " + *why);
    notes_.push_back("no perf: " + *why +
                     "; executables and arguments come from /proc, which short-lived programs "
                     "outrun");
    return;
  }
  PerfSettings perf;
  perf.environmentNames = settings.environmentNames;
  perf_ = std::make_unique<PerfSource>(perf);
}

void Sources::openStatuses() {
  if (const auto why = ConnectorSource::unsupported()) {
    if (!wanted_.empty()) throw EnvironmentError("the process connector cannot be used: " + *why);
    notes_.push_back("no process connector: " + *why + "; exit statuses are not known");
    return;
  }
  statuses_ = std::make_unique<ConnectorSource>();
}

void Sources::openTracefs(const SourceSettings& settings) {
  processes_ = std::make_unique<TracefsSource>(EventGroup::kProcesses, settings.bufferBytesPerCpu);
}

void Sources::openFailures(const SourceSettings& settings) {
  // First: it tries its events with an execve that fails, which is not to be recorded.
  if (uses(trace::Source::kDynamic)) {
    try {
      auto dynamic = std::make_unique<DynamicSource>(settings.bufferBytesPerCpu);
      const DynamicSupport& support = dynamic->support();
      for (const std::string& why : {support.entries, support.paths}) {
        if (!why.empty()) notes_.push_back("dynamic events only in part: " + why);
      }
      entries_ = std::move(dynamic);
    } catch (const EnvironmentError& e) {
      if (!wanted_.empty()) throw;
      notes_.push_back(std::string("no dynamic events: ") + e.what() +
                       "; what failed attempts were called with comes from the callers' memory, "
                       "which may be gone");
    }
  }
  if (entries_ == nullptr) {
    entries_ = std::make_unique<TracefsSource>(EventGroup::kEntries, settings.bufferBytesPerCpu);
  }
  failures_ = std::make_unique<TracefsSource>(EventGroup::kFailures, settings.bufferBytesPerCpu);
}

bool Sources::uses(trace::Source source) const {
  return wanted_.empty() || wanted_.contains(source);
}

std::vector<Source*> Sources::all() const {
  std::vector<Source*> sources = {perf_.get(), processes_.get(), entries_.get(), failures_.get(),
                                  statuses_.get()};
  std::erase(sources, nullptr);
  return sources;
}

std::vector<trace::Source> Sources::kinds() const {
  std::vector<trace::Source> kinds;
  for (const Source* source : all()) {
    if (std::find(kinds.begin(), kinds.end(), source->kind()) == kinds.end()) {
      kinds.push_back(source->kind());
    }
  }
  if (uses(trace::Source::kProcfs)) kinds.push_back(trace::Source::kProcfs);
  return kinds;
}

std::vector<std::string> Sources::eventNames() const {
  std::vector<std::string> names;
  for (const Source* source : all()) {
    for (std::string& name : source->eventNames()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(std::move(name));
      }
    }
  }
  return names;
}

void Sources::descriptors(bool execs, bool failures, std::vector<int>& descriptors) const {
  const auto add = [&descriptors](const Source& source) {
    for (const int fd : source.descriptors()) descriptors.push_back(fd);
  };
  if (execs) add(perf_ != nullptr ? *static_cast<const Source*>(perf_.get()) : *processes_);
  if (failures && failures_ != nullptr) add(*failures_);
}

void Sources::drainExecs(std::vector<Event>& events) {
  if (perf_ != nullptr) {
    perf_->drain(events);
  } else {
    processes_->drain(events);
  }
}

bool Sources::wakeAtExecs(bool wake) { return perf_ != nullptr && perf_->wakeAtExecs(wake); }

bool Sources::failuresReady() const {
  if (failures_ == nullptr) return false;
  std::vector<pollfd> polled;
  for (const int fd : failures_->descriptors()) polled.push_back({fd, POLLIN, 0});
  return ::poll(polled.data(), polled.size(), 0) > 0;
}

// The entries after the failures: those that belong to them are there by then.
void Sources::drainFailures(std::vector<Event>& events) {
  if (failures_ == nullptr) return;
  failures_->drain(events);
  entries_->drain(events);
}

void Sources::drainRest(std::vector<Event>& events) {
  if (perf_ != nullptr && processes_ != nullptr) processes_->drain(events);
  if (statuses_ != nullptr) statuses_->drain(events);
}

void Sources::refreshCpus(std::vector<Event>& events) {
  if (perf_ != nullptr) perf_->refreshCpus(events);
}

void Sources::stop() {
  for (Source* source : all()) source->stop();
}

std::vector<Event> Sources::unreportedLosses(std::uint64_t nowNs) {
  std::vector<Event> losses;
  for (Source* source : all()) {
    for (Event& loss : source->unreportedLosses(nowNs)) losses.push_back(std::move(loss));
  }
  return losses;
}

std::uint64_t Sources::undecodedEvents() const {
  std::uint64_t undecoded = 0;
  for (const Source* source : all()) undecoded += source->undecodedEvents();
  return undecoded;
}

}  // namespace exectrail::recorder
