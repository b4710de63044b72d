// JSON as it is written: objects and arrays are the text of what was put into them, in the order in
// which it was put, and nothing is kept besides. Built for each event, so built to be cheap: as a
// document of nodes an alert took several times the instructions.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace exectrail::trace {

class JsonArray;
class JsonObject;

// Append one value to `out`. What is not UTF-8 in a text becomes U+FFFD.
void appendJson(std::string& out, std::string_view text);
void appendJson(std::string& out, const JsonObject& object);
void appendJson(std::string& out, const JsonArray& array);

inline void appendJson(std::string& out, const std::string& text) {
  appendJson(out, std::string_view(text));
}

inline void appendJson(std::string& out, const char* text) {
  appendJson(out, std::string_view(text));
}

inline void appendJson(std::string& out, std::same_as<bool> auto value) {
  out += value ? "true" : "false";
}

template <std::integral Number>
requires(!std::same_as<Number, bool>) void appendJson(std::string& out, Number number) {
  out += std::to_string(number);
}

template <typename Entry>
void appendJson(std::string& out, const std::vector<Entry>& entries);

class JsonArray {
 public:
  template <typename Value>
  void add(const Value& value) {
    if (!entries_.empty()) entries_ += ',';
    appendJson(entries_, value);
  }

  bool empty() const { return entries_.empty(); }

 private:
  friend void appendJson(std::string& out, const JsonArray& array);

  std::string entries_;
};

class JsonObject {
 public:
  JsonObject() = default;

  // With one member.
  template <typename Value>
  JsonObject(std::string_view name, const Value& value) {
    put(name, value);
  }

  // No name may be put twice.
  template <typename Value>
  void put(std::string_view name, const Value& value) {
    begin(name);
    appendJson(members_, value);
  }

  // Of an object, an array or a list: unless it holds nothing.
  template <typename Value>
  void putUnlessEmpty(std::string_view name, const Value& value) {
    if (!value.empty()) put(name, value);
  }

  bool empty() const { return members_.empty(); }

  // With a newline.
  std::string line() const;

  // The same in ASCII: what is not, JSON escapes, so that no terminal takes it for a command.
  std::string asciiLine() const;

 private:
  friend void appendJson(std::string& out, const JsonObject& object);

  void begin(std::string_view name);

  std::string members_;
};

template <typename Entry>
void appendJson(std::string& out, const std::vector<Entry>& entries) {
  out += '[';
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) out += ',';
    appendJson(out, entries[i]);
  }
  out += ']';
}

}  // namespace exectrail::trace
