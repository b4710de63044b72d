// Names for names: the same text gets the same pseudonym wherever it stands, numbered in the order
// in which they are met. What a person chose (users, hosts, files below a home directory,
// arguments) is replaced, what a system brings (its paths, names of options, numbers of four
// digits) is not.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace exectrail::replay {

class Pseudonyms {
 public:
  // Words that stay as they are, wherever they stand alone.
  explicit Pseudonyms(const std::vector<std::string>& keep) : keep_(keep.begin(), keep.end()) {}

  void addUser(const std::string& name);
  void addHost(const std::string& name);

  // Notes the names below a home directory, so that they are known where they stand alone.
  void learnPath(std::string_view path);

  // What is relative from now on, is so to this directory. Below a home directory, and where it is
  // not known (empty), all names are somebody's own.
  void enter(std::string_view directory);

  std::string path(std::string_view text);
  std::string argument(std::string_view text, bool first);
  std::string variable(std::string_view nameAndValue);  // of the environment
  std::string comm(std::string_view name);
  std::string mountOptions(std::string_view options);

  // "NFS server:/export" and the like; devices stay.
  std::string mountSource(std::string_view source);

  std::size_t size() const { return names_.size(); }

 private:
  std::string pseudonym(const char* kind, const std::string& text);
  std::string component(const std::string& text);  // below a home directory
  std::string relative(std::string_view text, bool everything);

  bool inPrivateDirectory_ = false;
  std::set<std::string> keep_;
  std::map<std::string, std::string> known_;  // users and hosts
  std::set<std::string> private_;             // names below home directories
  std::map<std::string, std::string> names_;
  std::map<std::string, std::uint64_t> numbers_;  // by kind
};

}  // namespace exectrail::replay
