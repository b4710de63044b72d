// JSON that is written as text against nlohmann's, which reads and writes it as well.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "trace/json/value.h"

namespace exectrail {
namespace {

using Expected = nlohmann::ordered_json;

// Bytes of which many are special: controls, quotes, and parts of characters of several bytes.
std::string hostileText(std::mt19937& random) {
  static const std::vector<std::string> kParts = {
      "plain text", "\"", "\\", "/", std::string(1, '\0'), "\x1f", "\n", "\b", "\x7f", "\xc2\x9b",
      "é", "\xe2\x80\xae", "\xed\x9f\xbf", "\xee\x80\x80", "\xf0\x9f\x92\xa9", "\xf4\x8f\xbf\xbf",
      // No UTF-8: cut, overlong, a surrogate, beyond the last character.
      "\xe2\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"};
  std::string text;
  for (std::size_t n = random() % 12; n > 0; --n) text += kParts[random() % kParts.size()];
  return text;
}

std::string dumped(const Expected& json, bool ascii) {
  return json.dump(-1, ' ', ascii, Expected::error_handler_t::replace) + "\n";
}

// As nlohmann reads it: what is not UTF-8 has been replaced, which a test of its own is about.
std::string read(const std::string& text) {
  return nlohmann::json::parse(trace::JsonObject("t", text).line())["t"];
}

TEST(JsonText, IsWhatNlohmannWrites) {
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    const std::string name = "n" + std::to_string(i), text = hostileText(random);
    const std::vector<std::string> list = {hostileText(random), hostileText(random)};
    trace::JsonObject inner(name, text);
    inner.put("list", list);
    inner.put("none", trace::JsonArray());
    trace::JsonObject json("inner", inner);
    json.put("empty", trace::JsonObject());
    json.put("least", std::int64_t{INT64_MIN});
    json.put("most", std::uint64_t{UINT64_MAX});
    json.put("small", std::uint8_t{7});
    json.put("true", true);
    Expected expected;
    expected["inner"][name] = read(text);
    expected["inner"]["list"] = Expected::array();
    for (const std::string& each : list) expected["inner"]["list"].push_back(read(each));
    expected["inner"]["none"] = Expected::array();
    expected["empty"] = Expected::object();
    expected["least"] = INT64_MIN;
    expected["most"] = UINT64_MAX;
    expected["small"] = 7;
    expected["true"] = true;
    ASSERT_EQ(json.line(), dumped(expected, false));
    ASSERT_EQ(json.asciiLine(), dumped(expected, true));
    const auto printable = [](char c) { return c == '\n' || (c >= ' ' && c < 0x7f); };
    ASSERT_TRUE(std::ranges::all_of(json.asciiLine(), printable));
  }
}

TEST(JsonText, EachByteThatIsNoUtf8IsOneReplacement) {
  trace::JsonObject json;
  trace::TextWriter writer;
  writer.put(json, "a.", "b", "x\xe2\x80y\xff");
  writer.put(json, "a.", "list", std::vector<std::string>{"fine", "\xff"});
  writer.put(json, "a.", "fine", "\xc3\xa9");
  writer.putExactBytesAs(json, "bytes");
  EXPECT_EQ(nlohmann::json::parse(json.line()),
            nlohmann::json::parse(R"({"b": "x\ufffd\ufffdy\ufffd", "list": ["fine", "\ufffd"],
                "fine": "\u00e9", "bytes": {"a.b": "eOKAef8=", "a.list": ["ZmluZQ==", "/w=="]}})"));
}

TEST(JsonText, NothingChangedLeavesNoExactBytes) {
  trace::JsonObject json;
  trace::TextWriter writer;
  writer.put(json, "", "a", "fine");
  writer.putExactBytesAs(json, "bytes");
  EXPECT_EQ(json.line(), "{\"a\":\"fine\"}\n");
}

}  // namespace
}  // namespace exectrail
