#include "trace/json/ecs.h"

#include <algorithm>
#include <array>
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

// What a shell takes as it is.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0; c < plain.size(); ++c) {
    plain.at(c) =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
  }
  for (const char c : std::string_view("@%+=:,./-_"))
    plain.at(static_cast<unsigned char>(c)) = true;
  return plain;
}();

bool isPlain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

void appendQuoted(std::string& line, Bytes argument) {
  if (!argument.empty() && std::all_of(argument.begin(), argument.end(), isPlain)) {
    line += argument;
    return;
  }
  line += '\'';
  for (const char c : argument) {
    if (c == '\'') {
      line += "'\\''";
    } else {
      line += c;
    }
  }
  line += '\'';
}

}  // namespace

JsonObject imageJson(std::string_view path, const ImageView& from, const ClockReading& clock,
                     TextWriter& writer, std::optional<std::uint64_t> argumentCount) {
  JsonObject image;
  if (from.entityId.empty()) return image;
  image.put("entity_id", from.entityId);
  image.put("pid", from.id.tgid);
  if (from.id.startNs != 0) image.put("start", rfc3339(clock.toRealtimeNs(from.id.startNs)));
  writer.putUnlessEmpty(image, path, "name", from.name);
  putText(image, path, "executable", from.executable, writer);
  putArguments(image, path, from.arguments, writer, argumentCount);
  putText(image, path, "working_directory", from.workingDirectory, writer);
  if (from.credentials.known()) {
    const Credentials& who = from.credentials.value;
    image.put("user", idJson(who.effectiveUid));
    image.put("group", idJson(who.effectiveGid));
    image.put("real_user", idJson(who.realUid));
    image.put("real_group", idJson(who.realGid));
  }
  return image;
}

JsonObject idJson(std::uint32_t id) { return {"id", std::to_string(id)}; }

JsonObject userJson(const Field<Credentials>& credentials) {
  JsonObject user;
  if (!credentials.known()) return user;
  const Credentials& who = credentials.value;
  user.put("id", std::to_string(who.realUid));
  user.put("group", idJson(who.realGid));
  JsonObject effective = idJson(who.effectiveUid);
  effective.put("group", idJson(who.effectiveGid));
  user.put("effective", effective);
  return user;
}

JsonObject hostJson(const Host& from, TextWriter& writer) {
  JsonObject host;
  writer.putUnlessEmpty(host, "host.", "name", from.name);
  writer.putUnlessEmpty(host, "host.", "id", from.machineId);
  writer.putUnlessEmpty(host, "host.", "architecture", from.architecture);
  JsonObject os("type", "linux");
  writer.putUnlessEmpty(os, "host.os.", "full", from.osName);
  writer.putUnlessEmpty(os, "host.os.", "kernel", from.kernelRelease);
  host.put("os", os);
  host.put("boot", JsonObject("id", toString(from.bootId)));
  return host;
}

JsonObject gapJson(const Gap& from, const ClockReading& clock) {
  JsonObject gap;
  gap.put("source", name(from.source));
  gap.put("from", rfc3339(clock.toRealtimeNs(from.fromNs)));
  gap.put("to", rfc3339(clock.toRealtimeNs(from.toNs)));
  if (from.lostEvents != 0) gap.put("lost_events", from.lostEvents);
  return gap;
}

void putFileFacts(JsonObject& file, const FileFacts& facts) {
  file.put("device", std::to_string(facts.deviceMajor) + ":" + std::to_string(facts.deviceMinor));
  file.put("inode", std::to_string(facts.inode));
  file.put("uid", std::to_string(facts.uid));
  file.put("gid", std::to_string(facts.gid));
  file.put("mode", octalMode(facts.mode));
  file.put("size", facts.sizeBytes);
  file.put("ctime", rfc3339(facts.changeTimeNs));
}

void putLogin(JsonObject& object, const Field<Login>& login) {
  if (!login.known() || login.value.uid == kLoginNotSet) return;
  JsonObject json("user_id", std::to_string(login.value.uid));
  if (login.value.sessionId != kLoginNotSet) json.put("session_id", login.value.sessionId);
  object.put("login", json);
}

void putText(JsonObject& object, std::string_view path, std::string_view name,
             const Field<Bytes>& field, TextWriter& writer) {
  if (field.known()) writer.put(object, path, name, field.value);
}

void putArguments(JsonObject& object, std::string_view path, const Field<Arguments>& field,
                  TextWriter& writer, std::optional<std::uint64_t> count) {
  if (!field.known()) return;
  writer.put(object, path, "args", field.value);
  if (!field.evidence.truncated()) object.put("args_count", count.value_or(field.value.size()));
  // Its exact bytes are those of args.
  object.put("command_line", commandLine(field.value));
}

std::string commandLine(const Arguments& arguments) {
  std::string line;
  for (const Bytes argument : arguments) {
    if (!line.empty()) line += ' ';
    appendQuoted(line, argument);
  }
  return line;
}

std::string errorName(std::uint16_t errorNumber) {
  if (errorNumber == 0) return "ok";
  const char* text = ::strerrorname_np(errorNumber);
  return text != nullptr ? text : "error " + std::to_string(errorNumber);
}

}  // namespace exectrail::trace
