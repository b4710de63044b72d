// Text from bytes of any encoding: JSON text must be UTF-8, and the exact bytes must not be lost.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "trace/json/text.h"

namespace exectrail::trace {

// Puts texts into objects, and collects the exact bytes of what UTF-8 could not hold.
class TextWriter {
 public:
  // `path` leads to `object` from the outermost one and ends with a point, "process.parent."; it is
  // empty for the outermost itself. Exact bytes are found under it and `name`.
  void put(JsonObject& object, std::string_view path, std::string_view name,
           std::string_view bytes);
  void put(JsonObject& object, std::string_view path, std::string_view name,
           const std::vector<std::string_view>& list);
  void put(JsonObject& object, std::string_view path, std::string_view name,
           const std::vector<std::string>& list);

  // The same, unless there is nothing to put.
  template <typename Texts>
  void putUnlessEmpty(JsonObject& object, std::string_view path, std::string_view name,
                      const Texts& texts) {
    if (!texts.empty()) put(object, path, name, texts);
  }

  // For each text that was changed `prefix`, path and name: base64 of its bytes, or a list of that.
  void putExactBytes(JsonObject& object, const std::string& prefix = "") const;

  // The same, all of it as a member of this name, if there is any.
  void putExactBytesAs(JsonObject& object, std::string_view name) const;

 private:
  struct Exact {
    std::string field;
    std::vector<std::string> base64;
    bool list;
  };

  void keep(std::string_view path, std::string_view name, const std::vector<std::string_view>& list,
            bool isList);

  std::vector<Exact> exact_;
};

}  // namespace exectrail::trace
