#include "recorder/proc/proc_files.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "trace/file_descriptor.h"

namespace exectrail::recorder {

ReadResult readFileAt(int directory, const char* file, std::size_t limit) {
  ReadResult result;
  const FileDescriptor fd(::openat(directory, file, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    result.errorNumber = errno;
    return result;
  }
  constexpr std::size_t kStep = 4096;
  std::size_t held = 0;
  // One byte more than the limit tells whether there is more.
  while (held <= limit) {
    const std::size_t wanted = std::min(kStep, limit + 1 - held);
    result.bytes.resize(held + wanted);
    const ssize_t got = ::read(fd.get(), result.bytes.data() + held, wanted);
    if (got < 0) {
      if (errno == EINTR) continue;
      result.errorNumber = errno;
      held = 0;
      break;
    }
    if (got == 0) break;
    held += static_cast<std::size_t>(got);
  }
  result.truncated = held > limit;
  result.bytes.resize(std::min(held, limit));
  return result;
}

ReadResult readLinkAt(int directory, const char* link) {
  ReadResult result;
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlinkat(directory, link, target.data(), target.size());
  if (length < 0) {
    result.errorNumber = errno;
    return result;
  }
  result.bytes.assign(target.data(), static_cast<std::size_t>(length));
  result.truncated = result.bytes.size() == target.size();
  return result;
}

std::optional<std::uint64_t> parseNumber(std::string_view text) {
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

namespace {

std::vector<std::string_view> splitWords(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = text.find_first_not_of(" \t\n");
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const auto length = std::min(text.find_first_of(" \t\n"), text.size());
    words.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

std::uint32_t narrow(std::optional<std::uint64_t> number) {
  return static_cast<std::uint32_t>(number.value_or(0));
}

}  // namespace

std::optional<ProcStat> parseStat(std::string_view text) {
  // The name may hold spaces and parentheses: it ends at the last one.
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  const auto words = splitWords(text.substr(close + 1));
  // Field 3 of the manual page (state) is words[0].
  constexpr std::size_t kState = 0;
  constexpr std::size_t kParent = 1;
  constexpr std::size_t kSession = 3;
  constexpr std::size_t kTerminal = 4;
  constexpr std::size_t kStart = 19;
  constexpr std::size_t kArgumentsBegin = 45;
  constexpr std::size_t kArgumentsEnd = 46;
  if (words.size() <= kStart || words[kState].size() != 1) return std::nullopt;
  const auto start = parseNumber(words[kStart]);
  if (!start) return std::nullopt;
  ProcStat stat;
  stat.comm = text.substr(open + 1, close - open - 1);
  stat.state = words[kState][0];
  stat.parentPid = narrow(parseNumber(words[kParent]));
  stat.sessionId = narrow(parseNumber(words[kSession]));
  stat.terminal = narrow(parseNumber(words[kTerminal]));
  stat.startTicks = *start;
  if (words.size() > kArgumentsEnd) {
    stat.argumentsBegin = parseNumber(words[kArgumentsBegin]).value_or(0);
    stat.argumentsEnd = parseNumber(words[kArgumentsEnd]).value_or(0);
  }
  return stat;
}

std::optional<ProcStatus> parseStatus(std::string_view text) {
  ProcStatus status;
  int found = 0;
  while (!text.empty()) {
    const auto length = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    const auto words = splitWords(line);
    if (words.size() >= 2 && words[0] == "Tgid:") {
      status.tgid = narrow(parseNumber(words[1]));
      ++found;
    } else if (words.size() == 5 && words[0] == "Uid:") {
      status.credentials.realUid = narrow(parseNumber(words[1]));
      status.credentials.effectiveUid = narrow(parseNumber(words[2]));
      ++found;
    } else if (words.size() == 5 && words[0] == "Gid:") {
      status.credentials.realGid = narrow(parseNumber(words[1]));
      status.credentials.effectiveGid = narrow(parseNumber(words[2]));
      ++found;
    }
  }
  if (found != 3) return std::nullopt;
  return status;
}

std::vector<std::string> splitArguments(std::string_view bytes) {
  std::vector<std::string> arguments;
  while (!bytes.empty()) {
    const auto length = std::min(bytes.find('\0'), bytes.size());
    arguments.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(std::min(length + 1, bytes.size()));
  }
  return arguments;
}

}  // namespace exectrail::recorder
