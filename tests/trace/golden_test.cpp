// The traces in tests/data/traces, made by the recorder and the writer of their day: they are read
// for ever, and say what they said. Each NAME.trail stands beside NAME.dump, NAME.json and
// NAME.verify. EXECTRAIL_BLESS=1 writes what is missing, never what is there: a dump that changes
// changes an answer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "tests/support/traces.h"
#include "trace/container/verify.h"
#include "trace/dump.h"
#include "trace/errors.h"
#include "trace/json/record.h"
#include "trace/metadata_codec.h"
#include "trace/reader.h"
#include "trace/tool/verify.h"

namespace exectrail::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> traces() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(GOLDEN_TRACES)) {
    if (entry.path().extension() == ".trail") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

fs::path file(const std::string& name, const char* extension) {
  return fs::path(GOLDEN_TRACES) / (name + extension);
}

std::string contentOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void expectAsBefore(const std::string& name, const char* extension, const std::string& now) {
  const fs::path path = file(name, extension);
  if (!fs::exists(path) && std::getenv("EXECTRAIL_BLESS") != nullptr) {
    std::ofstream(path, std::ios::binary) << now;
  }
  ASSERT_TRUE(fs::exists(path)) << path;
  EXPECT_EQ(now, contentOf(path)) << path;
}

class GoldenTrace : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTrace, IsDumpedAsBefore) {
  const auto reader = trace::openTrace(file(GetParam(), ".trail"));
  std::ostringstream out;
  trace::dumpText(*reader, out);
  expectAsBefore(GetParam(), ".dump", out.str());
}

TEST_P(GoldenTrace, IsTheSameAsJson) {
  const auto reader = trace::openTrace(file(GetParam(), ".trail"));
  const trace::JsonLines lines(reader->header());
  std::string out;
  trace::Record record;
  while (reader->next(record)) out += lines.line(record);
  expectAsBefore(GetParam(), ".json", out);
}

TEST_P(GoldenTrace, IsVerifiedAsBefore) {
  std::ostringstream out;
  const int status = trace::printVerification({file(GetParam(), ".trail"), "", ""}, out);
  expectAsBefore(GetParam(), ".verify", out.str() + "exit " + std::to_string(status) + "\n");
}

TEST_P(GoldenTrace, OfWhichEveryFlippedByteIsReported) {
  const std::string whole = contentOf(file(GetParam(), ".trail"));
  const auto good = [](const std::string& bytes) {
    try {
      return trace::verify(trace::readBytes(std::as_bytes(std::span(bytes))), "t", {},
                           [](trace::ByteSpan header) {
                             return trace::decodeHeader(header.data(), header.size()).signingKey;
                           })
          .good(false);
    } catch (const std::exception&) {  // refused: not a trace, or its header is malformed
      return false;
    }
  };
  // What is not whole is reported as it is: see IsVerifiedAsBefore.
  const std::string asBefore = contentOf(file(GetParam(), ".verify"));
  ASSERT_EQ(good(whole), asBefore.ends_with("exit 0\n"));
  if (!good(whole)) return;
  // Byte by byte what is small; of the others, bytes all over.
  const std::size_t step = whole.size() > 8'000 ? whole.size() / 4'000 : 1;
  for (std::size_t at = 0; at < whole.size(); at += step) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    ASSERT_FALSE(good(flipped)) << "byte " << at << " of " << whole.size();
  }
}

INSTANTIATE_TEST_SUITE_P(Traces, GoldenTrace, testing::ValuesIn(traces()),
                         [](const auto& trace) { return trace.param; });

TEST(GoldenTraces, OfEachModeOneIsThere) {
  EXPECT_EQ(traces(),
            (std::vector<std::string>{"v2_cut", "v2_indexed", "v2_killed", "v2_kinds",
                                      "v2_kinds_packed", "v2_merged", "v2_packed", "v2_plain",
                                      "v2_signed", "v2_truncated", "v2_zstd"}));
}

TEST(GoldenTraces, EveryKindOfRecordIsThereInBothModes) {
  for (const char* name : {"v2_kinds", "v2_kinds_packed"}) {
    const auto reader = trace::openTrace(file(name, ".trail"));
    std::set<trace::RecordKind> kinds;
    trace::Record record;
    while (reader->next(record)) {
      if (const auto kind = trace::kindOf(record)) kinds.insert(*kind);
    }
    EXPECT_EQ(kinds.size(), trace::kRecordKinds) << name;
  }
}

TEST(FormatPage, ItsWorkedExampleIsTheBeginningOfAGoldenTrace) {
  std::istringstream page(contentOf(FORMAT_PAGE));
  const std::string bytes = contentOf(file("v2_plain", ".trail"));
  std::string expected;
  for (std::size_t at = 0; at < 96; at += 16) {  // as xxd(1) shows it
    char line[80];
    std::snprintf(line, sizeof line, "%08zx:", at);
    expected += line;
    for (std::size_t i = 0; i < 16; ++i) {
      std::snprintf(line, sizeof line, i % 2 == 0 ? " %02x" : "%02x",
                    static_cast<unsigned char>(bytes.at(at + i)));
      expected += line;
    }
    expected += '\n';
  }
  std::string shown;
  for (std::string line; std::getline(page, line);) {
    if (line.size() >= 49 && line.find_first_not_of("0123456789abcdef") == 8 && line[8] == ':') {
      shown += line.substr(0, 49) + '\n';
    }
  }
  EXPECT_EQ(shown, expected);
}

}  // namespace
}  // namespace exectrail::test
