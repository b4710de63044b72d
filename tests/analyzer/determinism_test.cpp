// The same alerts, to the byte, whatever the batches of the trace are, and whichever thread
// unpacks.
#include <gtest/gtest.h>

#include <random>

#include "analyzer/engine/engine.h"
#include "analyzer/output/posture_output.h"
#include "tests/analyzer/alerts.h"
#include "tests/support/traces.h"
#include "tests/support/tries.h"
#include "trace/container/pack.h"
#include "trace/errors.h"
#include "trace/reader.h"
#include "trace/synth/synth.h"

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

// All that reading and judging a trace gives: alerts, states, and what is wrong with it where.
std::string account(const std::string& bytes, trace::Ahead ahead) {
  std::string said;
  try {
    const auto reader = trace::openTraceBytes(bytes, "test", trace::Checks::kDigests, ahead);
    Engine engine(test::shippedProgram(), reader->header(),
                  [&](const Alert& alert) { said += test::rendered(Format::kJson, alert); });
    trace::Record record;
    while (reader->next(record)) {
      engine.process(record);
      if (reader->atBatchEnd()) said += '.';
    }
    engine.finish();
    const trace::ReadState& state = reader->state();
    said += std::to_string(static_cast<int>(state.completeness)) + state.problem;
    for (const std::uint64_t number :
         {state.offset, state.batches, engine.summary().execs, engine.summary().gaps,
          std::uint64_t{reader->end() ? 1U : 0U}}) {
      said += ' ' + std::to_string(number);
    }
  } catch (const EnvironmentError& error) {
    said = error.what();
  }
  return said;
}

std::string synthetic(int level) {
  test::MemorySink sink;
  trace::WriterSettings settings;
  settings.compressionLevel = level;
  settings.runBytes = 20'000;
  trace::Synth synth({5, 600, trace::Scene::kMixed});
  trace::Writer writer(sink, synth.header(), settings);
  trace::Record record;
  for (int i = 1; synth.next(record); ++i) {
    writer.add(record);
    if (i % 20 == 0) writer.flush();
  }
  writer.finish(synth.end());
  return sink.bytes();
}

std::string packed(const std::string& bytes) {
  test::MemorySink sink;
  trace::PackReport report;
  trace::FrameReader in(trace::readBytes(std::as_bytes(std::span(bytes))), "test",
                        trace::FrameReader::Checks::kDigestsAndChain);
  trace::packFrames(in, sink, {3, 30'000}, report);
  return sink.bytes();
}

TEST(Determinism, AnyNumberOfThreads) {
  std::mt19937_64 random(20261122);
  for (const std::string& whole : {synthetic(0), synthetic(3), packed(synthetic(0))}) {
    const std::string alone = account(whole, trace::Ahead::kNever);
    EXPECT_GT(alone.size(), 100'000U);
    EXPECT_TRUE(account(whole, trace::Ahead::kAlways) == alone);
    for (unsigned i = 0; i < test::tries(10); ++i) {
      std::string damaged = whole.substr(0, i % 2 == 0 ? whole.size() : random() % whole.size());
      if (i % 4 != 1) damaged[random() % damaged.size()] ^= static_cast<char>(1 << (i % 8));
      ASSERT_TRUE(account(damaged, trace::Ahead::kAlways) == account(damaged, trace::Ahead::kNever))
          << i;
    }
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
