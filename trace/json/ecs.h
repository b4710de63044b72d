// The parts that alerts and records have in common, in the shape of the Elastic Common Schema 8.17:
// one name for one thing, whoever writes it. What is not known is absent.
#pragma once

#include <string>

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

// `prefix` is the name of the object, "process.parent": exact bytes are found by it.
Json imageJson(const std::string& prefix, const ImageView& image, const ClockReading& clock,
               TextWriter& writer);

// ECS `user`; empty if nothing is known.
Json userJson(const Field<Credentials>& credentials);

Json hostJson(const Host& host, TextWriter& writer);
Json gapJson(const Gap& gap, const ClockReading& clock);

// device, inode, uid … of ECS `file`.
void addFileFacts(Json& file, const FileFacts& facts);

// The login of audit, if there was one.
void addLogin(Json& object, const Field<Login>& login);

void addText(Json& object, const char* key, const std::string& prefix, const Field<Bytes>& field,
             TextWriter& writer);
void addArguments(Json& object, const std::string& prefix, const Field<Arguments>& field,
                  TextWriter& writer);
void addUnlessEmpty(Json& object, const char* key, Json value);

// Joined by spaces, with quotes where a shell would need them.
std::string commandLine(const Arguments& arguments);

// "ok", "EACCES", or the number if it has no name.
std::string errorName(std::uint16_t errorNumber);

}  // namespace exectrail::trace
