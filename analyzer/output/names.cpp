#include "analyzer/output/names.h"

#include <cstring>

namespace exectrail::analyzer {
namespace {

// Documentation/admin-guide/devices.txt of the kernel: 136 to 143 are the slaves of Unix98 ptys.
constexpr std::uint32_t kFirstPty = 136;
constexpr std::uint32_t kLastPty = 143;
constexpr std::uint32_t kTtyMajor = 4;
constexpr std::uint32_t kFirstSerial = 64;  // minor
constexpr std::uint32_t kMinors = 256;      // of each of those majors

bool isUnit(std::string_view part) {
  for (const std::string_view suffix : {".service", ".scope", ".slice"}) {
    if (part.size() > suffix.size() && part.ends_with(suffix)) return true;
  }
  return false;
}

}  // namespace

std::string_view userName(const trace::Host& host, std::uint32_t uid) {
  for (const trace::User& user : host.users) {
    if (user.uid == uid) return user.name;
  }
  return uid == 0 ? "root" : "";
}

std::string userText(const trace::Host& host, std::uint32_t uid) {
  const std::string_view name = userName(host, uid);
  if (name.empty()) return "uid " + std::to_string(uid);
  return std::string(name) + "(" + std::to_string(uid) + ")";
}

// tty_nr, proc(5): the major number in bits 15 to 8, the minor in 31 to 20 and 7 to 0.
std::string terminalName(std::uint32_t device) {
  if (device == 0) return {};
  const std::uint32_t major = (device >> 8) & 0xfff;
  const std::uint32_t minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  if (major >= kFirstPty && major <= kLastPty) {
    return "pts/" + std::to_string((major - kFirstPty) * kMinors + minor);
  }
  if (major == kTtyMajor && minor < kFirstSerial) return "tty" + std::to_string(minor);
  if (major == kTtyMajor) return "ttyS" + std::to_string(minor - kFirstSerial);
  return "terminal " + std::to_string(major) + ":" + std::to_string(minor);
}

std::string_view unitOf(std::string_view cgroup) {
  for (std::string_view rest = cgroup; !rest.empty();) {
    const std::size_t slash = rest.rfind('/');
    const std::string_view part = slash == std::string_view::npos ? rest : rest.substr(slash + 1);
    if (isUnit(part)) return part;
    if (slash == std::string_view::npos) break;
    rest = rest.substr(0, slash);
  }
  return cgroup == "/" ? "" : cgroup;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 0xf];
  }
  return text;
}

std::string errorText(std::uint16_t errorNumber) {
  const char* text = ::strerrordesc_np(errorNumber);
  return text != nullptr ? text : "Unknown error " + std::to_string(errorNumber);
}

}  // namespace exectrail::analyzer
