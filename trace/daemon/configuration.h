// A configuration file as words of a command line, so that an option means the same in both and is
// checked by the same code: "rotate: 64M,1h" is `--rotate 64M,1h`.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace exectrail::trace {

// "FILE:LINE:COLUMN: what is wrong", for the person who wrote the file.
class ConfigurationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

//   name: value            --name=value
//   name: [a, b]           --name=a --name=b
//   name: true             --name
//   name: false, or none   nothing
//
// Throws EnvironmentError if the file cannot be read, ConfigurationError if it is not one map of
// names to plain values and lists of them, has a name twice, or one that is "config" or not an
// option's.
std::vector<std::string> configurationWords(const std::string& path);

// Replaces `--config FILE` or `--config=FILE` in `words` by the words of FILE, but for options that
// `words` have themselves. `shortNames` are other names of options: {"-o", "--output"}.
std::vector<std::string> withConfiguration(
    const std::vector<std::string>& words,
    const std::map<std::string, std::string>& shortNames = {});

}  // namespace exectrail::trace
