// The same alerts, to the byte, whatever the batches of the trace are.
#include <gtest/gtest.h>

#include "analyzer/engine/engine.h"
#include "analyzer/output/posture_output.h"
#include "tests/analyzer/alerts.h"
#include "tests/support/traces.h"
#include "trace/reader.h"

namespace exectrail::analyzer {
namespace {

using test::image;

test::Records busyHost() {
  test::Records records = {test::mountTable(test::kHostMounts, {{"/", "rw"}, {"/tmp", "rw"}}),
                           test::snapshot("/usr/lib/systemd/systemd").pid(1, 0).top(),
                           test::snapshot("/usr/sbin/nginx").pid(2, 0).by(image(1, 0))};
  for (std::uint32_t pid = 10; pid < 90; ++pid) {
    const std::uint64_t time = std::uint64_t{20'000'000} * pid;
    const trace::ImageId creator = pid % 3 == 0 ? image(2, 0) : image(1, 0);
    records.push_back(test::forked(creator, pid).at(time));
    const std::string path = (pid % 2 == 0 ? "/tmp/\xff" : "/usr/bin/x") + std::to_string(pid);
    records.push_back(test::exec(path).pid(pid).mountNamespace(test::kHostMounts).at(time + 1));
    if (pid % 5 == 0)
      records.push_back(test::attempt("./a", 13, image(pid)).cwd("/dev/shm").at(time + 2));
    if (pid % 7 == 0) records.push_back(test::gap(time + 2, time + 3, pid));
    if (pid % 4 == 0) records.push_back(test::exited(image(pid)).at(time + 4));
  }
  return records;
}

std::string output(const test::Analysis& analysis) {
  std::string text;
  for (const Alert& alert : analysis.alerts) {
    for (std::size_t format = 0; format < kFormatNames.size(); ++format) {
      text += test::rendered(static_cast<Format>(format), alert);
    }
  }
  return text;
}

TEST(Determinism, AnyBatchSize) {
  const test::Records records = busyHost();
  const std::string direct = output(test::analyze(test::shippedProgram(), records));
  EXPECT_GT(direct.size(), 10'000U);
  for (const std::size_t recordsPerBatch : {1U, 2U, 3U, 7U, 64U, 100'000U}) {
    const std::string trace = test::traceBytes(records, recordsPerBatch);
    EXPECT_EQ(output(test::analyzeBytes(test::shippedProgram(), trace)), direct) << recordsPerBatch;
  }
}

// What --what-if and posture say of a trace.
std::string answers(const std::string& bytes) {
  const auto reader = trace::openTraceBytes(bytes, "test");
  const trace::Header header = reader->header();
  const Program nothing({}, {});
  PostureWatch posture;
  WhatIf whatIf({"/tmp", "/dev/shm"}, test::shippedProgram(), Severity::kLow);
  Engine engine(nothing, header, [](const Alert&) {});
  engine.observe([&](const Judged& judged) {
    whatIf.add(judged, posture, header.clock.toRealtimeNs(judged.timeNs()));
  });
  trace::Record record;
  while (reader->next(record)) {
    posture.process(record);
    engine.process(record);
  }
  return toText(posture.report()) + toJsonLines(posture.report(), header) + toText(whatIf, 0) +
         toJsonLines(whatIf, 0);
}

TEST(Determinism, PostureAndWhatIf) {
  const test::Records records = busyHost();
  const std::string whole = answers(test::traceBytes(records, 100'000));
  EXPECT_NE(whole.find("recipes alert on it: 40"), std::string::npos) << whole;
  for (const std::size_t recordsPerBatch : {1U, 2U, 5U, 64U}) {
    EXPECT_EQ(answers(test::traceBytes(records, recordsPerBatch)), whole) << recordsPerBatch;
  }
}

}  // namespace
}  // namespace exectrail::analyzer
