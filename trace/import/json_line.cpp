#include "trace/import/json_line.h"

#include "trace/import/audit_event.h"

namespace exectrail::trace {
namespace {

constexpr int kMaxDepth = 8;

}  // namespace

nlohmann::json parseJsonLine(Bytes line) {
  bool tooDeep = false;
  nlohmann::json value = nlohmann::json::parse(
      line.begin(), line.end(),
      [&tooDeep](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        tooDeep = tooDeep || depth > kMaxDepth;
        return !tooDeep;  // what is deeper is not kept
      },
      false);
  return tooDeep ? nlohmann::json(nlohmann::json::value_t::discarded) : value;
}

const nlohmann::json* member(const nlohmann::json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::optional<std::string> stringMember(const nlohmann::json& object, const char* name) {
  const nlohmann::json* value = member(object, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

std::optional<std::int64_t> numberMember(const nlohmann::json& object, const char* name, int base) {
  const nlohmann::json* value = member(object, name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned()) {
    const auto number = value->get<std::uint64_t>();
    if (number > 0x7fffffffffffffffU) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value->is_number_integer()) return value->get<std::int64_t>();
  if (!value->is_string()) return std::nullopt;
  const std::string text = value->get<std::string>();
  Bytes digits = text;
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  if (digits.starts_with("0x") || digits.starts_with("0o")) digits.remove_prefix(2);
  std::uint64_t number = 0;
  if (!parseNumber(digits, base, number) || number > 0x7fffffffffffffffU) return std::nullopt;
  return negative ? -static_cast<std::int64_t>(number) : static_cast<std::int64_t>(number);
}

std::optional<std::uint32_t> idMember(const nlohmann::json& object, const char* name) {
  const auto number = numberMember(object, name);
  if (!number || *number < 0 || *number > 0xffffffff) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

}  // namespace exectrail::trace
