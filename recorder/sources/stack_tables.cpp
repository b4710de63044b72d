#include "recorder/sources/stack_tables.h"

#include <elf.h>

#include <algorithm>
#include <cstring>

namespace exectrail::recorder {
namespace {

constexpr std::uint64_t kMaxAnchorBytes = 4096;

class Words {
 public:
  Words(std::span<const std::byte> bytes, std::uint64_t wordBytes)
      : bytes_(bytes), wordBytes_(wordBytes) {}

  std::uint64_t count() const { return bytes_.size() / wordBytes_; }

  std::uint64_t at(std::uint64_t index) const {
    const std::byte* from = bytes_.data() + index * wordBytes_;
    if (wordBytes_ == 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, from, sizeof word);
      return word;
    }
    std::uint32_t word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
  }

 private:
  std::span<const std::byte> bytes_;
  std::uint64_t wordBytes_;
};

// `words` starts at envp's first pointer, which stands at `address`.
void readBehindArgv(const Words& words, std::uint64_t address, std::uint64_t wordBytes,
                    StackTables& tables) {
  std::uint64_t index = 0;
  if (words.count() > 0) tables.envpBegin = words.at(0);
  while (index < words.count() && words.at(index) != 0) ++index;
  ++index;  // envp's NULL
  StackTables found;
  trace::Credentials ids;
  unsigned idsFound = 0;
  const auto id = [&idsFound](std::uint64_t value) {
    ++idsFound;
    return static_cast<std::uint32_t>(value);
  };
  for (; index + 1 < words.count(); index += 2) {
    const std::uint64_t value = words.at(index + 1);
    switch (words.at(index)) {
      case AT_UID:
        ids.realUid = id(value);
        break;
      case AT_EUID:
        ids.effectiveUid = id(value);
        break;
      case AT_GID:
        ids.realGid = id(value);
        break;
      case AT_EGID:
        ids.effectiveGid = id(value);
        break;
      case AT_SECURE:
        found.secure = value != 0;
        break;
      case AT_EXECFN:
        found.pathAddress = value;
        break;
      case AT_RANDOM:
        found.randomAddress = value;
        break;
      case AT_NULL:
        tables.secure = found.secure;
        if (idsFound == 4) tables.credentials = ids;
        tables.pathAddress = found.pathAddress;
        tables.randomAddress = found.randomAddress;
        tables.end = address + (index + 2) * wordBytes;
        return;
      default:
        break;
    }
  }
}

bool holdsPair(const Words& words, std::uint64_t first, std::uint64_t second) {
  for (std::uint64_t i = 0; i + 1 < words.count(); ++i) {
    if (words.at(i) == first && words.at(i + 1) == second) return true;
  }
  return false;
}

}  // namespace

std::span<const std::byte> MemoryPiece::from(std::uint64_t at) const {
  if (at < address || at - address >= bytes.size()) return {};
  return bytes.subspan(static_cast<std::size_t>(at - address));
}

StackTables readStackTables(const StackDump& dump, std::span<const MemoryPiece> pieces) {
  StackTables tables;
  const std::uint64_t wordBytes = dump.wordBytes();
  const Words words(dump.bytes, wordBytes);
  if (words.count() == 0) return tables;
  tables.argc = words.at(0);
  const std::uint64_t argvAt = dump.stackPointer + wordBytes;
  const std::uint64_t envpAt = argvAt + (*tables.argc + 1) * wordBytes;
  const auto look = [&](const MemoryPiece& piece) {
    const Words argv(piece.from(argvAt), wordBytes);
    if (!tables.argvBegin && argv.count() > 0) tables.argvBegin = argv.at(0);
    // From the start where an earlier piece ended within: this one may hold all of it.
    const Words envp(piece.from(envpAt), wordBytes);
    if (tables.end == 0) readBehindArgv(envp, envpAt, wordBytes, tables);
  };
  look({dump.stackPointer, dump.bytes});
  for (const MemoryPiece& piece : pieces) look(piece);
  return tables;
}

MemoryRange stackAnchor(const StackDump& dump) {
  std::uint64_t bytes = dump.bytes.size();
  const StackTables tables = readStackTables(dump, {});
  if (tables.end != 0) bytes = std::min(bytes, tables.end - dump.stackPointer);
  return {dump.stackPointer, std::min(bytes, kMaxAnchorBytes)};
}

bool isSameStack(const StackDump& dump, std::span<const std::byte> anchor) {
  if (anchor.empty() || anchor.size() != stackAnchor(dump).bytes) return false;
  if (std::memcmp(anchor.data(), dump.bytes.data(), anchor.size()) == 0) return true;
  const StackTables tables = readStackTables(dump, {});
  if (tables.randomAddress == 0 || tables.pathAddress == 0) return false;
  const Words now(anchor, dump.wordBytes());
  return holdsPair(now, AT_RANDOM, tables.randomAddress) &&
         holdsPair(now, AT_EXECFN, tables.pathAddress);
}

}  // namespace exectrail::recorder
