// What can stand after an option of `exectrail record`: times, sizes, lists. Nothing if the text is
// none of these, or an OptionError with a text for the person who typed it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "recorder/output/retention.h"
#include "trace/daemon/quantity.h"
#include "trace/record.h"

namespace exectrail::recorder {

// The text goes on from "--option: ".
class OptionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

using trace::parseDuration;
using trace::parseSize;

// "64M,1h": a segment's size and time, either of which may be left out. Sets those that are there.
// Throws OptionError.
void parseRotate(const std::string& text, std::uint64_t& bytes, std::chrono::nanoseconds& time);

// "age=30d,size=20G,free=5%", any of them, or "all": nothing is ever removed. Throws OptionError.
Retention parseRetention(const std::string& text);

// "noteworthy", "all", "none". Throws OptionError.
trace::FailedPolicy parseFailed(const std::string& text);

// "auto": no names; else the named sources, each once, in the order of trace::Source. Throws
// OptionError that says which exist.
std::vector<trace::Source> parseSources(const std::string& text);

// Variables of the environment that change what a program does before its own code has a say.
const std::vector<std::string>& defaultEnvironmentNames();

// "A,B": these instead of the default ones; "+A,+B": these as well; "none": none at all. Throws
// OptionError.
std::vector<std::string> parseEnvironmentNames(const std::string& text);

}  // namespace exectrail::recorder
