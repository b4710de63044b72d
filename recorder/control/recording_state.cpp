#include "recorder/control/recording_state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "recorder/proc/proc_files.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_descriptor.h"

namespace exectrail::recorder {
namespace {

using nlohmann::json;

constexpr std::string_view kSuffix = ".json";
constexpr std::size_t kMaxFile = std::size_t{1} << 20;

// Paths are bytes: JSON holds them as Latin-1, each byte a character, and gets them back unharmed.
std::string toText(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | byte >> 6);
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

std::string toBytes(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xfe) == 0xc2 && i + 1 < text.size()) {
      bytes += static_cast<char>((byte & 3) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f));
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

json encode(const RecordingState& state) {
  json out = {{"id", state.id},
              {"pid", state.owner.pid},
              {"start_ticks", state.owner.startTicks},
              {"output", toText(state.output)},
              {"flight", state.flight},
              {"dumps", state.dumps},
              {"last_dump", toText(state.lastDump)},
              {"last_dump_written", state.lastDumpWritten},
              {"summary", toText(state.summary)},
              {"messages", json::array()}};
  for (const std::string& message : state.messages) out["messages"].push_back(toText(message));
  if (state.status) out["status"] = *state.status;
  return out;
}

RecordingState decode(const json& in) {
  RecordingState state;
  state.id = in.at("id").get<std::string>();
  state.owner.pid = in.at("pid").get<std::int32_t>();
  state.owner.startTicks = in.at("start_ticks").get<std::uint64_t>();
  state.output = toBytes(in.at("output").get<std::string>());
  state.flight = in.at("flight").get<bool>();
  state.dumps = in.at("dumps").get<std::uint64_t>();
  state.lastDump = toBytes(in.at("last_dump").get<std::string>());
  state.lastDumpWritten = in.at("last_dump_written").get<bool>();
  state.summary = toBytes(in.at("summary").get<std::string>());
  for (const json& message : in.at("messages")) {
    state.messages.push_back(toBytes(message.get<std::string>()));
  }
  if (in.contains("status")) state.status = in.at("status").get<int>();
  return state;
}

}  // namespace

std::string outputName(const std::string& typed) {
  std::string name = std::filesystem::absolute(typed).lexically_normal();
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  return name;
}

void StateFolder::prepare() const {
  const bool made = ::mkdir(path_.c_str(), 0755) == 0;
  // Whatever the umask says: who runs stop without the right is to be told so.
  if (made ? ::chmod(path_.c_str(), 0755) != 0 : errno != EEXIST) {
    throwErrno(errno, "cannot make " + path_);
  }
  struct stat status {};
  if (::lstat(path_.c_str(), &status) != 0) throwErrno(errno, "cannot look at " + path_);
  const bool ours = S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() &&
                    (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  if (!ours) {
    throw EnvironmentError(path_ + " is not a folder that only root can write to; remove it");
  }
}

void StateFolder::write(const RecordingState& state) const {
  const std::string path = path_ + "/" + state.id + std::string(kSuffix);
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  FileDescriptor fd(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) throwErrno(errno, "cannot write " + fresh);
  const std::string text = encode(state).dump(2) + "\n";
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throwErrno(errno, "cannot write " + fresh);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) throwErrno(errno, "cannot write " + path);
}

void StateFolder::remove(const std::string& id) const {
  ::unlink((path_ + "/" + id + std::string(kSuffix)).c_str());
}

std::vector<RecordingState> StateFolder::list() const {
  std::vector<RecordingState> states;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path_, error)) {
    const std::string path = entry.path();
    if (!path.ends_with(kSuffix)) continue;
    const ReadResult text = readFileAt(AT_FDCWD, path.c_str(), kMaxFile);
    if (text.errorNumber == EACCES || text.errorNumber == EPERM) {
      throwErrno(text.errorNumber, "cannot look at " + path + " (run it with sudo)");
    }
    if (text.errorNumber != 0) continue;  // just taken away
    const json parsed = json::parse(text.bytes, nullptr, false);
    try {
      if (!parsed.is_discarded()) states.push_back(decode(parsed));
    } catch (const json::exception&) {
      // Not one of ours.
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw EnvironmentError("cannot look into " + path_ + ": " + error.message());
  }
  std::sort(states.begin(), states.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return states;
}

std::optional<RecordingState> StateFolder::find(const std::string& id) const {
  for (RecordingState& state : list()) {
    if (state.id == id) return std::move(state);
  }
  return std::nullopt;
}

}  // namespace exectrail::recorder
