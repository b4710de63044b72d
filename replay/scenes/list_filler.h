// Arguments of an image: what single ones must be, what some must be, what all must be.
#pragma once

#include <map>
#include <set>
#include <string>

#include "replay/scenes/element.h"
#include "replay/scenes/fill.h"

namespace exectrail::replay {

class ListFiller {
 public:
  ListFiller(SceneImage& image, const Literals& literals) : image_(image), literals_(literals) {}

  // False: no arguments were found.
  bool run(const std::string& scriptAt);

 private:
  void sort(const Goal& goal);
  bool allowed(const std::string& argument, std::size_t index) const;
  bool numbered();
  bool universal();
  bool one(const Goal& goal);
  bool lengths();
  void addNeutral();

  SceneImage& image_;
  const Literals& literals_;
  std::map<std::size_t, Goals> byIndex_;
  std::set<std::size_t> fixed_;
  Goals some_, all_, alone_, lengths_;
};

}  // namespace exectrail::replay
