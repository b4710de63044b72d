// The parts that alerts and records have in common, in the shape of the Elastic Common Schema 8.17:
// one name for one thing, whoever writes it. What is not known is absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "trace/json/value.h"
#include "trace/metadata.h"

namespace exectrail::trace {

inline constexpr const char* kEcsVersion = "8.17.0";

// What there is to tell about a process image.
struct ImageView {
  ImageId id;
  std::string entityId;
  std::string name;  // to be shown; empty: not known
  Field<Bytes> executable;
  Field<Arguments> arguments;
  Field<Bytes> workingDirectory;
  Field<Credentials> credentials;
};

// `path` is that of the object, "process.parent.": exact bytes are found by it. Empty if there is
// no such image. `argumentCount` counts if the arguments are all there.
JsonObject imageJson(std::string_view path, const ImageView& image, const ClockReading& clock,
                     TextWriter& writer, std::optional<std::uint64_t> argumentCount = {});

// {"id": "0"}
JsonObject idJson(std::uint32_t id);

// ECS `user`; empty if nothing is known.
JsonObject userJson(const Field<Credentials>& credentials);

JsonObject hostJson(const Host& host, TextWriter& writer);
JsonObject gapJson(const Gap& gap, const ClockReading& clock);

// device, inode, uid … of ECS `file`.
void putFileFacts(JsonObject& file, const FileFacts& facts);

// The login of audit, if there was one.
void putLogin(JsonObject& object, const Field<Login>& login);

void putText(JsonObject& object, std::string_view path, std::string_view name,
             const Field<Bytes>& field, TextWriter& writer);
void putArguments(JsonObject& object, std::string_view path, const Field<Arguments>& field,
                  TextWriter& writer, std::optional<std::uint64_t> count = {});

// Joined by spaces, with quotes where a shell would need them.
std::string commandLine(const Arguments& arguments);

// "ok", "EACCES", or the number if it has no name.
std::string errorName(std::uint16_t errorNumber);

}  // namespace exectrail::trace
