// Which executable mappings are worth a record.
#pragma once

#include <optional>

#include "recorder/assembly/process.h"
#include "recorder/events/event.h"
#include "trace/record.h"

namespace exectrail::recorder {

// A file in a folder where the system keeps its libraries. By its path alone: a bind mount over
// such a folder shows in the mount table.
bool isSystemLibrary(trace::Bytes path);

// A dynamic loader: what it maps next is the program it was given.
bool isLoader(trace::Bytes path);

// How many an image can have; the others are counted.
inline constexpr std::size_t kMostMappings = 256;

// The role of a mapping of the running image if it is worth a record and new; remembers it.
std::optional<trace::MappingRole> noteMapping(MappedFiles& files, const MapEvent& map);

}  // namespace exectrail::recorder
