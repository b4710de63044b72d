// JSON as it is written: objects and arrays are the text of what was put into them, in the order in
// which it was put, and nothing is kept besides. Built for each event, so built to be cheap: as a
// document of nodes an alert took several times the instructions.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "trace/json/buffer.h"

namespace exectrail::trace {

class JsonArray;
class JsonObject;

// Append one value to `out`. What is not UTF-8 in a text becomes U+FFFD.
void appendJson(JsonBuffer& out, std::string_view text);
void appendJson(JsonBuffer& out, const JsonObject& object);
void appendJson(JsonBuffer& out, const JsonArray& array);

inline void appendJson(JsonBuffer& out, const std::string& text) {
  appendJson(out, std::string_view(text));
}

inline void appendJson(JsonBuffer& out, const char* text) {
  appendJson(out, std::string_view(text));
}

inline void appendJson(JsonBuffer& out, std::same_as<bool> auto value) {
  out.append(std::string_view(value ? "true" : "false"));
}

template <std::integral Number>
requires(!std::same_as<Number, bool>) void appendJson(JsonBuffer& out, Number number) {
  out.append(number);
}

template <typename Entry>
void appendJson(JsonBuffer& out, const std::vector<Entry>& entries);

class JsonArray {
 public:
  template <typename Value>
  void add(const Value& value) {
    if (!entries_.empty()) entries_.append(',');
    appendJson(entries_, value);
  }

  bool empty() const { return entries_.empty(); }

 private:
  friend void appendJson(JsonBuffer& out, const JsonArray& array);

  JsonBuffer entries_;
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
  friend void appendJson(JsonBuffer& out, const JsonObject& object);

  void begin(std::string_view name);

  JsonBuffer members_;
};

template <typename Entry>
void appendJson(JsonBuffer& out, const std::vector<Entry>& entries) {
  out.append('[');
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) out.append(',');
    appendJson(out, entries[i]);
  }
  out.append(']');
}

// One value by itself.
template <typename Value>
std::string toJson(const Value& value) {
  JsonBuffer text;
  appendJson(text, value);
  return std::string(text.view());
}

}  // namespace exectrail::trace
