#include "trace/json/ecs.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "trace/readable.h"

namespace exectrail::trace {
namespace {

constexpr std::uint32_t kPermissionBits = 07777;

std::string octalMode(std::uint32_t mode) {
  std::string digits = "0000";
  mode &= kPermissionBits;
  for (std::size_t i = digits.size(); i-- > 0; mode >>= 3) {
    digits[i] = static_cast<char>('0' + (mode & 7));
  }
  return digits;
}

bool plain(char c) {
  constexpr std::string_view kOthers = "@%+=:,./-_";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
}

std::string quoted(Bytes argument) {
  if (!argument.empty() && std::all_of(argument.begin(), argument.end(), plain)) {
    return std::string(argument);
  }
  std::string text = "'";
  for (const char c : argument) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  return text + "'";
}

}  // namespace

Json imageJson(const std::string& prefix, const ImageView& from, const ClockReading& clock,
               TextWriter& writer) {
  Json image;
  if (from.entityId.empty()) return image;
  image = objectFor(16);
  image["entity_id"] = from.entityId;
  image["pid"] = from.id.tgid;
  if (from.id.startNs != 0) image["start"] = rfc3339(clock.toRealtimeNs(from.id.startNs));
  if (!from.name.empty()) image["name"] = writer.text(prefix + ".name", from.name);
  addText(image, "executable", prefix, from.executable, writer);
  addArguments(image, prefix, from.arguments, writer);
  addText(image, "working_directory", prefix, from.workingDirectory, writer);
  if (from.credentials.known()) {
    const Credentials& who = from.credentials.value;
    image["user"]["id"] = std::to_string(who.effectiveUid);
    image["group"]["id"] = std::to_string(who.effectiveGid);
    image["real_user"]["id"] = std::to_string(who.realUid);
    image["real_group"]["id"] = std::to_string(who.realGid);
  }
  return image;
}

Json userJson(const Field<Credentials>& credentials) {
  Json user;
  if (!credentials.known()) return user;
  const Credentials& who = credentials.value;
  user["id"] = std::to_string(who.realUid);
  user["group"]["id"] = std::to_string(who.realGid);
  user["effective"]["id"] = std::to_string(who.effectiveUid);
  user["effective"]["group"]["id"] = std::to_string(who.effectiveGid);
  return user;
}

Json hostJson(const Host& from, TextWriter& writer) {
  Json host = objectFor(8);
  if (!from.name.empty()) host["name"] = writer.text("host.name", from.name);
  if (!from.machineId.empty()) host["id"] = writer.text("host.id", from.machineId);
  if (!from.architecture.empty()) {
    host["architecture"] = writer.text("host.architecture", from.architecture);
  }
  host["os"]["type"] = "linux";
  if (!from.osName.empty()) host["os"]["full"] = writer.text("host.os.full", from.osName);
  if (!from.kernelRelease.empty()) {
    host["os"]["kernel"] = writer.text("host.os.kernel", from.kernelRelease);
  }
  host["boot"]["id"] = toString(from.bootId);
  return host;
}

Json gapJson(const Gap& from, const ClockReading& clock) {
  Json gap;
  gap["source"] = name(from.source);
  gap["from"] = rfc3339(clock.toRealtimeNs(from.fromNs));
  gap["to"] = rfc3339(clock.toRealtimeNs(from.toNs));
  if (from.lostEvents != 0) gap["lost_events"] = from.lostEvents;
  return gap;
}

void addFileFacts(Json& file, const FileFacts& facts) {
  file["device"] = std::to_string(facts.deviceMajor) + ":" + std::to_string(facts.deviceMinor);
  file["inode"] = std::to_string(facts.inode);
  file["uid"] = std::to_string(facts.uid);
  file["gid"] = std::to_string(facts.gid);
  file["mode"] = octalMode(facts.mode);
  file["size"] = facts.sizeBytes;
  file["ctime"] = rfc3339(facts.changeTimeNs);
}

void addLogin(Json& object, const Field<Login>& login) {
  if (!login.known() || login.value.uid == kLoginNotSet) return;
  object["login"]["user_id"] = std::to_string(login.value.uid);
  if (login.value.sessionId != kLoginNotSet) {
    object["login"]["session_id"] = login.value.sessionId;
  }
}

void addText(Json& object, const char* key, const std::string& prefix, const Field<Bytes>& field,
             TextWriter& writer) {
  if (field.known()) object[key] = writer.text(prefix + "." + key, field.value);
}

void addArguments(Json& object, const std::string& prefix, const Field<Arguments>& field,
                  TextWriter& writer) {
  if (!field.known()) return;
  object["args"] = writer.texts(prefix + ".args", field.value);
  if (!field.evidence.truncated()) object["args_count"] = field.value.size();
  // Its exact bytes are those of args.
  bool changed = false;
  object["command_line"] = validUtf8(commandLine(field.value), changed);
}

void addUnlessEmpty(Json& object, const char* key, Json value) {
  if (!value.empty()) object[key] = std::move(value);
}

std::string commandLine(const Arguments& arguments) {
  std::string line;
  for (const Bytes argument : arguments) line += (line.empty() ? "" : " ") + quoted(argument);
  return line;
}

std::string errorName(std::uint16_t errorNumber) {
  if (errorNumber == 0) return "ok";
  const char* text = ::strerrorname_np(errorNumber);
  return text != nullptr ? text : "error " + std::to_string(errorNumber);
}

}  // namespace exectrail::trace
