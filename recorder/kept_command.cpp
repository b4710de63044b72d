#include "recorder/kept_command.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "recorder/proc/proc_files.h"
#include "recorder/sources/stack_decoder.h"

namespace exectrail::recorder {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string bytes;
  for (const std::string& word : words) bytes.append(word).push_back('\0');
  return bytes;
}

// Also the part of a word at either end.
std::size_t addWords(std::string_view bytes, std::vector<std::string>& words) {
  std::vector<std::string> more = splitArguments(bytes);
  std::ranges::move(more, std::back_inserter(words));
  return more.size();
}

}  // namespace

KeptCommand keepCommand(const std::vector<std::string>& command) {
  const std::string bytes = joined(command);
  if (bytes.size() <= kArgumentHeadBytes + kArgumentTailBytes) return {command, ""};
  KeptCommand kept;
  const std::size_t head =
      addWords(std::string_view(bytes).substr(0, kArgumentHeadBytes), kept.words);
  const std::size_t tail =
      addWords(std::string_view(bytes).substr(bytes.size() - kArgumentTailBytes), kept.words);
  kept.note = "command: " + std::to_string(command.size()) + " words of " +
              std::to_string(bytes.size()) + " bytes; the first " + std::to_string(head) +
              " and the last " + std::to_string(tail) +
              " are kept, the words where it is cut in part";
  return kept;
}

}  // namespace exectrail::recorder
