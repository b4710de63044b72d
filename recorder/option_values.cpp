#include "recorder/option_values.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "trace/escape.h"

namespace exectrail::recorder {
namespace {

constexpr std::size_t kMaxEnvironmentNames = 64;
constexpr std::size_t kMaxNameBytes = 128;

constexpr std::array<trace::Source, 5> kSources = {trace::Source::kTracefs, trace::Source::kPerf,
                                                   trace::Source::kConnector,
                                                   trace::Source::kDynamic, trace::Source::kProcfs};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t comma = text.find(',', begin);
    parts.push_back(text.substr(begin, comma - begin));
    if (comma == std::string::npos) return parts;
    begin = comma + 1;
  }
}

void checkName(const std::string& name) {
  if (name.empty()) throw OptionError("a name is missing; names are separated by one comma");
  if (name.size() > kMaxNameBytes || name.find('=') != std::string::npos) {
    throw OptionError(trace::quoteForTerminal(name) + " is not the name of a variable");
  }
}

// "5" of a disk may be meant as a part of it, or as gigabytes.
std::optional<std::uint64_t> parseSizeWithUnit(const std::string& text) {
  std::string unit;
  if (!trace::leadingNumber(text, unit) || unit.empty()) return std::nullopt;
  return parseSize(text);
}

}  // namespace

void parseRotate(const std::string& text, std::uint64_t& bytes, std::chrono::nanoseconds& time) {
  constexpr std::uint64_t kLeast = std::uint64_t{16} << 10;
  constexpr std::chrono::seconds kShortest{1};
  for (const std::string& part : split(text)) {
    const trace::SizeOrTime quantity = trace::parseSizeOrTime(part);
    if (quantity.time) {
      if (*quantity.time < kShortest) throw OptionError("a segment holds at least a second");
      time = *quantity.time;
    } else if (quantity.bytes) {
      if (*quantity.bytes < kLeast) throw OptionError("a segment has at least 16k");
      bytes = *quantity.bytes;
    } else {
      throw OptionError(trace::quoteForTerminal(part) +
                        " is neither a size nor a time with its unit; for example 64M,1h");
    }
  }
}

Retention parseRetention(const std::string& text) {
  Retention retention;
  if (text == "all") return retention;
  for (const std::string& part : split(text)) {
    const std::size_t equals = part.find('=');
    const std::string key = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (key == "age") {
      if (const auto age = parseDuration(value)) {
        retention.ageNs = static_cast<std::uint64_t>(age->count());
        continue;
      }
    } else if (key == "size") {
      if ((retention.bytes = parseSizeWithUnit(value))) continue;
    } else if (key == "free" && value.ends_with('%')) {
      std::string unit;
      const auto percent = trace::leadingNumber(value, unit);
      if (percent && unit == "%" && *percent < 100) {
        retention.freePercent = percent;
        continue;
      }
    } else if (key == "free") {
      if ((retention.free = parseSizeWithUnit(value))) continue;
    }
    throw OptionError(trace::quoteForTerminal(part) +
                      " is none of age=TIME, size=SIZE, free=SIZE and free=PERCENT%, with their "
                      "units; for example age=30d,size=20G,free=5%");
  }
  return retention;
}

trace::FailedPolicy parseFailed(const std::string& text) {
  if (text == "noteworthy") return trace::FailedPolicy::kNoteworthy;
  if (text == "all") return trace::FailedPolicy::kAll;
  if (text == "none") return trace::FailedPolicy::kNone;
  throw OptionError(trace::quoteForTerminal(text) + " is none of noteworthy, all, none");
}

std::vector<trace::Source> parseSources(const std::string& text) {
  if (text == "auto") return {};
  const std::vector<std::string> wanted = split(text);
  std::string names;
  std::vector<trace::Source> sources;
  for (const trace::Source source : kSources) {
    const std::string name(trace::name(source));
    names += (names.empty() ? "" : ", ") + name;
    if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) sources.push_back(source);
  }
  for (const std::string& word : wanted) {
    const auto same = [&](trace::Source source) { return trace::name(source) == word; };
    if (std::any_of(kSources.begin(), kSources.end(), same)) continue;
    throw OptionError(trace::quoteForTerminal(word) +
                      " is not a source; there are auto, or a list of " + names);
  }
  return sources;
}

const std::vector<std::string>& defaultEnvironmentNames() {
  static const std::vector<std::string> kNames = {
      // the dynamic loader and the C library, ld.so(8)
      "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "LD_TRACE_LOADED_OBJECTS", "GLIBC_TUNABLES",
      "GCONV_PATH",
      // shells
      "BASH_ENV", "ENV", "PATH", "IFS",
      // languages
      "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PERL5LIB", "PERL5OPT", "RUBYLIB", "RUBYOPT",
      "NODE_OPTIONS", "NODE_PATH", "JAVA_TOOL_OPTIONS"};
  return kNames;
}

std::vector<std::string> parseEnvironmentNames(const std::string& text) {
  if (text == "none") return {};
  const std::vector<std::string> words = split(text);
  const bool added = words.front().starts_with('+');
  std::vector<std::string> names = added ? defaultEnvironmentNames() : std::vector<std::string>{};
  for (const std::string& word : words) {
    if (word.starts_with('+') != added) {
      throw OptionError(
          "put + before every name, which adds them to the default ones, or before none");
    }
    const std::string name = word.substr(added ? 1 : 0);
    checkName(name);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  if (names.size() > kMaxEnvironmentNames) {
    throw OptionError(std::to_string(names.size()) + " names are too many; at most " +
                      std::to_string(kMaxEnvironmentNames) + " are kept");
  }
  return names;
}

}  // namespace exectrail::recorder
