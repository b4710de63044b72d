// The execs of a trace as JSON lines, with its failed attempts, tallies and gaps: for tests that
// compare them with what another source says. Strings are bytes: each becomes the character of its
// number.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "trace/errors.h"
#include "trace/reader.h"

namespace {

namespace trace = exectrail::trace;
using Json = nlohmann::ordered_json;

// JSON holds text; the first 256 characters of Unicode stand for the 256 bytes.
std::string text(trace::Bytes bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xc0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return out;
}

Json value(trace::Bytes bytes) { return text(bytes); }

Json value(const trace::Arguments& arguments) {
  Json list = Json::array();
  for (const trace::Bytes argument : arguments) list.push_back(text(argument));
  return list;
}

// Null if it is not known; beside it what is known about it.
template <typename T>
void put(Json& json, const std::string& name, const trace::Field<T>& field) {
  json[name] = field.known() ? value(field.value) : Json();
  json[name + "Evidence"] = trace::name(field.evidence.evidenceClass);
  if (field.evidence.truncated()) json[name + "Length"] = field.evidence.originalLength;
  if (field.evidence.errorNumber != 0) json[name + "Errno"] = field.evidence.errorNumber;
}

struct Listed {
  Json operator()(const trace::Exec& exec) const {
    Json json = {{"kind", "exec"}, {"pid", exec.image.id.tgid}, {"tid", exec.tid}};
    put(json, "typed", exec.typedPath);
    put(json, "executable", exec.image.executable);
    put(json, "arguments", exec.image.arguments);
    put(json, "directory", exec.image.workingDirectory);
    json["creator"] = exec.image.creator.known() ? Json(exec.image.creator.value.id.tgid) : Json();
    return json;
  }
  Json operator()(const trace::Attempt& attempt) const {
    Json json = {{"kind", "attempt"},
                 {"pid", attempt.caller.tgid},
                 {"tid", attempt.tid},
                 {"errno", attempt.errorNumber}};
    put(json, "typed", attempt.typedPath);
    put(json, "arguments", attempt.arguments);
    put(json, "directory", attempt.workingDirectory);
    return json;
  }
  Json operator()(const trace::Fork& fork) const {
    return {{"kind", "fork"}, {"pid", fork.creator.tgid}, {"child", fork.child.tgid}};
  }
  Json operator()(const trace::AttemptTally& tally) const {
    static constexpr std::string_view kReasons[] = {"unknown", "pathSearch", "flood", "policy"};
    return {{"kind", "tally"},
            {"pid", tally.caller.tgid},
            {"errno", tally.errorNumber},
            {"count", tally.count},
            {"reason", kReasons[static_cast<std::size_t>(tally.reason)]}};
  }
  Json operator()(const trace::Gap& gap) const {
    return {{"kind", "gap"}, {"source", trace::name(gap.source)}, {"lost", gap.lostEvents}};
  }
  template <typename Other>
  Json operator()(const Other&) const {
    return {};
  }
};

int run(const std::string& path) {
  const auto reader = trace::openTrace(path);
  const trace::Capture& capture = reader->header().capture;
  Json header = {{"kind", "header"}, {"sources", Json::array()}, {"events", capture.events}};
  for (const trace::Source source : capture.sources) {
    header["sources"].push_back(trace::name(source));
  }
  std::cout << header << '\n';
  trace::Record record;
  while (reader->next(record)) {
    const Json json = std::visit(Listed{}, record.body);
    if (!json.is_null()) std::cout << json << '\n';
  }
  exectrail::flushStandardOutput();
  if (reader->state().completeness == trace::Completeness::kComplete) return exectrail::kExitDone;
  std::cerr << "trace_list: " << reader->state().problem << '\n';
  return exectrail::kExitEnvironment;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: trace_list TRACE\n";
    return exectrail::kExitUsage;
  }
  try {
    return run(argv[1]);
  } catch (const std::exception& e) {
    std::cerr << "trace_list: " << e.what() << '\n';
    return exectrail::kExitEnvironment;
  }
}
