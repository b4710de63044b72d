#include "analyzer/engine/keys.h"

#include <sodium.h>

#include <algorithm>

#include "analyzer/engine/value.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMaxElements = 16;

}  // namespace

// BLAKE2b over each text, in front of which stands its size.
Key keyOf(const std::vector<std::string>& texts) {
  crypto_generichash_state state;
  Key key;
  crypto_generichash_init(&state, nullptr, 0, key.size());
  const auto add = [&](const void* data, std::size_t size) {
    crypto_generichash_update(&state, static_cast<const unsigned char*>(data), size);
  };
  for (const std::string& text : texts) {
    const std::uint64_t size = text.size();
    add(&size, sizeof size);
    add(text.data(), text.size());
  }
  crypto_generichash_final(&state, key.data(), key.size());
  return key;
}

std::vector<KeyedValues> keysOf(const std::vector<KeyField>& fields, const Judged& judged,
                                std::string_view className, OnUnknown onUnknown) {
  std::vector<std::string> texts;
  std::vector<std::string> elements;
  std::size_t listAt = fields.size();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Value value = valueOf(fields[i].ref, judged, className, {});
    if (!value.known()) {
      if (onUnknown == OnUnknown::kNothing) return {};
      texts.emplace_back(value.state == Value::State::kAbsent ? "-" : "?");
    } else if (value.isList && onUnknown == OnUnknown::kNothing) {
      listAt = i;
      for (std::size_t at = 0; at < std::min(value.list.size(), kMaxElements); ++at) {
        elements.emplace_back(value.list[at]);
      }
      texts.emplace_back();
    } else if (value.isList) {
      // As one value: the elements with their sizes cannot be mistaken for others.
      std::string all;
      for (const std::string_view element : value.list) {
        all.append(std::to_string(element.size())).append(":").append(element);
      }
      texts.push_back(std::move(all));
    } else if (fields[i].type == Type::kNumber || fields[i].type == Type::kBoolean) {
      texts.push_back(std::to_string(value.number));
    } else {
      texts.emplace_back(value.text);
    }
  }
  if (listAt == fields.size()) {
    Key key = keyOf(texts);
    return {{key, std::move(texts)}};
  }
  std::vector<KeyedValues> keys;
  for (const std::string& element : elements) {
    texts[listAt] = element;
    keys.push_back({keyOf(texts), texts});
  }
  return keys;
}

}  // namespace exectrail::analyzer
