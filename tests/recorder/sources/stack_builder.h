// A new image's stack as the kernel lays it out, built from what it should say.
#pragma once

#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "recorder/sources/stack_tables.h"

namespace exectrail::test {

struct StackParts {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::string path = "/bin/program";
  bool secure = false;
  trace::Credentials credentials;
  bool is32Bit = false;
  std::size_t gapBytes = 0;   // between the tables and the strings
  std::uint64_t lowerBy = 0;  // the kernel takes a random number of pages
};

class BuiltStack {
 public:
  explicit BuiltStack(StackParts parts) : parts_(std::move(parts)) {
    const std::uint64_t top = (parts_.is32Bit ? 0xffffe000 : 0x7ffffffff000) - parts_.lowerBy;
    std::uint64_t strings = 8;  // the kernel leaves a null word at the top
    for (const auto& text : parts_.arguments) strings += text.size() + 1;
    for (const auto& text : parts_.environment) strings += text.size() + 1;
    strings += parts_.path.size() + 1;
    const std::uint64_t argvAt = top - strings;
    std::uint64_t at = argvAt;
    std::vector<std::uint64_t> words = {parts_.arguments.size()};
    std::string text;
    const auto place = [&](const std::string& string) {
      text += string + '\0';
      return std::exchange(at, at + string.size() + 1);
    };
    for (const auto& argument : parts_.arguments) words.push_back(place(argument));
    words.push_back(0);
    for (const auto& variable : parts_.environment) words.push_back(place(variable));
    words.push_back(0);
    const std::uint64_t path = place(parts_.path);
    const std::uint64_t random = argvAt - 32;
    for (const std::uint64_t word :
         {std::uint64_t{AT_PAGESZ}, std::uint64_t{4096}, std::uint64_t{AT_SECURE},
          std::uint64_t{parts_.secure}, std::uint64_t{AT_UID},
          std::uint64_t{parts_.credentials.realUid}, std::uint64_t{AT_EUID},
          std::uint64_t{parts_.credentials.effectiveUid}, std::uint64_t{AT_GID},
          std::uint64_t{parts_.credentials.realGid}, std::uint64_t{AT_EGID},
          std::uint64_t{parts_.credentials.effectiveGid}, std::uint64_t{AT_RANDOM}, random,
          std::uint64_t{AT_EXECFN}, path, std::uint64_t{AT_NULL}, std::uint64_t{0}}) {
      words.push_back(word);
    }
    tableBytes_ = words.size() * wordBytes();
    stackPointer_ = (argvAt - 32 - parts_.gapBytes - tableBytes_) & ~std::uint64_t{15};
    memory_.resize(static_cast<std::size_t>(top - stackPointer_));
    for (std::size_t i = 0; i < words.size(); ++i) setWord(i, words[i]);
    std::memcpy(memory_.data() + (argvAt - stackPointer_), text.data(), text.size());
    stringsAt_ = argvAt;
  }

  std::uint64_t wordBytes() const { return parts_.is32Bit ? 4 : 8; }
  std::uint64_t stackPointer() const { return stackPointer_; }
  std::uint64_t stringsAt() const { return stringsAt_; }
  std::size_t tableBytes() const { return tableBytes_; }
  std::vector<std::byte>& memory() { return memory_; }
  std::size_t size() const { return memory_.size(); }

  void setWord(std::size_t index, std::uint64_t word) {
    std::memcpy(memory_.data() + index * wordBytes(), &word, wordBytes());
  }

  recorder::StackDump dump(std::size_t bytes) const {
    return {stackPointer_, parts_.is32Bit,
            std::span(memory_).first(std::min(bytes, memory_.size()))};
  }

  // As process_vm_readv(2) would: as much of the range as there is.
  recorder::MemoryPiece read(const recorder::MemoryRange& range) const {
    const recorder::MemoryPiece all = {stackPointer_, memory_};
    const auto found = all.from(range.address);
    return {range.address, found.first(std::min<std::size_t>(found.size(), range.bytes))};
  }

 private:
  StackParts parts_;
  std::uint64_t stackPointer_ = 0;
  std::uint64_t stringsAt_ = 0;
  std::size_t tableBytes_ = 0;
  std::vector<std::byte> memory_;
};

}  // namespace exectrail::test
