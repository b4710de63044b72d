#include "recorder/self_report.h"

#include <algorithm>

#include "trace/escape.h"

namespace exectrail::recorder {
namespace {

constexpr std::size_t kMaxNames = 1 << 16;
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxFloods = 1024;
constexpr std::size_t kShownFloods = 3;

std::string count(std::uint64_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string nameOf(const trace::Image& image) {
  trace::Bytes name = image.executable.known() ? image.executable.value : image.comm.value;
  name = name.substr(name.rfind('/') + 1);
  return std::string(name.substr(0, kMaxNameBytes));
}

// "4 of 4 (kernel 3, procfs 1)"; `what` stands before.
std::string shares(const char* what, const std::map<trace::EvidenceClass, std::uint64_t>& classes,
                   std::uint64_t all) {
  std::uint64_t known = 0;
  std::string parts;
  for (const auto& [evidenceClass, number] : classes) {
    if (evidenceClass == trace::EvidenceClass::kUnknown) continue;
    known += number;
    parts += (parts.empty() ? "" : ", ") + std::string(trace::name(evidenceClass)) + " " +
             std::to_string(number);
  }
  return std::string(what) + " of " + std::to_string(known) + " of " + count(all, "exec") +
         (parts.empty() ? "" : " (" + parts + ")");
}

}  // namespace

void SelfReport::see(const trace::Record& record) {
  std::visit([this](const auto& body) { on(body); }, record.body);
}

void SelfReport::on(const trace::Snapshot& snapshot) { keepName(snapshot.image); }

void SelfReport::on(const trace::Fork& fork) {
  const auto creator = names_.find(fork.creator.tgid);
  if (creator == names_.end() || names_.size() >= kMaxNames) return;
  const std::string name = creator->second;
  names_[fork.child.tgid] = name;
}

void SelfReport::on(const trace::Exec& exec) {
  ++execs_;
  const trace::Image& image = exec.image;
  ++executables_[image.executable.evidence.evidenceClass];
  ++arguments_[image.arguments.evidence.evidenceClass];
  if (image.arguments.known() && image.arguments.evidence.truncated()) ++cutArguments_;
  keepName(image);
}

void SelfReport::on(const trace::Exit& exit) { names_.erase(exit.image.tgid); }

void SelfReport::on(const trace::Gap& gap) {
  Loss& loss = losses_[gap.source];
  ++loss.gaps;
  loss.events += gap.lostEvents;
  if (gap.lostEvents == 0) loss.uncounted = true;
}

void SelfReport::on(const trace::AttemptTally& tally) {
  if (tally.reason != trace::TallyReason::kFlood) return;
  const trace::ProcessId process = tally.caller.process();
  if (floods_.size() >= kMaxFloods && !floods_.contains(process)) {
    otherFloods_ += tally.count;
    return;
  }
  Flood& flood = floods_[process];
  const auto name = names_.find(process.tgid);
  if (name != names_.end()) flood.name = name->second;
  flood.attempts += tally.count;
}

void SelfReport::keepName(const trace::Image& image) {
  const std::uint32_t tgid = image.id.tgid;
  if (names_.size() < kMaxNames || names_.contains(tgid)) names_[tgid] = nameOf(image);
}

std::vector<std::string> SelfReport::lines() const {
  std::vector<std::string> lines;
  if (execs_ > 0) lines.push_back(evidenceLine());
  for (const auto& [source, loss] : losses_) {
    lines.push_back(std::string(trace::name(source)) + " lost " +
                    (loss.uncounted ? "at least " : "") + count(loss.events, "event") + " in " +
                    count(loss.gaps, "gap"));
  }
  if (!floods_.empty()) lines.push_back(floodLine());
  return lines;
}

std::string SelfReport::evidenceLine() const {
  std::string line =
      shares("executable", executables_, execs_) + ", " + shares("arguments", arguments_, execs_);
  if (cutArguments_ > 0) line += ", " + std::to_string(cutArguments_) + " cut";
  return line;
}

std::string SelfReport::floodLine() const {
  std::vector<std::pair<trace::ProcessId, Flood>> worst(floods_.begin(), floods_.end());
  std::stable_sort(worst.begin(), worst.end(), [](const auto& a, const auto& b) {
    return a.second.attempts > b.second.attempts;
  });
  std::uint64_t rest = otherFloods_;
  std::string line = "so many failed attempts that they were only counted:";
  for (std::size_t i = 0; i < worst.size(); ++i) {
    const auto& [process, flood] = worst[i];
    if (i >= kShownFloods) {
      rest += flood.attempts;
      continue;
    }
    const std::string name = flood.name.empty() ? "?" : trace::quoteForTerminal(flood.name);
    line += (i == 0 ? " " : ", ") + std::to_string(flood.attempts) + " by " + name + "(" +
            std::to_string(process.tgid) + ")";
  }
  if (rest > 0) line += ", " + std::to_string(rest) + " by others";
  return line;
}

}  // namespace exectrail::recorder
