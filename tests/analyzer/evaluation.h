// Evaluates one expression on records, for tests of the evaluator.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "analyzer/engine/evaluate.h"
#include "tests/analyzer/analysis.h"
#include "tests/support/traces.h"

namespace exectrail::test {

// The last record is judged, after the others have built the process tree.
class Evaluation {
 public:
  explicit Evaluation(Records records) : records_(std::move(records)) {
    for (std::size_t i = 0; i < records_.size(); ++i) {
      const trace::Record& record = records_[i].record;
      const bool last = i + 1 == records_.size();
      if (const auto* exec = std::get_if<trace::Exec>(&record.body)) {
        const analyzer::Node node = tree_.exec(*exec, 0);
        if (last) judged_ = std::make_unique<analyzer::Judged>(node, record.timeNs, world_);
      } else if (const auto* attempt = std::get_if<trace::Attempt>(&record.body)) {
        if (last) {
          judged_ = std::make_unique<analyzer::Judged>(tree_.find(attempt->caller), *attempt,
                                                       record.timeNs, world_);
        }
      } else if (const auto* mapping = std::get_if<trace::Mapping>(&record.body)) {
        if (last) {
          judged_ = std::make_unique<analyzer::Judged>(tree_.find(mapping->image), *mapping,
                                                       record.timeNs, world_);
        }
      } else if (const auto* table = std::get_if<trace::MountTable>(&record.body)) {
        mounts_.apply(*table, record.timeNs);
      } else if (const auto* fork = std::get_if<trace::Fork>(&record.body)) {
        tree_.fork(*fork, 0);
      } else if (const auto* snapshot = std::get_if<trace::Snapshot>(&record.body)) {
        tree_.snapshot(snapshot->image, 0);
      }
    }
  }

  analyzer::Tri operator()(const analyzer::Condition& condition) {
    findings = {};
    return analyzer::evaluate(condition, *judged_, "temp", findings);
  }

  analyzer::Tri operator()(const std::string& expression) { return (*this)(condition(expression)); }

  // Lists that expressions may use: @servers and @tools.
  static analyzer::Condition condition(const std::string& expression) {
    std::string quoted;
    for (const char c : expression) quoted += c == '\'' ? std::string("''") : std::string(1, c);
    const auto program = compiled(recipeWith("raise: {c: '" + quoted +
                                             "'}\n"
                                             "---\n"
                                             "lists:\n"
                                             "  servers: [/usr/sbin/nginx, '/usr/sbin/php-fpm*']\n"
                                             "  tools: [/usr/bin/dpkg]\n"));
    return program->recipes().front().modifiers.front().condition;
  }

  const analyzer::Judged& judged() const { return *judged_; }

  analyzer::Findings findings;  // of the last evaluation

 private:
  static trace::Header headerWithEnvironment() {
    trace::Header result = header();
    result.capture.environmentNames = {"LD_PRELOAD", "PATH"};
    return result;
  }

  Records records_;  // what is judged has views into the last
  analyzer::ProcessTree tree_;
  analyzer::Mounts mounts_;
  trace::Header header_ = headerWithEnvironment();
  analyzer::World world_{&header_, &tree_, &mounts_};
  std::unique_ptr<analyzer::Judged> judged_;
};

}  // namespace exectrail::test
