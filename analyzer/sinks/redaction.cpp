#include "analyzer/sinks/redaction.h"

#include <re2/re2.h>

namespace exectrail::analyzer {
namespace {

constexpr const char* kRedacted = "[redacted]";
constexpr std::size_t kMostPattern = 1000;

// Names of options and variables whose value is a secret.
#define SECRET_NAME                                                                    \
  "[A-Za-z0-9_-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|" \
  "private[_-]?key|credential)s?[A-Za-z0-9_-]*"

// In an argument: what the group matches goes, or all, if there is none.
constexpr const char* kPatterns[] = {
    // --password=x, DB_PASSWORD=x, "token": "x", password: x
    "(?i)" SECRET_NAME "[\"']?[=:][ \"']*([^\\s\"'&;]+)",
    // Authorization: Bearer x, Proxy-Authorization: Basic x
    "(?i)authorization:\\s*(?:[a-z]+\\s+)?(\\S+)",
    // https://user:x@host
    "[a-zA-Z][a-zA-Z0-9+.-]*://[^\\s/:@]*:([^\\s/@]+)@",
    // Keys whose form tells what they are: AWS, GitHub, Slack, JSON web tokens.
    "\\bAKIA[0-9A-Z]{16}\\b", "\\bgh[pousr]_[A-Za-z0-9]{36,}", "\\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "\\beyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+"};

constexpr const char* kNextIsSecret = "(?i)-{1,2}" SECRET_NAME;

#undef SECRET_NAME

RE2::Options ofBytes() {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);  // arguments are bytes
  options.set_log_errors(false);
  return options;
}

void takeOut(std::string& text, const RE2& pattern) {
  const int group = pattern.NumberOfCapturingGroups() > 0 ? 1 : 0;
  std::string clean;
  std::size_t copied = 0;
  re2::StringPiece found[2];
  for (std::size_t at = 0; at <= text.size() && pattern.Match(text, at, text.size(),
                                                              RE2::UNANCHORED, found, group + 1);) {
    const auto end = static_cast<std::size_t>(found[0].data() + found[0].size() - text.data());
    const re2::StringPiece& secret = found[group];
    if (!secret.empty()) {
      const auto begin = static_cast<std::size_t>(secret.data() - text.data());
      clean.append(text, copied, begin - copied).append(kRedacted);
      copied = begin + secret.size();
    }
    at = std::max(end, at + 1);
  }
  if (copied != 0) text = clean.append(text, copied);
}

}  // namespace

struct Redaction::Compiled {
  std::vector<std::unique_ptr<RE2>> all;
  RE2 nextIsSecret{kNextIsSecret, ofBytes()};  // an option whose value is the next argument

  std::string clean(std::string text) const {
    for (const auto& pattern : all) takeOut(text, *pattern);
    return text;
  }
};

std::optional<std::string> faultOfSecret(const std::string& pattern) {
  if (pattern.empty() || pattern.size() > kMostPattern) {
    return "a pattern has 1 to " + std::to_string(kMostPattern) + " bytes";
  }
  const RE2 compiled(pattern, ofBytes());
  if (!compiled.ok()) return compiled.error();
  // What matches nothing at all matches everywhere.
  if (RE2::FullMatch("", compiled)) return "it matches what is empty";
  return std::nullopt;
}

Redaction::Redaction(const std::vector<std::string>& patterns) {
  auto compiled = std::make_unique<Compiled>();
  for (const char* pattern : kPatterns) {
    compiled->all.push_back(std::make_unique<RE2>(pattern, ofBytes()));
  }
  for (const std::string& pattern : patterns) {
    compiled->all.push_back(std::make_unique<RE2>(pattern, ofBytes()));
  }
  compiled_ = std::move(compiled);
}

Redaction::~Redaction() = default;

std::vector<std::string> Redaction::of(const std::vector<std::string>& arguments) const {
  std::vector<std::string> clean;
  bool secret = false;
  for (const std::string& argument : arguments) {
    clean.push_back(secret ? kRedacted : compiled_->clean(argument));
    secret = clean.size() > 1 && RE2::FullMatch(argument, compiled_->nextIsSecret);
  }
  return clean;
}

Alert Redaction::of(const Alert& alert) const {
  Alert clean = alert;
  for (ImageFacts* facts : {&clean.process, &clean.parent, &clean.previous}) {
    if (facts->arguments.known()) facts->arguments.value = of(facts->arguments.value);
  }
  if (clean.attemptArguments.known()) {
    clean.attemptArguments.value = of(clean.attemptArguments.value);
  }
  for (Reason& reason : clean.reasons) reason.because = compiled_->clean(reason.because);
  return clean;
}

}  // namespace exectrail::analyzer
