// Takes secrets out of arguments before an alert leaves the host: `--password=x`, `-H
// 'Authorization: Bearer x'`, `https://user:x@host`. What was taken out shows as "[redacted]";
// names stay.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/engine/alert.h"

namespace exectrail::analyzer {

// Null if it can be used as such a pattern, else what is wrong with it.
std::optional<std::string> faultOfSecret(const std::string& pattern);

class Redaction {
 public:
  // `patterns`, in the syntax of RE2, besides ours (docs/operations.md has them): what their first
  // group matches is taken out, or all, if there is none. They are sound.
  explicit Redaction(const std::vector<std::string>& patterns = {});
  ~Redaction();
  Redaction(const Redaction&) = delete;
  Redaction& operator=(const Redaction&) = delete;

  // The arguments, each without what looks like a secret; one that follows an option whose name
  // says that it is one goes whole.
  std::vector<std::string> of(const std::vector<std::string>& arguments) const;

  // A copy without secrets in any of its command lines, and in the values that decided.
  Alert of(const Alert& alert) const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace exectrail::analyzer
