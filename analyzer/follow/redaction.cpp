#include "analyzer/follow/redaction.h"

#include <re2/re2.h>

namespace exectrail::analyzer {
namespace {

constexpr const char* kRedacted = "[redacted]";

// Names of options and variables whose value is a secret.
#define SECRET_NAME                                                                    \
  "[A-Za-z0-9_-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|" \
  "private[_-]?key|credential)s?[A-Za-z0-9_-]*"

// In an argument: the first group stays, the second goes.
const std::vector<const char*>& patterns() {
  static const std::vector<const char*> kPatterns = {
      // --password=x, DB_PASSWORD=x, "token": "x", password: x
      "(?i)(" SECRET_NAME "[\"']?[=:][ \"']*)([^\\s\"'&;]+)",
      // Authorization: Bearer x, Proxy-Authorization: Basic x
      "(?i)(authorization:\\s*(?:[a-z]+\\s+)?)(\\S+)",
      // https://user:x@host
      "([a-zA-Z][a-zA-Z0-9+.-]*://[^\\s/:@]*:)([^\\s/@]+)@",
      // Keys whose form tells what they are: AWS, GitHub, Slack, JSON web tokens.
      "()(\\bAKIA[0-9A-Z]{16}\\b|\\bgh[pousr]_[A-Za-z0-9]{36,}|\\bxox[abprs]-[A-Za-z0-9-]{10,}"
      "|\\beyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+)"};
  return kPatterns;
}

struct Compiled {
  Compiled() : nextIsSecret("(?i)-{1,2}" SECRET_NAME) {
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);  // arguments are bytes
    for (const char* pattern : patterns()) all.push_back(std::make_unique<RE2>(pattern, options));
  }
  std::vector<std::unique_ptr<RE2>> all;
  RE2 nextIsSecret;  // an option whose value is the next argument
};

const Compiled& compiled() {
  static const Compiled kCompiled;
  return kCompiled;
}

std::string withoutSecrets(std::string text) {
  const auto& all = compiled().all;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string kept = std::string("\\1") + kRedacted + (i == 2 ? "@" : "");
    RE2::GlobalReplace(&text, *all[i], kept);
  }
  return text;
}

void redact(trace::Field<std::vector<std::string>>& arguments) {
  if (arguments.known()) arguments.value = redacted(arguments.value);
}

}  // namespace

#undef SECRET_NAME

std::vector<std::string> redacted(const std::vector<std::string>& arguments) {
  std::vector<std::string> clean;
  bool secret = false;
  for (const std::string& argument : arguments) {
    clean.push_back(secret ? kRedacted : withoutSecrets(argument));
    secret =
        !clean.empty() && clean.size() > 1 && RE2::FullMatch(argument, compiled().nextIsSecret);
  }
  return clean;
}

Alert redacted(const Alert& alert) {
  Alert clean = alert;
  for (ImageFacts* facts : {&clean.process, &clean.parent, &clean.previous}) {
    redact(facts->arguments);
  }
  redact(clean.attemptArguments);
  for (Reason& reason : clean.reasons) reason.because = withoutSecrets(reason.because);
  return clean;
}

}  // namespace exectrail::analyzer
